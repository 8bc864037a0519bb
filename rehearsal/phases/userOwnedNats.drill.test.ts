import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { witnessConfOf } from "../../components/witness/natsWitnessConfig";
import type { Phase } from "../../components/model/phase";
import { roles, type Role } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { phaseOf } from "../../infra/roadmap";
import { program } from "../../stacks/program";
import { roadmap } from "../../stacks/roadmap";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { configure, seedEstate, type Estate } from "../estate";
import type { Deployment } from "../../engine/state/deployment";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { Engine } from "../../engine/driver/engine";
import { shippedProject } from "../shippedProject";
import { shippedStacksIn } from "../testing/projectFolder";

const account = { account: "$G", anonymous: true, mappings: {}, systemUsers: [] };
const found = { ...account, cluster: "prod", statefulSet: "queue", version: "2.14.9", monitorPort: 8222, uses: [] };
const namespace = kgents.namespaces.nats;

const url = `nats://nats.${namespace}.svc:4222`;

/** What the settings say of a NATS that the user owns, besides those of the estate. */
function ownNats({ settings }: Estate, patched: boolean): Estate {
    const nats = { owner: "user", found, access: { url, authSecret: "own-auth" }, patched };
    return {
        settings: {
            primary: { ...settings.primary, nats },
            dr: { ...settings.dr, nats: { found } },
            witness: { ...settings.witness, nats: { found } },
        },
    };
}

const natsRelease = (deployment: Deployment) =>
    deployment.ofType("kubernetes:helm.sh/v3:Release").filter(({ inputs }) => inputs.chart === "nats");

describeWithTools("phases 10 to 13 with a NATS that the user owns", ["pulumi"], (tools) => {
    const dir = mkdtempSync(path.join(tmpdir(), "kgents-user-owned-"));
    let doubles: Doubles;
    let engine: Engine;
    let estate: Estate;

    beforeAll(async () => {
        const projectDir = shippedStacksIn(dir);
        doubles = await startDoubles();
        engine = await Engine.start({
            tools,
            doubles,
            ...(await shippedProject()),
            projectDir,
            program,
            dir: path.join(dir, "engine"),
        });
        estate = await seedEstate(doubles, kgents);
        await configure(engine, ownNats(estate, false));
    });

    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    const raise = (phase: Phase) => Promise.all(roles.map((role) => engine.stack(role).setConfig("phase", phase)));
    const up = async (role: Role): Promise<Deployment> => {
        await engine.stack(role).up();
        return engine.stack(role).export();
    };
    const refused = (role: Role): Promise<string> =>
        engine
            .stack(role)
            .up()
            .then(
                () => "it was not refused",
                (error: Error) => error.message,
            );

    it("go up to 12 without touching it", async () => {
        for (const phase of [10, 11, 12] as const) {
            await raise(phase);
            for (const role of phaseOf(roadmap, phase).order) await up(role);
        }
        const primary = await engine.stack("primary").export();
        expect(natsRelease(primary)).toEqual([]);
        expect(primary.ofType("kubernetes:batch/v1:CronJob").map(({ inputs }) => inputs.metadata.name)).toContain(
            "nats-backup",
        );
    });

    it("make addresses, certificate and patch in 13, and wait for the owner", async () => {
        await raise(13);
        await up("witness");
        await up("dr");
        const patchOf = (stack: Deployment) =>
            stack
                .ofType("kubernetes:core/v1:ConfigMap")
                .find(({ inputs }) => inputs.metadata.name === "nats-gateway-patch");
        // A stream that cannot be promoted is refused before there is anything to merge.
        doubles.cloud.onJob(() => ({ succeeded: false, message: 'EVENTS has retention "workqueue"' }));
        expect(await refused("primary")).toContain("nats-gate-streams");
        expect(patchOf(await engine.stack("primary").export())).toBeUndefined();
        doubles.cloud.onJob(() => ({ succeeded: true }));
        const primary = await up("primary");
        expect(primary.outputs).toMatchObject({
            gatewaysReady: false,
            natsSetup: { ...account, cluster: "prod", servers: 3 },
        });
        expect(patchOf(primary)?.inputs).toMatchObject({
            metadata: { namespace },
            data: { "README.md": expect.stringContaining('cluster "prod", account $G') },
        });
        expect(primary.ofType("kubernetes:core/v1:Service").map(({ inputs }) => inputs.spec.selector)).toEqual(
            expect.arrayContaining(
                [0, 1, 2].map((server) => ({ "statefulset.kubernetes.io/pod-name": `queue-${server}` })),
            ),
        );
        expect(await refused("witness")).toMatch(
            /to do: merge ConfigMap nats-gateway-patch into your own NATS[^]*nats\.patched true, then pulumi up --stack primary/,
        );
        expect(await refused("dr")).toContain("merge ConfigMap nats-gateway-patch");
    });

    it("go on once the owner says so, and only by the gates", async () => {
        await configure(engine, ownNats(estate, true));
        expect((await up("primary")).outputs).toMatchObject({ gatewaysReady: true });
        const witness = await up("witness");
        const conf = witnessConfOf(witness.one("aws:ec2/instance:Instance").inputs.userData);
        expect(conf["gateway"].gateways.map(({ name }: { name: string }) => name)).toEqual(["prod", "usw2", "witness"]);
        expect(Object.keys(conf["mappings"])).toContain("agentese.>");

        doubles.cloud.onJob(() => ({ succeeded: false, message: "the meta group has no 4 members within 600 s" }));
        await expect(engine.stack("primary").up()).rejects.toThrow("nats-gate-witness");
        expect(await refused("dr")).toContain(
            'there has to be "the gate: witness joined, streams still there" (stack primary)',
        );
        doubles.cloud.onJob(() => ({ succeeded: true }));
        expect((await up("primary")).outputs).toMatchObject({ witnessGate: 4 });
    });

    it("refuse a standby that does not follow it", async () => {
        await engine.stack("dr").setConfig("nats", { found: { ...found, account: "ORDERS" } });
        expect(await refused("dr")).toContain(
            'kgents-dr:nats.found.account: "ORDERS" found, and the primary\'s NATS has "$G"',
        );
        await engine.stack("dr").setConfig("nats", { found });
    });

    it("end with a standby that has the same account and logins, and mirrors", async () => {
        const dr = await up("dr");
        expect(dr.outputs).toMatchObject({ standbyGate: 7 });
        const [release] = natsRelease(dr);
        const { merge, gateway } = release!.inputs.values.config;
        expect(Object.keys(merge.accounts)).toEqual(["$SYS"]);
        expect(merge).toMatchObject({ no_auth_user: "app", authorization: { users: [{ user: "app" }] } });
        expect(gateway.merge.gateways[0].name).toBe("prod");
    });

    it("touch nothing of it: all that the primary has in its namespace is its own", async () => {
        const primary = await engine.stack("primary").export();
        expect(natsRelease(primary)).toEqual([]);
        const theirs = primary.resources.filter(
            ({ type, inputs }) =>
                /^kubernetes:apps|:ConfigMapPatch|:StatefulSetPatch/.test(type) ||
                ["nats", "queue", "own-auth"].includes(inputs.metadata?.name),
        );
        expect(theirs.map(({ urn }) => urn)).toEqual([]);
        const jobs = primary.ofType("kubernetes:batch/v1:Job").map(({ inputs }) => inputs.metadata.name);
        expect(jobs.sort()).toEqual(["nats-gate-streams", "nats-gate-witness"]);
    });

    it("have nothing left to do", async () => {
        for (const role of roles) {
            const { steps } = await engine.stack(role).up();
            expect(
                steps.filter(({ op }) => op !== "same" && op !== "read").map(({ op, urn }) => `${op} ${urn}`),
            ).toEqual([]);
        }
    });
});
