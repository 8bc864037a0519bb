import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "./clock";
import type { EndpointCheck, ProbeResult } from "./model";
import { randomFrom } from "./random";
import { Route53, type Checker, type Route53Options } from "./route53";
import { absent, pairZone, refused, silent, well } from "./testing";

interface World {
    deep: ProbeResult | ((checker: Checker) => ProbeResult);
    latch: ProbeResult;
}

function start(
    world: World,
    {
        deep = {},
        seed = 1,
        ...options
    }: { deep?: Partial<EndpointCheck>; seed?: number } & Partial<Route53Options> = {},
) {
    const clock = new VirtualClock();
    const probe = (check: EndpointCheck, checker: Checker) => {
        const result = check.id === "deep" ? world.deep : world.latch;
        return typeof result === "function" ? result(checker) : result;
    };
    const route53 = new Route53(
        pairZone(deep),
        clock,
        { probe, addresses: () => [] },
        { random: randomFrom(seed), ...options },
    );
    const answered = () => (route53.answer("pair.test", "A").values[0] === "192.0.2.1" ? "primary" : "secondary");
    return { clock, route53, world, answered };
}

describe("Route53", () => {
    it.each([
        ["healthy", well, "absent", absent, "primary"],
        ["healthy", well, "present", well, "secondary"],
        ["healthy", well, "in a region that is down", silent, "primary"],
        ["unhealthy", refused, "absent", absent, "secondary"],
        ["unhealthy", refused, "present", well, "secondary"],
        ["unhealthy", silent, "in a region that is down", silent, "secondary"],
    ])("deep check %s, latch %s: answers the %s", (_deep, deep, _latch, latch, expected) => {
        const { clock, world, answered } = start({ deep: well, latch: absent });
        world.deep = deep;
        world.latch = latch;
        clock.runUntil(300);
        expect(answered()).toBe(expected);
        expect(start({ deep, latch }).answered()).toBe(expected);
    });

    it("starts a new inverted check as unhealthy, until the checkers know better", () => {
        const { clock, route53, answered } = start({ deep: well, latch: absent }, { start: "new" });
        expect(route53.healthy("deep")).toBe(true);
        expect(route53.healthy("latch")).toBe(false);
        expect(answered()).toBe("secondary");
        clock.runUntil(48);
        expect(answered()).toBe("primary");
    });

    it("holds with 3 of 16 checkers, and gives up with 2 of 16", () => {
        for (const [succeeding, expected] of [
            [3, "primary"],
            [2, "secondary"],
        ] as const) {
            const { clock, answered, world } = start({ deep: well, latch: absent });
            world.deep = ({ index }) => (index < succeeding ? well : refused);
            clock.runUntil(600);
            expect(answered()).toBe(expected);
        }
    });

    it("bears 5.9 s and not 6.1 s", () => {
        for (const [total, expected] of [
            [5.9, "primary"],
            [6.1, "secondary"],
        ] as const) {
            const { clock, answered, world } = start({ deep: well, latch: absent });
            world.deep = { connect: (total * 4) / 6, respond: (total * 2) / 6, status: 200 };
            clock.runUntil(600);
            expect(answered()).toBe(expected);
        }
    });

    it("stays healthy with a disabled check, whatever happens", () => {
        const { clock, answered, world } = start({ deep: well, latch: absent }, { deep: { disabled: true } });
        world.deep = silent;
        clock.runUntil(3_600);
        expect(answered()).toBe("primary");
    });

    it("turns within the arithmetic of interval, threshold and patience, for every phase of the checkers", () => {
        const interval = fc.constantFrom(10 as const, 30 as const);
        fc.assert(
            fc.property(
                fc.integer(),
                interval,
                fc.integer({ min: 1, max: 10 }),
                fc.boolean(),
                (seed, every, threshold, quiet) => {
                    const { clock, world, answered } = start(
                        { deep: well, latch: absent },
                        { deep: { interval: every, threshold }, seed },
                    );
                    world.deep = quiet ? silent : refused;
                    const trigger = clock.runUntilTrue(() => answered() === "secondary", 3_600);
                    const perTry = quiet ? 4 : 0;
                    expect(trigger).toBeGreaterThanOrEqual((threshold - 1) * every + threshold * perTry);
                    expect(trigger).toBeLessThanOrEqual(threshold * (every + perTry));
                    expect(trigger).toBeLessThanOrEqual(threshold * (every + 6));
                },
            ),
        );
    });

    it("gives the same run for the same seed, event by event", () => {
        const run = () => {
            const { clock, route53, world } = start({ deep: well, latch: absent }, { seed: 7 });
            world.deep = silent;
            clock.runUntil(200);
            world.latch = well;
            clock.runUntil(400);
            return { events: clock.events, changes: route53.changes };
        };
        expect(run()).toEqual(run());
        expect(run().changes.length).toBeGreaterThan(2);
    });

    it("tells name servers of a change only after the propagation", () => {
        const { clock, world, route53, answered } = start({ deep: well, latch: absent }, { propagation: 10 });
        world.deep = refused;
        const trigger = clock.runUntilTrue(() => answered() === "secondary", 600)!;
        const { clock: quicker, world: other, answered: sooner } = start({ deep: well, latch: absent });
        other.deep = refused;
        expect(trigger).toBeCloseTo(quicker.runUntilTrue(() => sooner() === "secondary", 600)! + 10);
        expect(route53.changes.map(({ name }) => name)).toEqual(["deep", "both"]);
    });
});
