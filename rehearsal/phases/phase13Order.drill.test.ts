import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { witnessConfOf } from "../../components/witness/natsWitnessConfig";
import { roles, type Role } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { warmStandby } from "../../stacks/phase13WarmStandby";
import { program } from "../../stacks/program";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { Engine } from "../../engine/driver/engine";
import { shippedProject } from "../shippedProject";
import type { StackRun } from "../../engine/driver/engineStack";
import { checkPhaseChange } from "./phaseChange";
import { configure, seedEstate } from "../estate";
import type { Deployment } from "../../engine/state/deployment";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { shippedStacksIn } from "../testing/projectFolder";

const releaseType = "kubernetes:helm.sh/v3:Release";
const jobType = "kubernetes:batch/v1:Job";
const jobs = (deployment: Deployment) =>
    deployment
        .ofType(jobType)
        .map(({ inputs }) => String(inputs.metadata.name))
        .sort();
const hasNats = (deployment: Deployment) =>
    deployment.ofType(releaseType).some(({ inputs }) => inputs.chart === "nats");

describeWithTools("the order of phase 13, through the engine", ["pulumi"], (tools) => {
    const dir = mkdtempSync(path.join(tmpdir(), "kgents-order-"));
    const ups: Record<Role, StackRun[]> = { primary: [], dr: [], witness: [] };
    const before: Partial<Record<Role, Deployment>> = {};
    let doubles: Doubles;
    let engine: Engine;

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
        await configure(engine, await seedEstate(doubles, kgents));
        for (const [role, phase] of [
            ["dr", 11],
            ["primary", 12],
            ["dr", 12],
        ] as const) {
            await engine.stack(role).setConfig("phase", phase);
            await engine.stack(role).up();
        }
        for (const role of ["primary", "dr"] as const) before[role] = await engine.stack(role).export();
        for (const role of roles) await engine.stack(role).setConfig("phase", 13);
    });

    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    /** Takes the step; everything it does is judged at the end. */
    async function step(role: Role): Promise<Deployment> {
        ups[role].push(await engine.stack(role).up());
        return engine.stack(role).export();
    }

    /** What an update is told, having changed nothing in the cloud. */
    async function refused(role: Role): Promise<string> {
        const calls = doubles.cloud.calls().length;
        const message = await engine
            .stack(role)
            .up()
            .then(
                () => "it was not refused",
                (error: Error) => error.message,
            );
        expect(doubles.cloud.calls().length).toBe(calls);
        return message;
    }

    it("begins with the witness's network: neither region goes before it", async () => {
        expect(await refused("dr")).toContain(
            "stack witness does not exist, and this stack reads its outputs as those of the witness of prod\n" +
                "        to do: pulumi stack init witness, then pulumi up --stack witness, then this again",
        );
        // As "pulumi stack init" does.
        await engine.stack("witness").exportRaw();
        expect(await refused("dr")).toContain(
            "to do: pulumi config set --stack witness kgents-dr:phase 13, then pulumi up --stack witness, then this again",
        );
        expect(await refused("primary")).toContain(
            "pulumi up --stack witness, then pulumi up --stack dr, then this again",
        );
        const witness = await step("witness");
        expect(witness.outputs).toMatchObject({ phase: 13, joined: false });
        expect(witness.ofType("aws:ec2/instance:Instance")).toEqual([]);
    });

    it("goes on with the standby, without NATS", async () => {
        expect(await refused("primary")).toContain(
            'there has to be "the standby without NATS, peerings asked for" (stack dr)',
        );
        expect(await refused("witness")).toContain(
            "pulumi up --stack dr, then pulumi up --stack primary, then this again",
        );
        const dr = await step("dr");
        expect(hasNats(dr)).toBe(false);
        expect(jobs(dr)).toEqual([]);
        // AWS refuses a balancer for the internet before the VPC's gateway is there, and lets go of the gateway after the balancer only.
        expect(dr.one("drkit:index:RegionIngress").dependencies.join()).toContain("::network-public-internet");
        expect(dr.outputs).not.toHaveProperty("standbyGate");
    });

    it("then gives the primary's NATS its gateways, in place", async () => {
        expect(await refused("dr")).toContain(
            "pulumi up --stack primary, then pulumi up --stack witness, then pulumi up --stack primary, then this again",
        );
        // With a stream that cannot be promoted, and without a backup and snapshots of this moment, no server restarts.
        for (const job of ["nats-gate-streams", "nats-join"]) {
            doubles.cloud.onJob(({ name }) => ({ succeeded: name !== job, message: "refused" }));
            await expect(engine.stack("primary").up()).rejects.toThrow(job);
            const halted = await engine.stack("primary").export();
            const release = halted.ofType(releaseType).find(({ inputs }) => inputs.chart === "nats");
            expect(release?.inputs.values.config).not.toHaveProperty("gateway");
            if (job === "nats-gate-streams") expect(jobs(halted)).not.toContain("nats-join");
        }
        doubles.cloud.onJob(() => ({ succeeded: true }));
        const primary = await step("primary");
        const release = primary.ofType(releaseType).find(({ inputs }) => inputs.chart === "nats");
        expect(release?.inputs.values.config.gateway).toMatchObject({ enabled: true });
        expect(release?.id).toBe(before.primary?.ofType(releaseType).find(({ inputs }) => inputs.chart === "nats")?.id);
        expect(primary.outputs).toMatchObject({ gatewaysReady: true });
        expect(jobs(primary)).toEqual(["nats-gate-streams", "nats-join", "nats-streams"]);
    });

    it("then boots the witness, and nobody before it", async () => {
        expect(await refused("dr")).toContain(
            "pulumi up --stack witness, then pulumi up --stack primary, then this again",
        );
        expect(await refused("primary")).toContain(
            'there has to be "the witness\'s server, booted with gateways" (stack witness)',
        );
        const witness = await step("witness");
        expect(witnessConfOf(witness.one("aws:ec2/instance:Instance").inputs.userData)).toHaveProperty(
            "gateway.name",
            "witness",
        );
        expect(witness.outputs).toMatchObject({ joined: true });
    });

    it("then asks the gate: while it fails there is no standby NATS", async () => {
        expect(await refused("dr")).toContain("to do: pulumi up --stack primary, then this again");
        doubles.cloud.onJob(() => ({ succeeded: false, message: "the meta group has no 4 members within 600 s" }));
        await expect(engine.stack("primary").up()).rejects.toThrow("nats-gate-witness");
        expect(await refused("dr")).toContain(
            'there has to be "the gate: witness joined, streams still there" (stack primary)',
        );

        doubles.cloud.onJob(() => ({ succeeded: true }));
        const primary = await step("primary");
        expect(primary.outputs).toMatchObject({ witnessGate: 4 });
        expect(jobs(primary)).toEqual(["nats-gate-streams", "nats-gate-witness", "nats-join", "nats-streams"]);
    });

    it("ends with the standby's NATS: the gate of all seven, and then the mirrors", async () => {
        const asked: string[] = [];
        doubles.cloud.onJob((job) => {
            asked.push(String(job.name));
            return { succeeded: true };
        });
        const dr = await step("dr");
        expect(hasNats(dr)).toBe(true);
        expect(asked).toEqual(["nats-gate-standby", "nats-mirrors"]);
        expect(dr.outputs).toMatchObject({ standbyGate: 7 });
        // The passwords come by External Secrets: no Secret of them is in the standby's state.
        expect(dr.ofType("kubernetes:core/v1:Secret").map(({ inputs }) => inputs.metadata.name)).not.toContain(
            "nats-auth",
        );
    });

    it("is what the roadmap says, and a second update of each stack has nothing to do", async () => {
        expect(warmStandby.order).toEqual(["witness", "dr", "primary", "witness", "primary", "dr"]);
        for (const role of roles) {
            const { steps } = await engine.stack(role).up();
            expect(
                steps.filter(({ op }) => op !== "same" && op !== "read").map(({ op, urn }) => `${op} ${urn}`),
            ).toEqual([]);
        }
    });

    it.each(["primary", "dr"] as const)(
        "only creates in %s, and updates in place what the phase names",
        async (role) => {
            // The Jobs that were made to fail were made again: replacements that are owed to the failure.
            const steps = ups[role].flatMap((up) => up.steps).filter(({ urn }) => !/::nats-(join|gate)-job$/.test(urn));
            const after = await engine.stack(role).export();
            const checks = checkPhaseChange({
                stack: role,
                from: 12,
                to: 13,
                before: before[role]!,
                steps,
                after,
                updates: warmStandby.updates?.[role],
            });
            expect(checks.filter(({ passed }) => !passed)).toEqual([]);
        },
    );
});
