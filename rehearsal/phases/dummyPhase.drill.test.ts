import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kgents } from "../../infra/kgents";
import { phaseOf, providedFrom, type Roadmap, type RoadmapPhase } from "../../infra/roadmap";
import { readSettings } from "../../infra/settings";
import type { PhaseBuilder, StackContext } from "../../infra/stack";
import { programOf } from "../../stacks/program";
import { roadmap as shipped } from "../../stacks/roadmap";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { Engine } from "../../engine/driver/engine";
import { describeWithTools } from "../../engine/toolchain/testTools";
import type { Estate } from "../estate";
import { bringUp, type PhaseUp } from "./bringUp";
import { shippedStacksIn } from "../testing/projectFolder";

/*
 * A phase that stands in this file alone: its definition, what it builds, and the outputs that it adds to the interface between the stacks.
 */
declare module "../../infra/outputs" {
    interface PrimaryOutputs {
        readonly dummyQuestion: string;
    }
    interface DrOutputs {
        readonly dummyAnswer: string;
    }
}

const dummy: RoadmapPhase<PhaseBuilder> = {
    id: 15,
    title: "dummy",
    order: ["dr", "primary", "dr"],
    updates: { primary: ["nats-release"] },
    reads: { dr: ["primary"], primary: ["dr"] },
    outputs: { primary: ["dummyQuestion"], dr: ["dummyAnswer"] },
    after: {
        id: "patience",
        title: "Questions are kept for a month",
        role: "dr",
        settings: { network: { nat: "instance" } },
        steps: [{ op: "update", type: "aws:sns/topic:Topic", name: "dummy-topic" }],
    },
    load: async () => builder,
};

const builder: PhaseBuilder = {
    async before({ role, outputsOf }) {
        const [dr, primary] = [(await outputsOf("dr")) ?? {}, (await outputsOf("primary")) ?? {}];
        const isDone = [dr["phase"] === dummy.id, primary["phase"] === dummy.id, "dummyAnswer" in dr];
        const next = dummy.order[isDone.indexOf(false)];
        if (next !== undefined && next !== role)
            throw new pulumi.RunError(`stack ${role} comes too early in phase ${dummy.id}: pulumi up --stack ${next}`);
    },
    fills: {
        joinEntry: async (stack) => ({
            tlsSecret: "dummy-tls",
            ready: [topic(stack)],
            witnessPeeringId: pulumi.output(""),
            secretsKeyArn: pulumi.output(""),
        }),
    },
    primary: () => ({ outputs: { dummyQuestion: "who comes last?" } }),
    async dr(stack) {
        topic(stack);
        const primary = await stack.peer("primary");
        const asked = primary.optional("dummyQuestion");
        return asked === undefined ? {} : { outputs: { dummyAnswer: `${asked} ${stack.role}` } };
    },
};

function topic({ aws: provider, profile, settings }: StackContext): aws.sns.Topic {
    const displayName = `out by ${settings.network.nat}`;
    return new aws.sns.Topic("dummy-topic", { name: `${profile.name}-dummy`, displayName }, { provider });
}

/** The shipped baseline, what is planned and not there yet, and the phase of this file. */
const roadmap: Roadmap<PhaseBuilder> = [phaseOf(shipped, 10), phaseOf(shipped, 14), dummy];

describeWithTools("a phase that one file adds", ["pulumi"], (tools) => {
    const dir = mkdtempSync(path.join(tmpdir(), "dummy-phase-"));
    const estate: Estate = { settings: { dr: { network: { flowLogs: true } } } };
    let doubles: Doubles;
    let engine: Engine;
    let up: PhaseUp;

    beforeAll(async () => {
        const projectDir = shippedStacksIn(dir);
        doubles = await startDoubles();
        const program = programOf(kgents, roadmap);
        // No policies: they hold a stack to what the phases between these two deploy.
        engine = await Engine.start({
            tools,
            doubles,
            projectDir,
            program,
            dir: path.join(dir, "engine"),
        });
        const ground = { engine, estate, stateDir: path.join(dir, "state") };
        const first = await bringUp(phaseOf(roadmap, 10), { ...ground, before: {} });
        up = await bringUp(dummy, { ...ground, before: first.deployments });
    });

    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    it("is a phase that the settings allow, and refuse where the roadmap does not have it", () => {
        const config = { values: { "kgents-dr:phase": "15" } };
        expect(readSettings("dr", "kgents-dr", config, kgents, roadmap).settings.phase).toBe(15);
        expect(() => readSettings("dr", "kgents-dr", config, kgents, shipped)).toThrow(
            "one of the delivered phases: 10",
        );
    });

    it("goes up in its order, of which no step can be skipped, and ends with what it leaves to a person", () => {
        const ups = up.runs.filter(({ operation }) => operation === "up");
        expect(ups.map(({ stack }) => stack)).toEqual([...dummy.order, "dr"]);
        expect(new Set(up.runs.map(({ phase }) => phase))).toEqual(new Set([15]));
        expect(up.checks.map(({ id }) => id)).toEqual(
            expect.arrayContaining(["phase-15-step-1-gate", "phase-15-step-2-gate", "phase-15-patience"]),
        );
    });

    it("passes every check of the walk, and may update what it names and nothing else", () => {
        expect(up.checks.filter(({ passed }) => !passed)).toEqual([]);
        expect(up.checks.find(({ id }) => id === "phase-change-primary-10-15-updates")?.expected).toBe(
            "updates of nats-release",
        );
        expect(up.checks.find(({ id }) => id === "phase-change-dr-10-15-updates")?.expected).toBe("updates of nothing");
    });

    it("fills what the baseline leaves open: the servers get gateways, once its own resource is there", () => {
        const release = up.deployments.primary!.one("kubernetes:helm.sh/v3:Release");
        expect(release.inputs.values.config.gateway).toMatchObject({ enabled: true });
        expect(up.deployments.primary!.one("drkit:index:NatsSuperCluster").dependencies.join()).toContain(
            "::dummy-topic",
        );
    });

    it("exports what it names, and whoever misses it is told that this phase brings it", () => {
        expect(up.deployments.dr?.outputs).toMatchObject({ phase: 15, dummyAnswer: "who comes last? dr" });
        expect(up.deployments.primary?.outputs).toMatchObject({ phase: 15, dummyQuestion: "who comes last?" });
        expect(providedFrom(roadmap, "dr", "dummyAnswer")).toBe(15);
    });

    it("sets what it leaves to a person over the settings that are there", () => {
        expect(up.deployments.dr?.one("aws:sns/topic:Topic").inputs.displayName).toBe("out by instance");
        expect(engine.stack("dr").config.get("network")).toEqual({ flowLogs: true, nat: "instance" });
    });
});
