import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { gatewayTlsSecret } from "../components/gateways/gatewayCertificates";
import { natsAuthSecret } from "../components/nats/natsChartValues";
import { natsPatchFiles } from "../components/nats/natsPatch";
import { kongWriteFence, writeFenceName, writeFenceSwitch } from "../components/network/regionIngressFence";
import { withFoundNats } from "../infra/natsFound";
import { kgents } from "../infra/kgents";
import { describeWithTools } from "../engine/toolchain/testTools";

const gitops = __dirname;

describeWithTools("the GitOps overlays, rendered over manifests like the roadmap's", ["kustomize"], (tools) => {
    let folder: string;
    const kustomize = (...args: string[]) =>
        execFileSync(tools.kustomize.path, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
    const render = (overlay: string) =>
        parseAllDocuments(kustomize("build", `overlays/${overlay}`)).map(
            (document) => document.toJS() as Record<string, any>,
        );
    const names = (objects: Record<string, any>[]) =>
        objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();

    beforeAll(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "kgents-overlays-"));
        for (const part of ["overlays", "components"])
            fs.cpSync(path.join(gitops, part), path.join(folder, part), { recursive: true });
        fs.cpSync(path.join(gitops, "testing", "manifests"), path.join(folder, "manifests"), { recursive: true });
        // As the README tells people to.
        execFileSync(tools.kustomize.path, ["create", "--autodetect", "--recursive"], {
            cwd: path.join(folder, "manifests"),
        });
    });
    afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

    it.each(["primary", "dr"] as const)("hold no NATS and no namespace in %s, and everything else", (role) => {
        const objects = render(role).filter(({ kind }) => kind !== "KongPlugin");
        expect(names(objects)).toEqual([
            "Deployment kgent-api",
            "PodDisruptionBudget kgent-api",
            "Service kgent-api",
            "StatefulSet redis",
        ]);
        expect(JSON.stringify(objects)).not.toMatch(/"image":"nats/);
    });

    const pluginsOf = (objects: Record<string, any>[]) =>
        objects
            .filter(({ kind }) => kind === "Service")
            .map(({ metadata }) => `${metadata.name}: ${metadata.annotations?.["konghq.com/plugins"]}`);
    const withoutRegion = (role: "primary" | "dr") =>
        render(role).map((object) => {
            const { "drkit-region": region, ...labels } = object.metadata.labels;
            expect(region).toBe(kgents.regions[role].name);
            return { ...object, metadata: { ...object.metadata, labels } } as Record<string, any>;
        });

    it("differ in nothing but the region's label and the standby's write fence", () => {
        const fence = ({ kind }: Record<string, any>) => kind === "KongPlugin";
        const primary = withoutRegion("primary");
        const standby = withoutRegion("dr").filter((object) => !fence(object));
        expect(primary.some(fence)).toBe(false);
        expect(JSON.parse(JSON.stringify(standby).replace(`${writeFenceName},`, ""))).toEqual(primary);
    });

    it("fence writes in the standby only, as the program says it, beside the plugins that the API has", () => {
        const [fence, ...more] = withoutRegion("dr").filter(({ kind }) => kind === "KongPlugin");
        const { labels, ...metadata } = fence!["metadata"];
        expect([{ ...fence, metadata }, labels, more]).toEqual([kongWriteFence(kgents.namespaces.api), {}, []]);
        expect(pluginsOf(render("primary"))).toEqual(["kgent-api: api-key, rate-limit"]);
        expect(pluginsOf(render("dr"))).toEqual(["kgent-api: standby-write-fence,api-key, rate-limit"]);
    });

    /** What the standby renders with the API's manifest changed for the moment. */
    const withApi = <T>(change: (manifest: string) => string, look: () => T): T => {
        const file = path.join(folder, "manifests", "api", "api.yaml");
        const shipped = fs.readFileSync(file, "utf8");
        fs.writeFileSync(file, change(shipped));
        try {
            return look();
        } finally {
            fs.writeFileSync(file, shipped);
        }
    };

    it("fence an API that has no plugins, too", () => {
        // Kong's controller skips the empty name after the comma.
        expect(
            withApi(
                (api) => api.replace(/ {2}annotations:\n.*\n/, ""),
                () => pluginsOf(render("dr")),
            ),
        ).toEqual(["kgent-api: standby-write-fence,"]);
    });

    it("fail where the fence would hang on nothing", () => {
        expect(() =>
            withApi(
                (api) => api.replaceAll("name: kgent-api\n", "name: api\n"),
                () => render("dr"),
            ),
        ).toThrow(/no matches for Id Service.*kgent-api/);
    });

    it.each(["runbook-streams.md", "runbook-failover.md"])(
        "have the fence switched off and on by the commands of %s",
        (file) => {
            const runbook = fs.readFileSync(path.join(gitops, "..", "docs", file), "utf8");
            for (const disabled of [true, false]) {
                expect(runbook).toContain(
                    writeFenceSwitch(kgents.namespaces.api, disabled).replace(
                        /^kubectl/,
                        "kubectl --context kgents-usw2",
                    ),
                );
            }
        },
    );

    it("change no selector: that of a workload that exists cannot be changed", () => {
        const deployment = render("dr").find(({ kind }) => kind === "Deployment");
        expect(deployment?.spec.selector.matchLabels).toEqual({ app: "kgent-api" });
    });

    it("keep a NATS that stays the user's in the primary, and give its pods what its gateways need", () => {
        const file = path.join(folder, "overlays", "primary", "kustomization.yaml");
        const shipped = fs.readFileSync(file, "utf8");
        const statefulSet = () =>
            render("primary").find(({ kind, metadata }) => kind === "StatefulSet" && metadata.name === "nats")!;
        try {
            fs.writeFileSync(file, shipped.replace("components/withoutNats\n", "components/natsGateways\n"));
            const { template, selector, serviceName } = statefulSet().spec;
            expect({ selector, serviceName }).toEqual({
                selector: { matchLabels: { app: "nats" } },
                serviceName: "nats-headless",
            });
            const [{ name, image, env, ports }] = template.spec.containers;
            expect({
                name,
                image,
                ports: ports.map(({ containerPort }: { containerPort: number }) => containerPort),
            }).toEqual({
                name: "nats",
                image: "nats:2.10-alpine",
                ports: [7222],
            });
            expect(env.map((one: { name: string }) => one.name)).toEqual([
                "APP_PASSWORD",
                "GATEWAY_SERVER",
                "GW_ADVERTISE",
                "SYS_PASSWORD",
            ]);
        } finally {
            fs.writeFileSync(file, shipped);
        }
    });

    it("hold the patch that the program renders for such a NATS", () => {
        const profile = withFoundNats(kgents, {
            account: "$G",
            systemAccount: "$SYS",
            users: [{ name: "app", permissions: {} }],
            anonymous: false,
            mappings: {},
            systemUsers: [],
            servers: 3,
            cluster: "nats",
        });
        const url = "nats://nats:4222";
        const files = natsPatchFiles({
            profile,
            project: "kgents-dr",
            stack: "primary",
            found: {
                deployedBy: "conf",
                accounts: "config",
                statefulSet: "nats",
                container: "nats",
                monitorPort: 8222,
                uses: [],
            },
            namespace: profile.namespaces.nats,
            tlsSecret: gatewayTlsSecret,
            authSecret: natsAuthSecret,
            access: { url },
            url,
        });
        expect(fs.readFileSync(path.join(gitops, "components", "natsGateways", "statefulset.yaml"), "utf8")).toBe(
            files["2-statefulset.yaml"],
        );
    });

    it("run the same digest in both regions, each from its own registry, once the lines for it are filled in", () => {
        const digest = `sha256:${"0".repeat(64)}`;
        const files = ["components/versions", "overlays/primary", "overlays/dr"].map((part) =>
            path.join(folder, part, "kustomization.yaml"),
        );
        const shipped = files.map((file) => fs.readFileSync(file, "utf8"));
        const filledIn = (text: string) =>
            text
                .replace("images: []\n", "")
                .replace(/^# (images:| {2}- name: | {4}(newName|digest): )/gm, "$1")
                .replace("ACCOUNT", "123456789012")
                .replace("sha256:DIGEST", digest);
        const imageOf = (role: string) =>
            render(role).find(({ kind }) => kind === "Deployment")?.["spec"].template.spec.containers[0].image;
        try {
            files.forEach((file, index) => fs.writeFileSync(file, filledIn(shipped[index]!)));
            expect(imageOf("primary")).toBe(`123456789012.dkr.ecr.us-east-1.amazonaws.com/kgents/api@${digest}`);
            expect(imageOf("dr")).toBe(`123456789012.dkr.ecr.us-west-2.amazonaws.com/kgents/api@${digest}`);
        } finally {
            files.forEach((file, index) => fs.writeFileSync(file, shipped[index]!));
        }
    });

    it("would hold NATS without the component that leaves it out", () => {
        const file = path.join(folder, "overlays", "dr", "kustomization.yaml");
        const shipped = fs.readFileSync(file, "utf8");
        fs.writeFileSync(file, shipped.replace(/.*withoutNats\n/, ""));
        try {
            expect(names(render("dr"))).toEqual(
                expect.arrayContaining(["StatefulSet nats", "CronJob nats-backup", "ConfigMap nats-config"]),
            );
        } finally {
            fs.writeFileSync(file, shipped);
        }
    });
});
