import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Phase } from "../components/model/phase";
import { roles, type Role } from "../components/model/profile";
import { production, stackNameOf } from "../components/model/stackName";
import { fixtureSystem } from "../components/testing/fixtureSystem";
import { Engine } from "../engine/driver/engine";
import type { StackRun } from "../engine/driver/engineStack";
import { describeWithTools } from "../engine/toolchain/testTools";
import { programOf } from "../stacks/program";
import { warmStandby } from "../stacks/phase13WarmStandby";
import { roadmap } from "../stacks/roadmap";
import { startDoubles, type Doubles } from "../testbed/doubles/doubles";
import { configure, roleStack, seedEstate, type Estate } from "./estate";
import { bareStacksIn } from "./testing/projectFolder";

const staging = "staging";
const environments = [production, staging] as const;

/** The updates that take an environment to the warm standby: the baseline of the standby, then the phases that nothing can skip. */
const updates: readonly (readonly [Role, Phase])[] = [
    ["dr", 11],
    ["primary", 12],
    ["dr", 12],
    ...warmStandby.order.map((role) => [role, warmStandby.id] as const),
];
/** From here on staging needs production's registry to copy images. */
const firstShared = updates.findIndex(([role, phase]) => role === "dr" && phase === warmStandby.id);
const makesShared = updates.findIndex(([role, phase]) => role === "primary" && phase === warmStandby.id);

describeWithTools("two environments in one account and project", ["pulumi"], (tools) => {
    const dir = mkdtempSync(path.join(tmpdir(), "drkit-environments-"));
    let doubles: Doubles;
    let engine: Engine;
    const estates: Record<string, Estate> = {};

    /** The fixture system's program on an engine with a backend of its own, in the one account. */
    async function startEngine(name: string, stacks: readonly string[]): Promise<Engine> {
        const projectDir = bareStacksIn(path.join(dir, name), "atlas-dr", stacks);
        const program = programOf(fixtureSystem, roadmap);
        return Engine.start({ tools, doubles, projectDir, program, dir: path.join(dir, name, "engine") });
    }

    beforeAll(async () => {
        doubles = await startDoubles();
        const stacks = environments.flatMap((environment) => roles.map((role) => stackNameOf({ role, environment })));
        engine = await startEngine("both", stacks);
        for (const environment of environments) {
            const { settings, ...rest } = await seedEstate(doubles, fixtureSystem, environment);
            const primary = { ...settings.primary, cluster: { mode: "create", nodes: 5 } };
            estates[environment] = { ...rest, settings: { ...settings, primary } };
            await configure(engine, estates[environment]);
        }
    });

    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    const stackOf = (environment: string, role: Role) => roleStack(engine, estates[environment]!, role);
    const previewsOf = (environment: string) =>
        Promise.all(roles.map((role) => stackOf(environment, role).preview("preview again")));
    const changesOf = (runs: readonly StackRun[]) =>
        runs.flatMap(({ run, steps }) =>
            steps.filter(({ op }) => op !== "same" && op !== "read").map(({ op, urn }) => `${run.stack}: ${op} ${urn}`),
        );
    /** What the stacks of an environment hold in AWS, as the account has it. */
    const heldBy = async (environment: string) => {
        const deployments = await Promise.all(roles.map((role) => stackOf(environment, role).export()));
        return deployments.flatMap(({ resources }) =>
            resources.filter(({ type, id }) => type.startsWith("aws:") && id !== undefined),
        );
    };

    it("go up side by side, each with its own of everything that has a name", async () => {
        let sharedIsMade = () => {};
        const shared = new Promise<void>((resolve) => (sharedIsMade = resolve));
        await Promise.all(
            environments.map(async (environment) => {
                for (const [index, [role, phase]] of updates.entries()) {
                    if (environment !== production && index === firstShared) await shared;
                    const stack = stackOf(environment, role);
                    await stack.setConfig("phase", phase);
                    await stack.up();
                    if (environment === production && index === makesShared) sharedIsMade();
                }
            }),
        );
        const [ofProduction, ofStaging] = [await heldBy(production), await heldBy(staging)];
        // One replication of the registry, and the settings of its copies, are production's.
        const kindsOf = (held: typeof ofProduction) =>
            held
                .map(({ type, name }) => `${type} ${name.replace("atlas-staging", "atlas").replace("staging-", "")}`)
                .sort();
        const onlyProductions = kindsOf(ofProduction).filter((kind) => !kindsOf(ofStaging).includes(kind));
        expect(onlyProductions).toEqual([
            "aws:ecr/replicationConfiguration:ReplicationConfiguration images-configuration",
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate images-atlas",
        ]);
        expect(kindsOf(ofStaging).filter((kind) => !kindsOf(ofProduction).includes(kind))).toEqual([]);
        const text = JSON.stringify(ofStaging.map(({ inputs }) => inputs));
        expect(text.match(/atlas-(primary|dr|witness)\b|[^-]gateway\.atlas\.example|"atlas\//g) ?? []).toEqual([]);
    });

    it("are told apart by their tags, and have one system's", async () => {
        for (const { inputs, urn } of await heldBy(staging)) {
            const { Project, Stack, Environment } = inputs.tagsAll ?? inputs.tags ?? {};
            if (Project === undefined) continue;
            expect({ Project, Stack, Environment }, urn).toEqual({
                Project: "atlas",
                Stack: expect.stringMatching(/^staging-(primary|dr|witness)$/),
                Environment: "staging",
            });
        }
        for (const { inputs, urn } of await heldBy(production)) expect(inputs.tags?.Environment, urn).toBeUndefined();
    });

    it("come to rest: a second update of staging has nothing to do", async () => {
        expect(changesOf(await previewsOf(staging))).toEqual([]);
    });

    it("refuse a stack whose peers are another environment's, by name and before it changes anything", async () => {
        const dr = stackOf(staging, "dr");
        const before = doubles.cloud.calls().length;
        await dr.setConfig("peers", { witness: "witness" });
        await expect(dr.preview()).rejects.toThrow(
            /stack witness says that it is the witness of prod, and this stack takes it for the witness of staging/,
        );
        await dr.setConfig("peers", { witness: "stagng-witness" });
        await expect(dr.preview()).rejects.toThrow(/stack stagng-witness does not exist/);
        await dr.setConfig("peers", {});
        expect(doubles.cloud.calls()).toHaveLength(before);
    });

    it("refuse a second stack of the same environment and role", async () => {
        const second = engine.stack("stage2-primary");
        await second.setConfig("environment", staging);
        await second.setConfig("phase", 10);
        await expect(second.preview()).rejects.toThrow(/stack staging-primary is the primary of staging already/);
    });

    it("collide where the environment is left out of the names", async () => {
        const other = await startEngine("unnamed", ["dr"]);
        try {
            const dr = other.stack("dr");
            await dr.setConfig("phase", 11);
            await expect(dr.up()).rejects.toThrow(
                /Bucket "atlas-nats-backups-euw1-123456789012" already exists \(in all accounts and regions\)/,
            );
        } finally {
            other.close();
        }
    });

    it("are independent: with staging destroyed, production is as it was and has nothing to do", async () => {
        const keyOf = ({ type, id }: { readonly type: string; readonly id?: string }) => `${type} ${id}`;
        // An id that both have is one within something else, such as a permission's within its function.
        const ofStaging = new Set((await heldBy(staging)).map(keyOf));
        const held = (await heldBy(production)).filter((one) => !ofStaging.has(keyOf(one)));
        doubles.cloud.liftDeletionProtection();
        const down = [...new Set([...updates].reverse().map(([role]) => role))];
        for (const role of down) await stackOf(staging, role).destroy();
        expect((await heldBy(staging)).map(({ urn }) => urn)).toEqual([]);
        expect(changesOf(await previewsOf(production))).toEqual([]);
        const there = new Set(doubles.cloud.objects().map(keyOf));
        const gone = held.filter((one) => !there.has(keyOf(one)));
        expect(gone.map(({ urn }) => urn)).toEqual([]);
    });
});
