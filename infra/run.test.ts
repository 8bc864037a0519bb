import { describe, expect, it, vi } from "vitest";
import { kgents, type Role } from "./profile";
import { runPhases, type PhaseLoaders } from "./run";
import type { PhaseBuilder, StackContext } from "./stack";
import type { Phase } from "./phase";

const stackAt = (phase: Phase, role: Role = "primary") =>
    ({ role, phase, region: kgents.regions[role] }) as StackContext;
const loader = (builder: PhaseBuilder) => async () => builder;

describe("runPhases", () => {
    it("runs the phases up to the stack's own, in order, each on the parts of those before it", async () => {
        const seen: [Phase, string[]][] = [];
        const phase = (number: Phase, part: string): PhaseBuilder => ({
            phase: number,
            primary: (_stack, parts) => {
                seen.push([number, Object.keys(parts)]);
                return { parts: { [part]: number } as object };
            },
        });
        const unreached = vi.fn();
        await runPhases(stackAt(12), {
            10: loader(phase(10, "cluster")),
            11: loader(phase(11, "backup")),
            12: loader(phase(12, "dns")),
            13: unreached,
        });
        expect(seen).toEqual([
            [10, []],
            [11, ["cluster"]],
            [12, ["cluster", "backup"]],
        ]);
        expect(unreached).not.toHaveBeenCalled();
    });

    it("exports phase, role, region and range whatever the phases add", async () => {
        const loaders: PhaseLoaders = { 10: loader({ phase: 10, primary: () => ({ outputs: { clusterName: "c" } }) }) };
        expect(await runPhases(stackAt(10), loaders)).toEqual({
            phase: 10,
            role: "primary",
            region: "us-east-1",
            vpcCidr: "10.10.0.0/16",
            clusterName: "c",
        });
    });

    it("gives a role nothing in a phase that does not name it", async () => {
        const loaders: PhaseLoaders = { 10: loader({ phase: 10, primary: () => ({ outputs: { clusterName: "c" } }) }) };
        expect(await runPhases(stackAt(10, "witness"), loaders)).not.toHaveProperty("clusterName");
    });

    it("refuses a phase that takes over a part or an output of an earlier one", async () => {
        const first = loader({
            phase: 10,
            primary: () => ({ parts: { nats: { url: "a", ready: [] } }, outputs: { vpcId: "a" } }),
        });
        const samePart = loader({ phase: 11, primary: () => ({ parts: { nats: { url: "b", ready: [] } } }) });
        const sameOutput = loader({ phase: 11, primary: () => ({ outputs: { vpcId: "b" } }) });
        await expect(runPhases(stackAt(11), { 10: first, 11: samePart })).rejects.toThrow(
            "phase 11 may add to what earlier phases made, not take it over: part nats exists",
        );
        await expect(runPhases(stackAt(11), { 10: first, 11: sameOutput })).rejects.toThrow("output vpcId exists");
    });

    it("says which phase has no builder", async () => {
        await expect(runPhases(stackAt(10), {})).rejects.toThrow(
            "phase 10 is delivered but stacks/ has no builder for it",
        );
    });
});
