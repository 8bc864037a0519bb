import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDoubles, type Doubles } from "../doubles";
import { Client } from "../testing/client";
import { Secret, Unknown } from "../wire/values";

const namespaceType = "kubernetes:core/v1:Namespace";
const configMapType = "kubernetes:core/v1:ConfigMap";
const jobType = "kubernetes:batch/v1:Job";
const releaseType = "kubernetes:helm.sh/v3:Release";
const scheduleType = "kubernetes:velero.io/v1:Schedule";

const namespaced = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const configMap = (
    data: Record<string, unknown>,
    metadata: object = { name: "settings", namespace: "kgents-agents" },
) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    data,
});
const job = (annotations?: Record<string, string>) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "streams", namespace: "kgents-agents", ...(annotations === undefined ? {} : { annotations }) },
    spec: {
        template: {
            spec: {
                restartPolicy: "Never",
                containers: [{ name: "main", image: "nats-box", env: [{ name: "NATS_URL", value: "nats://nats" }] }],
            },
        },
    },
});
const schedule = {
    apiVersion: "velero.io/v1",
    kind: "Schedule",
    metadata: { name: "daily", namespace: "kgents-agents" },
    spec: { schedule: "0 3 * * *" },
};

describe("the Kubernetes double", () => {
    let doubles: Doubles;
    const clients: Client[] = [];
    let east: Client;
    let west: Client;

    async function clusterIn(region: string): Promise<Client> {
        const role = await doubles.seed("aws:iam/role:Role", {
            name: `eks-${region}`,
            assumeRolePolicy: JSON.stringify({ Statement: [] }),
        });
        const cluster = await doubles.seed(
            "aws:eks/cluster:Cluster",
            { name: "kgents", roleArn: role.properties.arn, vpcConfig: { subnetIds: [] } },
            { region },
        );
        const kubeconfig = JSON.stringify({
            clusters: [{ name: "c", cluster: { server: cluster.properties.endpoint } }],
            contexts: [{ name: "x", context: { cluster: "c" } }],
            "current-context": "x",
        });
        const client = await Client.connect(doubles, "kubernetes", {
            kubeconfig,
            clusterIdentifier: `eks/${region}/kgents`,
        });
        clients.push(client);
        return client;
    }

    beforeAll(async () => {
        doubles = await startDoubles();
    });
    beforeEach(async () => {
        doubles.cloud.objects().forEach((object) => doubles.cloud.remove(object));
        doubles.cloud.onJob(() => ({ succeeded: true }));
        doubles.cloud.onChange(() => undefined);
        east = await clusterIn("us-east-1");
        west = await clusterIn("us-west-2");
        await east.create(namespaceType, "agents", namespaced("kgents-agents"));
    });
    afterAll(async () => {
        clients.forEach((client) => client.close());
        await doubles.stop();
    });

    it("keeps two clusters apart", async () => {
        await east.create(configMapType, "settings", configMap({ a: "b" }));
        await expect(west.create(configMapType, "settings", configMap({ a: "b" }))).rejects.toThrow(
            'namespaces "kgents-agents" not found in arn:aws:eks:us-west-2:123456789012:cluster/kgents',
        );
        expect(doubles.cloud.ofType(configMapType).map(({ scope, region, id }) => ({ scope, region, id }))).toEqual([
            {
                scope: "arn:aws:eks:us-east-1:123456789012:cluster/kgents",
                region: "us-east-1",
                id: "kgents-agents/settings",
            },
        ]);
    });

    it("refuses what the API server would: schema, names, namespaces", async () => {
        await expect(east.check(configMapType, "settings", { ...configMap({ a: 1 }), dta: {} })).rejects.toThrow(
            "data.a: must be string; dta: unknown field",
        );
        await expect(east.check(namespaceType, "agents", namespaced("Kgents_Agents"))).rejects.toThrow(
            "a Namespace's name is one DNS label",
        );
        const role = {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRole",
            metadata: { name: "reader", namespace: "default" },
        };
        await expect(
            east.create("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "reader", role),
        ).rejects.toThrow('ClusterRole "reader" belongs to no namespace');
    });

    it("fills in the default namespace and a name where they are missing", async () => {
        const inputs = await east.check(configMapType, "settings", configMap({ a: "b" }, {}));
        expect(inputs.metadata).toEqual({
            name: expect.stringMatching(/^settings-[0-9a-f]{7}$/),
            namespace: "default",
            annotations: { "pulumi.com/autonamed": "true" },
        });
        expect((await east.check(configMapType, "settings", configMap({ a: "c" }, {}), inputs)).metadata).toEqual(
            inputs.metadata,
        );
    });

    it("takes over an object that is just the same, and refuses another of its name", async () => {
        await east.create(configMapType, "settings", configMap({ a: "b" }));
        await expect(east.create(configMapType, "again", configMap({ a: "b" }))).resolves.toBeDefined();
        await expect(east.create(configMapType, "other", configMap({ a: "c" }))).rejects.toThrow(
            "Apply failed with conflicts: ConfigMap kgents-agents/settings already exists",
        );
    });

    it("has a custom resource only after what brings its kind", async () => {
        await expect(east.create(scheduleType, "daily", schedule)).rejects.toThrow(
            'no matches for kind "Schedule" in version "velero.io/v1" in arn:aws:eks:us-east-1:123456789012:cluster/kgents; it comes with chart velero, which has to be there first',
        );
        await east.create(releaseType, "velero", {
            chart: "velero",
            name: "velero",
            namespace: "kgents-agents",
            version: "12.0.0",
        });
        await expect(east.create(scheduleType, "daily", schedule)).resolves.toMatchObject({
            id: "kgents-agents/daily",
        });
        await expect(west.create(scheduleType, "daily", schedule)).rejects.toThrow("no matches for kind");
    });

    it("installs a release with its values, and a second time as the next revision", async () => {
        const inputs = {
            chart: "oci://registry.example/charts/nats",
            name: "nats",
            namespace: "kgents-agents",
            version: "2.14.2",
            values: { config: { cluster: { replicas: 3 } } },
        };
        const made = await east.create(releaseType, "nats", inputs);
        expect(made.properties).toMatchObject({
            values: inputs.values,
            status: { status: "deployed", chart: "nats", revision: 1 },
        });
        const updated = await east.update(releaseType, "nats", made, { ...inputs, values: {} });
        expect(updated).toMatchObject({ values: {}, status: { revision: 2 } });
        await expect(east.create(releaseType, "other", inputs)).rejects.toThrow(
            "cannot re-use a name that is still in use: Release kgents-agents/nats",
        );
        await expect(east.create(releaseType, "lost", { ...inputs, namespace: "nowhere" })).rejects.toThrow(
            'namespaces "nowhere" not found',
        );
        await expect(
            east.create(releaseType, "found", { ...inputs, namespace: "nowhere", createNamespace: true }),
        ).resolves.toBeDefined();
        await expect(east.check(releaseType, "bad", { ...inputs, vals: {} })).rejects.toThrow("vals: unknown property");
    });

    it("waits for the Job that the rehearsal runs", async () => {
        let finish = () => {};
        const seen: string[] = [];
        doubles.cloud.onJob(async ({ region, namespace, name, manifest }) => {
            seen.push(`${region} ${namespace}/${name} ${manifest.spec.template.spec.containers[0].env[0].value}`);
            await new Promise<void>((resolve) => (finish = resolve));
            return { succeeded: true };
        });
        const creating = east.create(jobType, "streams", job());
        await expect.poll(() => seen, { timeout: 60_000 }).toEqual(["us-east-1 kgents-agents/streams nats://nats"]);
        const settled = await Promise.race([creating.then(() => true), Promise.resolve(false)]);
        expect(settled).toBe(false);
        finish();
        expect((await creating).properties.status).toEqual({
            succeeded: 1,
            conditions: [{ type: "Complete", status: "True" }],
        });
    });

    it("reports a Job that fails, which is there all the same", async () => {
        doubles.cloud.onJob(() => ({ succeeded: false, message: "meta group has 3 members, expected 4" }));
        await expect(east.create(jobType, "streams", job())).rejects.toThrow(
            "Job kgents-agents/streams failed: meta group has 3 members, expected 4",
        );
        expect(doubles.cloud.ofType(jobType)[0]?.properties.status.failed).toBe(1);
    });

    it("makes what is to be never ready, and reports it as failed", async () => {
        doubles.cloud.onChange(({ type, operation }) =>
            type === releaseType && operation === "create" ? { message: "timed out", unready: true } : undefined,
        );
        const release = { name: "kong", chart: "kong", namespace: "kgents-agents" };
        await expect(east.create(releaseType, "kong", release)).rejects.toThrow("timed out");
        expect(doubles.cloud.ofType(releaseType)).toHaveLength(1);
        doubles.cloud.onChange(() => ({ message: "no such luck" }));
        await expect(east.create(configMapType, "settings", configMap({}))).rejects.toThrow("no such luck");
        expect(doubles.cloud.ofType(configMapType)).toEqual([]);
    });

    it("replaces a failed Job only if told to", async () => {
        doubles.cloud.onJob(() => ({ succeeded: false }));
        const annotated = job({ "pulumi.com/replaceUnready": "true" });
        await east.create(jobType, "streams", annotated).catch(() => undefined);
        const diff = await east.diff(jobType, "streams", "kgents-agents/streams", annotated, annotated);
        expect(diff).toEqual({
            changed: ['metadata.annotations["pulumi.com/replaceUnready"]'],
            replaces: ['metadata.annotations["pulumi.com/replaceUnready"]'],
            deleteBeforeReplace: true,
        });
        expect((await east.diff(jobType, "streams", "kgents-agents/streams", job(), job())).replaces).toEqual([]);
    });

    it("keeps what somebody set in the cluster where the program leaves it to them, and nowhere else", async () => {
        const cronJob = (schedule: string) => ({
            apiVersion: "batch/v1",
            kind: "CronJob",
            metadata: { name: "backup", namespace: "kgents-agents" },
            spec: { schedule, suspend: true, jobTemplate: { spec: job().spec } },
        });
        const type = "kubernetes:batch/v1:CronJob";
        const made = await east.create(type, "backup", cronJob("0 * * * *"));
        const resume = () => {
            const [object] = doubles.cloud.ofType(type);
            const { spec } = object!.properties;
            doubles.cloud.put({ ...object!, properties: { ...object!.properties, spec: { ...spec, suspend: false } } });
        };
        const updated = async (ignoreChanges: string[]) => {
            resume();
            const { spec } = await east.update(type, "backup", made, cronJob("5 * * * *"), { ignoreChanges });
            return { schedule: spec.schedule, suspend: spec.suspend };
        };
        expect(await updated(["spec.suspend"])).toEqual({ schedule: "5 * * * *", suspend: false });
        expect(await updated([])).toEqual({ schedule: "5 * * * *", suspend: true });
    });

    it("replaces a ConfigMap whose data changes, and a Job whose template does", async () => {
        const made = await east.create(configMapType, "settings", configMap({ a: "b" }));
        expect(await east.diff(configMapType, "settings", made.id, made.inputs, configMap({ a: "c" }))).toEqual({
            changed: ["data.a"],
            replaces: ["data.a"],
            deleteBeforeReplace: true,
        });
        const labelled = configMap({ a: "b" }, { ...made.inputs.metadata, labels: { tier: "one" } });
        expect((await east.diff(configMapType, "settings", made.id, made.inputs, labelled)).replaces).toEqual([]);
    });

    it("keeps secret values secret, and knows no status in a preview", async () => {
        const secret = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "s", namespace: "kgents-agents" },
            stringData: { password: new Secret("correct horse") },
        };
        const made = await east.create("kubernetes:core/v1:Secret", "s", secret);
        expect(made.properties.stringData).toEqual({ password: new Secret("correct horse") });
        const planned = await east.create(
            releaseType,
            "nats",
            { chart: "nats", name: "nats", namespace: "kgents-agents" },
            { preview: true },
        );
        expect(planned.properties.status).toBeInstanceOf(Unknown);
    });

    it("takes along what is in a namespace, and what is in a cluster", async () => {
        await east.create(configMapType, "settings", configMap({ a: "b" }));
        await east.delete(namespaceType, "agents", { id: "kgents-agents", properties: {} });
        expect(doubles.cloud.objects().filter(({ package: name }) => name === "kubernetes")).toEqual([]);
        await west.create(namespaceType, "agents", namespaced("kgents-agents"));
        const aws = await Client.connect(doubles, "aws", { region: "us-west-2" });
        clients.push(aws);
        await aws.delete("aws:eks/cluster:Cluster", "kgents", { id: "kgents", properties: {} });
        expect(doubles.cloud.objects().filter(({ package: name }) => name === "kubernetes")).toEqual([]);
        await expect(west.create(namespaceType, "agents", namespaced("kgents-agents"))).rejects.toThrow(
            "configured Kubernetes cluster is unreachable",
        );
    });
});
