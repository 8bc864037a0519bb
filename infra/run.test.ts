import { describe, expect, it, vi } from "vitest";
import type { Phase } from "../components/model/phase";
import type { Role } from "../components/model/profile";
import { kgents } from "./kgents";
import type { Roadmap } from "./roadmap";
import { runPhases } from "./run";
import type { PhaseBuilder, StackContext } from "./stack";
import { phase } from "./testing/roadmap";

const peers = { primary: "primary", dr: "dr", witness: "witness" };

const stackAt = (phase: Phase, roadmap: Roadmap<PhaseBuilder>, role: Role = "primary") =>
    ({ role, phase, roadmap, region: kgents.regions[role], environment: "prod", peers }) as StackContext;

/** Phases from 10 on that build so, and may export what the tests ask for. */
const roadmapOf = (...builders: PhaseBuilder[]): Roadmap<PhaseBuilder> =>
    builders.map((builder, index) =>
        phase(10 + index, "a phase", builder, { outputs: { primary: ["clusterName", "vpcId"] } }),
    );

describe("runPhases", () => {
    it("runs the phases up to the stack's own, in order, each on the parts of those before it", async () => {
        const seen: [Phase, string[]][] = [];
        const making = (number: Phase, part: string): PhaseBuilder => ({
            primary: (_stack, parts) => {
                seen.push([number, Object.keys(parts)]);
                return { parts: { [part]: number } as object };
            },
        });
        const unreached = vi.fn();
        await runPhases(
            stackAt(12, [
                ...roadmapOf(making(10, "cluster"), making(11, "backup"), making(12, "dns")),
                phase(13, "a phase", {}, { load: unreached }),
            ]),
        );
        expect(seen).toEqual([
            [10, []],
            [11, ["cluster"]],
            [12, ["cluster", "backup"]],
        ]);
        expect(unreached).not.toHaveBeenCalled();
    });

    it("exports phase, role, region and range whatever the phases add", async () => {
        const roadmap = roadmapOf({ primary: () => ({ outputs: { clusterName: "c" } }) });
        expect(await runPhases(stackAt(10, roadmap))).toEqual({
            phase: 10,
            role: "primary",
            environment: "prod",
            peers,
            region: "us-east-1",
            vpcCidr: "10.10.0.0/16",
            clusterName: "c",
        });
    });

    it("gives a role nothing in a phase that does not name it", async () => {
        const roadmap = roadmapOf({ primary: () => ({ outputs: { clusterName: "c" } }) });
        expect(await runPhases(stackAt(10, roadmap, "witness"))).not.toHaveProperty("clusterName");
    });

    it("refuses a phase that takes over a part or an output of an earlier one", async () => {
        const first: PhaseBuilder = {
            primary: () => ({ parts: { nats: { url: "a", ready: [] } }, outputs: { vpcId: "a" } }),
        };
        const samePart: PhaseBuilder = { primary: () => ({ parts: { nats: { url: "b", ready: [] } } }) };
        const sameOutput: PhaseBuilder = { primary: () => ({ outputs: { vpcId: "b" } }) };
        await expect(runPhases(stackAt(11, roadmapOf(first, samePart)))).rejects.toThrow(
            "phase 11 may add to what earlier phases made, not take it over: part nats exists",
        );
        await expect(runPhases(stackAt(11, roadmapOf(first, sameOutput)))).rejects.toThrow("output vpcId exists");
    });

    it("refuses an output that the phase's definition does not name", async () => {
        const roadmap = roadmapOf({ primary: () => ({ outputs: { zoneId: "Z1" } }) });
        await expect(runPhases(stackAt(10, roadmap))).rejects.toThrow(
            "phase 10 exports zoneId of stack primary, which its definition does not name",
        );
    });

    it("lets an earlier phase find what later ones fill in, once the stack is at them, and one of them only", async () => {
        const asked: (boolean | undefined)[] = [];
        const asking: PhaseBuilder = {
            primary: async (stack) => {
                asked.push(await stack.openings.standbyServes?.(stack));
                return {};
            },
        };
        const filling: PhaseBuilder = { fills: { standbyServes: async () => true } };
        await runPhases(stackAt(10, roadmapOf(asking, filling)));
        await runPhases(stackAt(11, roadmapOf(asking, filling)));
        expect(asked).toEqual([undefined, true]);
        await expect(runPhases(stackAt(12, roadmapOf(asking, filling, filling)))).rejects.toThrow(
            "opening standbyServes exists",
        );
    });

    it("says which phase has no builder", async () => {
        const roadmap = [{ id: 10, title: "baseline", order: [] }];
        await expect(runPhases(stackAt(10, roadmap))).rejects.toThrow(
            "phase 10 is delivered but stacks/ has no builder for it",
        );
    });

    it("passes over a phase that is not in this version on the way to one that is", async () => {
        const roadmap = [
            ...roadmapOf({ primary: () => ({ outputs: { clusterName: "c" } }) }),
            { id: 11, title: "not yet", order: [] },
            phase(12, "a phase"),
        ];
        expect(await runPhases(stackAt(12, roadmap))).toMatchObject({ phase: 12, clusterName: "c" });
    });
});
