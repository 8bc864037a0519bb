import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answer, type Health } from "./answers";
import type { ZoneRecord } from "./model";
import { pairRecord } from "./testing";

const health = (healthy: readonly string[], targets = true): Health => ({
    check: (id) => healthy.includes(id),
    target: () => targets,
    addresses: ({ name }) => [`addresses of ${name}`],
});

const alias = (
    name: string,
    target: string,
    zoneId: string,
    extra: Partial<ZoneRecord> = {},
    evaluateTargetHealth = false,
): ZoneRecord => ({
    name,
    type: "A",
    content: { alias: { name: target, zoneId, evaluateTargetHealth } },
    ...extra,
});

describe("answer", () => {
    it("follows the truth table of a failover pair, whichever records have checks", () => {
        fc.assert(
            fc.property(
                fc.boolean(),
                fc.boolean(),
                fc.boolean(),
                fc.boolean(),
                (primaryHas, primaryWell, secondaryHas, secondaryWell) => {
                    const records = [
                        pairRecord("SECONDARY", "secondary", secondaryHas ? "s" : undefined),
                        pairRecord("PRIMARY", "primary", primaryHas ? "p" : undefined),
                    ];
                    const well = [...(primaryWell ? ["p"] : []), ...(secondaryWell ? ["s"] : [])];
                    const primaryHealthy = !primaryHas || primaryWell;
                    const secondaryHealthy = !secondaryHas || secondaryWell;
                    const expected = primaryHealthy || !secondaryHealthy ? "primary" : "secondary";
                    expect(answer({ id: "Z1", records }, "Pair.Test.", "A", health(well)).values).toEqual([expected]);
                },
            ),
        );
    });

    it("answers an alias outside the zone with its addresses and 60 s, an alias inside with its target's own TTL", () => {
        const records = [
            alias("api.test", "pair.test", "Z1"),
            alias("pair.test", "balancer.elb.test", "ZELB", { failover: "PRIMARY", setIdentifier: "p" }),
            { ...pairRecord("PRIMARY", "text"), type: "TXT", content: { values: ["text"], ttl: 30 } },
            { ...alias("api.test", "pair.test", "Z1"), type: "TXT" },
        ];
        expect(answer({ id: "Z1", records }, "api.test", "A", health([]))).toMatchObject({
            values: ["addresses of balancer.elb.test"],
            ttl: 60,
        });
        expect(answer({ id: "Z1", records }, "api.test", "TXT", health([]))).toMatchObject({
            values: ["text"],
            ttl: 30,
        });
    });

    it("looks at the target's health only where the alias says so", () => {
        const pair = (evaluate: boolean) => [
            alias("pair.test", "dead.elb.test", "ZELB", { failover: "PRIMARY", setIdentifier: "p" }, evaluate),
            pairRecord("SECONDARY", "secondary"),
        ];
        expect(answer({ id: "Z1", records: pair(true) }, "pair.test", "A", health([], false)).values).toEqual([
            "secondary",
        ]);
        expect(answer({ id: "Z1", records: pair(false) }, "pair.test", "A", health([], false)).values).toEqual([
            "addresses of dead.elb.test",
        ]);
    });

    it("tells a name that does not exist from a type that does not", () => {
        const records = [pairRecord("PRIMARY", "1")];
        expect(answer({ id: "Z1", records }, "other.test", "A", health([])).exists).toBe(false);
        expect(answer({ id: "Z1", records }, "pair.test", "AAAA", health([]))).toMatchObject({
            exists: true,
            values: [],
        });
    });

    it("stops at a circle of aliases", () => {
        const records = [alias("a.test", "b.test", "Z1"), alias("b.test", "a.test", "Z1")];
        expect(() => answer({ id: "Z1", records }, "a.test", "A", health([]))).toThrow("more than 8 aliases in a row");
    });
});
