import { describe, expect, it } from "vitest";
import { placeDurables } from "./durables";
import type { StreamApi } from "./streamApi";

function fakeApi() {
    const held = new Map<string, Record<string, unknown>>();
    const calls: string[] = [];
    const api = {
        durables: async () => [...held].map(([name, config]) => ({ name, config, ack_floor: { stream_seq: 0 } })),
        removeDurable: async (_stream: string, durable: string) => {
            calls.push(`remove ${durable}`);
            held.delete(durable);
        },
        createDurable: async (_stream: string, durable: string, config: Record<string, unknown>) => {
            calls.push(`create ${durable} ${config.opt_start_seq}`);
            held.set(durable, config);
        },
    };
    return { api: api as unknown as StreamApi, calls };
}

const worker = { durable: "worker", ackFloor: 90, config: { ack_policy: "explicit", deliver_policy: "all" } };

describe("placeDurables", () => {
    it("lets a durable go on after its position, once: a second run resets nobody", async () => {
        const { api, calls } = fakeApi();
        expect(await placeDurables(api, "M", [worker], 100)).toEqual([
            { durable: "worker", from: 91, outcome: "placed" },
        ]);
        expect(await placeDurables(api, "M", [worker], 100)).toEqual([
            { durable: "worker", from: 91, outcome: "kept" },
        ]);
        expect(calls).toEqual(["remove worker", "create worker 91"]);
    });

    it("never goes past the last mirrored message, where the same sequences are other messages", async () => {
        const { api, calls } = fakeApi();
        await placeDurables(api, "M", [{ ...worker, ackFloor: 120 }], 100);
        expect(calls).toEqual(["remove worker", "create worker 101"]);
    });

    it("makes one anew that begins elsewhere", async () => {
        const { api, calls } = fakeApi();
        await placeDurables(api, "M", [worker]);
        await placeDurables(api, "M", [{ ...worker, ackFloor: 95 }]);
        expect(calls.slice(2)).toEqual(["remove worker", "create worker 96"]);
    });
});
