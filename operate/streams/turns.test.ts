import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Turns } from "./turns";

describe("turns", () => {
    it("are taken one after the other, in the order in which they were asked for, and one that fails holds up nobody", async () => {
        const turns = new Turns();
        const events: string[] = [];
        const work = (name: string, ms: number) => async () => {
            events.push(`${name} begins`);
            await delay(ms);
            events.push(`${name} ends`);
            if (name === "b") throw new Error("b failed");
            return name;
        };
        const outcomes = await Promise.allSettled([
            turns.take(work("a", 20)),
            turns.take(work("b", 1)),
            turns.take(work("c", 1)),
        ]);
        expect(events).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
        expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    });
});
