import { describe, expect, it } from "vitest";
import { scriptCommand } from "../cluster/scriptCommand";
import { fixtureSystem } from "../testing/fixtureSystem";
import { StandbyCanary, StandbyMarkers, type StandbyCanaryArgs } from "./standbyCanary";
import { standbyScript } from "./standbyCanaryPod";
import { standbyMarkers, validateStandbyCanary } from "./standbyCanaryRules";
import { record, type Recording } from "../testing/record";

const args: StandbyCanaryArgs = {
    jobName: "standby-canary",
    namespace: "atlas-messaging",
    nats: {
        url: "nats://nats.atlas-messaging.svc:4222",
        login: { user: "app", secretName: "nats-auth", secretKey: "APP_PASSWORD" },
    },
    markers: standbyMarkers(fixtureSystem),
    imageNamespaces: ["atlas-edge"],
    secrets: [
        { namespace: "atlas-messaging", name: "nats-auth" },
        { namespace: "atlas-edge", name: "api-keys" },
    ],
    apiKey: { secretName: "standby-canary", secretKey: "API_KEY" },
    apiUrl: "https://gateway.atlas.example/v1/agents",
    contract: fixtureSystem.contracts.mirrorLag,
    apiConnectTo: "::dr-alb.example:443",
    system: {
        url: "nats://nats.atlas-messaging.svc:4222",
        login: { user: "sys", secretName: "nats-auth", secretKey: "SYS_PASSWORD" },
    },
};
const cronJob = "kubernetes:batch/v1:CronJob";
const role = "kubernetes:rbac.authorization.k8s.io/v1:Role";
const rules = (recording: Recording, name: string) => recording.one(role, name).inputs["rules"];
const common = [
    { name: "NATS_URL", value: "nats://nats.atlas-messaging.svc:4222" },
    { name: "NATS_USER", value: "app" },
    { name: "NATS_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "APP_PASSWORD" } } },
    { name: "NATS_TIMEOUT", value: "5s" },
    { name: "API_KEY", valueFrom: { secretKeyRef: { name: "standby-canary", key: "API_KEY" } } },
    { name: "KUBERNETES_API", value: "https://kubernetes.default.svc" },
    { name: "KUBERNETES_CA", value: "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt" },
    { name: "KUBERNETES_TOKEN_FILE", value: "/var/run/secrets/kubernetes.io/serviceaccount/token" },
    { name: "IMAGE_NAMESPACES", value: "atlas-edge" },
    { name: "SECRETS", value: "atlas-messaging/nats-auth=nats-auth atlas-edge/api-keys=api-keys" },
];
const home = { name: "HOME", value: "/tmp" };
const markers =
    "ORDERS_COPY:shop.orders.standby-marker:ORDERS audit-log-copy:audit.standby-marker:audit-log " +
    "Readings_copy:telemetry.v1.readings.standby-marker:Readings";

describe("StandbyCanary", () => {
    it("finds a Secret that is called otherwise in this cluster", async () => {
        const secrets = [{ namespace: "atlas-messaging", name: "nats-auth", nameHere: "own-auth" }];
        const recording = await record(() => new StandbyMarkers("marker", { ...args, secrets }));
        const [{ env }] = recording.one(cronJob).inputs["spec"].jobTemplate.spec.template.spec.containers;
        expect(env).toContainEqual({ name: "SECRETS", value: "atlas-messaging/nats-auth=own-auth" });
        expect(rules(recording, "marker-reader-atlas-messaging")[0].resourceNames).toEqual(["own-auth"]);
    });

    it("makes three CronJobs, and lets two of them list the pods of the namespaces and read the Secrets that it compares, and nothing else", async () => {
        const recording = await record(() => new StandbyCanary("canary", args));
        expect(recording.children).toEqual([
            "drkit:index:StandbyCanary canary",
            "kubernetes:batch/v1:CronJob canary-canary",
            "kubernetes:batch/v1:CronJob canary-certificates",
            "kubernetes:batch/v1:CronJob canary-drift",
            "kubernetes:core/v1:ServiceAccount canary-account",
            "kubernetes:rbac.authorization.k8s.io/v1:Role canary-reader-atlas-edge",
            "kubernetes:rbac.authorization.k8s.io/v1:Role canary-reader-atlas-messaging",
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding canary-reader-atlas-edge",
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding canary-reader-atlas-messaging",
        ]);
        expect(recording.one(role, "canary-reader-atlas-edge").inputs.metadata).toEqual({
            name: "standby-canary",
            namespace: "atlas-edge",
        });
        expect(rules(recording, "canary-reader-atlas-edge")).toEqual([
            { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
            { apiGroups: [""], resources: ["secrets"], resourceNames: ["api-keys"], verbs: ["get"] },
        ]);
        expect(rules(recording, "canary-reader-atlas-messaging")).toEqual([
            { apiGroups: [""], resources: ["secrets"], resourceNames: ["nats-auth"], verbs: ["get"] },
        ]);
        expect(
            recording.one("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "canary-reader-atlas-edge").inputs
                .subjects,
        ).toEqual([{ kind: "ServiceAccount", name: "standby-canary", namespace: "atlas-messaging" }]);
    });

    it("runs every minute, one at a time, and fails without a retry", async () => {
        const { metadata, spec } = (await record(() => new StandbyCanary("canary", args))).one(
            cronJob,
            "canary-canary",
        ).inputs;
        expect(metadata).toEqual({ name: "standby-canary", namespace: "atlas-messaging" });
        expect(spec).toMatchObject({
            schedule: "* * * * *",
            concurrencyPolicy: "Forbid",
            jobTemplate: { spec: { activeDeadlineSeconds: 50, backoffLimit: 0 } },
        });
    });

    it("gives the script its addresses, credentials and limits by variables", async () => {
        const recording = await record(() => new StandbyCanary("canary", args));
        const containerOf = (name: string) =>
            recording.one(cronJob, name).inputs.spec.jobTemplate.spec.template.spec.containers[0];
        const canary = containerOf("canary-canary");
        expect(canary.image).toBe("natsio/nats-box:0.19.7");
        expect(canary.command).toEqual(scriptCommand(standbyScript("check")));
        const api = [
            { name: "API_URL", value: "https://gateway.atlas.example/v1/agents" },
            { name: "API_KEY_HEADER", value: "apikey" },
            { name: "API_CONNECT_TO", value: "::dr-alb.example:443" },
        ];
        expect(canary.env).toEqual([
            ...common,
            { name: "CHECKS", value: "api marker" },
            ...api,
            { name: "MARKERS", value: markers },
            { name: "MAX_AGE_SECONDS", value: "120" },
            home,
        ]);
        expect(containerOf("canary-drift").env).toEqual([
            ...common,
            { name: "CHECKS", value: "drift fence" },
            ...api,
            { name: "MARKERS", value: markers },
            home,
        ]);
    });

    it("asks for no fence where the manifests bring none", async () => {
        const recording = await record(() => new StandbyCanary("canary", { ...args, writeFence: false }));
        const { env } = recording.one(cronJob, "canary-drift").inputs.spec.jobTemplate.spec.template.spec.containers[0];
        expect(env).toEqual([...common, { name: "CHECKS", value: "drift" }, { name: "MARKERS", value: markers }, home]);
    });

    it("asks every hour how long the gateways' certificates last, as the system account and with no right in the cluster", async () => {
        const { metadata, spec } = (await record(() => new StandbyCanary("canary", args))).one(
            cronJob,
            "canary-certificates",
        ).inputs;
        expect(metadata).toEqual({ name: "standby-canary-certs", namespace: "atlas-messaging" });
        expect(spec.schedule).toBe("7 * * * *");
        const { containers, serviceAccountName, automountServiceAccountToken } = spec.jobTemplate.spec.template.spec;
        expect({ serviceAccountName, automountServiceAccountToken }).toEqual({ automountServiceAccountToken: false });
        expect(containers[0].command).toEqual(scriptCommand(standbyScript("certificates")));
        expect(containers[0].env).toEqual([
            { name: "NATS_URL", value: "nats://nats.atlas-messaging.svc:4222" },
            { name: "NATS_USER", value: "sys" },
            { name: "NATS_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "SYS_PASSWORD" } } },
            { name: "NATS_TIMEOUT", value: "5s" },
            { name: "SECONDS_LEFT", value: String(30 * 24 * 60 * 60) },
            home,
        ]);
    });

    it("starts even where a Secret is missing, to say so", async () => {
        const { volumes } = (await record(() => new StandbyCanary("canary", args))).one(cronJob, "canary-drift").inputs
            .spec.jobTemplate.spec.template.spec;
        expect(volumes).toEqual([{ name: "tmp", emptyDir: { sizeLimit: "16Mi" } }]);
    });

    it("fails with every mistake before it registers anything", async () => {
        await expect(
            record(() => new StandbyCanary("canary", { ...args, markers: [], apiUrl: "http://x/" })),
        ).rejects.toThrow(
            'StandbyCanary "canary":\n- markers: empty; name one of each stream that has a mirror\n- apiUrl: "http://x/" found; allowed is an https address with a path',
        );
    });
});

describe("StandbyMarkers", () => {
    it("publishes to a subject of each stream, every minute", async () => {
        const recording = await record(() => new StandbyMarkers("markers", { ...args, jobName: "standby-marker" }));
        expect(recording.children).toEqual([
            "drkit:index:StandbyMarkers markers",
            "kubernetes:batch/v1:CronJob markers-marker",
            "kubernetes:core/v1:ServiceAccount markers-account",
            "kubernetes:rbac.authorization.k8s.io/v1:Role markers-reader-atlas-edge",
            "kubernetes:rbac.authorization.k8s.io/v1:Role markers-reader-atlas-messaging",
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding markers-reader-atlas-edge",
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding markers-reader-atlas-messaging",
        ]);
        const [container] = recording.one(cronJob).inputs.spec.jobTemplate.spec.template.spec.containers;
        expect(container.command).toEqual(scriptCommand(standbyScript("marker")));
        expect(container.env).toEqual([
            ...common,
            {
                name: "MARKER_SUBJECTS",
                value: "shop.orders.standby-marker audit.standby-marker telemetry.v1.readings.standby-marker",
            },
            home,
        ]);
    });
});

describe("validateStandbyCanary", () => {
    it("accepts the roadmap's", () => expect(validateStandbyCanary(args)).toEqual([]));

    it.each([
        [
            "a marker older than the contract allows",
            { maximumAge: 121 },
            "maximumAge: 121 s found; allowed are 2 min to 2 min",
        ],
        ["a marker that pages at the first late pod", { maximumAge: 60 }, "maximumAge: 1 min found"],
        [
            "a subject with a wildcard",
            { markers: [{ ...args.markers[0]!, subject: "shop.orders.>" }] },
            'markers: "shop.orders.>"',
        ],
        ["a name that a CronJob cannot have", { jobName: "x".repeat(47) }, "jobName:"],
        ["no images to compare", { imageNamespaces: [] }, "imageNamespaces: empty"],
        ["a secret that is a path", { secrets: [{ namespace: "a", name: "../x" }] }, '"../x" found'],
        ["a secret of every namespace", { secrets: [{ namespace: "*", name: "x" }] }, 'secrets: "*", "x"'],
        ["a header that is none", { apiKeyHeader: "x: y" }, 'apiKeyHeader: "x: y" found'],
    ])("refuses %s", (_what, change, message) => {
        const issues = validateStandbyCanary({ ...args, ...change });
        expect(issues).toHaveLength(1);
        expect(issues[0]).toContain(message);
    });
});
