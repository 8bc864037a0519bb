import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ScaledClock } from "./clock";

describe("a clock that is faster than the machine's", () => {
    it("runs what is asked of it, in scaled time", async () => {
        const clock = new ScaledClock(1_000);
        await new Promise<void>((resolve) => clock.at(1, resolve));
        expect(clock.now).toBeGreaterThanOrEqual(1);
    });

    it("is silent once stopped, also for a round that was on its way and asks for the next", async () => {
        const clock = new ScaledClock(1_000);
        let rounds = 0;
        const round = () => {
            rounds += 1;
            clock.at(clock.now + 1, round);
        };
        round();
        clock.stop();
        // As an answer does that arrives after the end.
        round();
        await delay(20);
        expect(rounds).toBe(2);
    });
});
