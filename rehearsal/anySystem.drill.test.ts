import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fixtureSystem } from "../components/testing/fixtureSystem";
import { nameKinds } from "../components/testing/nameKinds";
import type { Phase } from "../components/model/phase";
import { roles } from "../components/model/profile";
import { Engine } from "../engine/driver/engine";
import { describeWithTools } from "../engine/toolchain/testTools";
import type { NameKind } from "../components/model/nameLimits";
import { derivedNames } from "../infra/derivedNames";
import { deliveredPhases } from "../infra/roadmap";
import { drillPassed } from "../report/verdict";
import { buildPolicies } from "../scripts/buildPolicies.mjs";
import { programOf } from "../stacks/program";
import { roadmap } from "../stacks/roadmap";
import { startDoubles, type Doubles } from "../testbed/doubles/doubles";
import { allDrills } from "./drills";
import type { Deployments } from "./kit/context";
import { runScript } from "./kit/runDrill";
import { drillContext } from "./kit/testing/drillContext";
import { configure, seedEstate, type Estate } from "./estate";
import { bringUp } from "./phases/bringUp";
import type { Check } from "../report";
import { bareStacksIn } from "./testing/projectFolder";

const pack = path.join(__dirname, "../policies/testing/fixturePack");

describeWithTools("a system that is not the shipped one", ["pulumi", "nats-server", "nats", "versitygw"], (tools) => {
    const dir = mkdtempSync(path.join(tmpdir(), "drkit-any-system-"));
    let doubles: Doubles;
    let engine: Engine;
    let estate: Estate;
    let deployments: Deployments = {};
    const byPhase = new Map<Phase, Deployments>();

    beforeAll(async () => {
        const { executable } = await buildPolicies(pack);
        const projectDir = bareStacksIn(dir, "atlas-dr", roles);
        doubles = await startDoubles();
        const program = programOf(fixtureSystem, roadmap);
        engine = await Engine.start({
            tools,
            doubles,
            projectDir,
            program,
            policyPack: executable,
            dir: path.join(dir, "engine"),
        });
        const seeded = await seedEstate(doubles, fixtureSystem);
        // Five servers of NATS, one a node.
        const primary = { ...seeded.settings.primary, cluster: { mode: "create", nodes: 5 } };
        estate = { ...seeded, settings: { ...seeded.settings, primary } };
        await configure(engine, estate);
    });

    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    const failed = (checks: readonly Check[]) =>
        checks.filter(({ passed }) => !passed).map(({ id, actual }) => `${id}: ${actual}`);

    it.each(deliveredPhases(roadmap))("goes up to phase $id, $title, and only creates", async (phase) => {
        const up = await bringUp(phase, { engine, estate, before: deployments, stateDir: path.join(dir, "state") });
        deployments = { ...deployments, ...up.deployments };
        byPhase.set(phase.id, deployments);
        expect(up.checks.length).toBeGreaterThan(0);
        expect(failed(up.checks)).toEqual([]);
        expect(up.runs.flatMap(({ violations }) => violations)).toEqual([]);
    });

    it("has what AWS takes in us-east-1 only there, by one provider, and nothing else out of its regions", () => {
        const inUsEast1 = (deployments.primary?.resources ?? []).filter(({ inputs }) => inputs.region === "us-east-1");
        expect([...new Set(inUsEast1.map(({ type }) => type))].sort()).toEqual([
            "aws:acm/certificate:Certificate",
            "aws:acm/certificateValidation:CertificateValidation",
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "aws:sns/topic:Topic",
            "pulumi:providers:aws",
        ]);
        for (const role of roles) {
            const own = fixtureSystem.regions[role].name;
            const elsewhere = (deployments[role]?.resources ?? []).filter(
                ({ inputs }) => inputs.region !== undefined && ![own, "us-east-1"].includes(inputs.region),
            );
            expect(elsewhere.map(({ urn }) => urn)).toEqual([]);
        }
        const [errorRate] = deployments
            .primary!.ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
            .filter(({ name }) => name.endsWith("error-rate"));
        expect(errorRate?.inputs.region).toBe("eu-central-1");
    });

    it("gives nothing a name that was not held against its limit before anything was made", () => {
        const kinds: Readonly<Record<string, NameKind>> = {
            ...nameKinds,
            "aws:eks/cluster:Cluster": "cluster",
            "aws:secretsmanager/secret:Secret": "secret",
        };
        const derived = derivedNames(fixtureSystem).map(({ kind, name }) => `${kind}: ${name}`);
        const deployed = roles.flatMap((role) =>
            (deployments[role]?.resources ?? []).flatMap(({ type, inputs }) => {
                const kind = kinds[type];
                return kind === undefined ? [] : [`${kind}: ${inputs.name ?? inputs.bucket}`];
            }),
        );
        expect(new Set(deployed.map((entry) => entry.split(":")[0])).size).toBe(Object.keys(kinds).length);
        const ofAnyAccount = deployed.map((entry) => entry.replace("123456789012", "000000000000"));
        expect(ofAnyAccount.filter((entry) => !derived.includes(entry))).toEqual([]);
    });

    it("carries no name of the shipped system into what it deploys", () => {
        const text = JSON.stringify(roles.map((role) => deployments[role]?.resources));
        expect(text.match(/.{30}(kgents|agentese|use1\b|usw2\b|us-west-2).{30}/gi) ?? []).toEqual([]);
    });

    it.each(allDrills.filter(({ long }) => !long))(
        "passes the drill $id on what the engine deployed, with real servers where it has any",
        async (drill) => {
            const workDir = mkdtempSync(path.join(dir, `${drill.id}-`));
            const given = { deployments: byPhase.get(drill.phase) ?? {}, profile: fixtureSystem };
            const result = await runScript(drill, drillContext({ ...given, tools, workDir }));
            expect(failed(result.checks)).toEqual([]);
            expect(drillPassed(result, fixtureSystem.contracts)).toBe(true);
        },
    );
});
