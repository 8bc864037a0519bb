import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    clientKinds,
    outageAfter,
    requestInterval,
    requestTimeout,
    runClient,
    type ClientKind,
    type ClientView,
} from "./dnsClients";

const kind = (id: ClientKind["id"]): ClientKind => clientKinds.find((candidate) => candidate.id === id)!;

/** The primary is lost at 0 and DNS turns at `switched`. */
const lossAt = (switched: number, how: "refuses" | "silent", ttl = 60): ClientView => ({
    answer: (at) => ({ side: at >= switched ? "standby" : "primary", ttl }),
    reach: (side, at) => (side === "standby" || at < 0 ? "answers" : how),
});

describe("runClient", () => {
    it.each(["honours-ttl", "keep-alive"] as const)(
        "%s: is never out longer than DNS, the TTL and one request take",
        (id) => {
            const time = fc.double({ min: 0, max: 60, noNaN: true });
            fc.assert(
                fc.property(
                    time,
                    time,
                    fc.constantFrom("refuses" as const, "silent" as const),
                    (switched, age, how) => {
                        const spans = runClient(kind(id), lossAt(switched, how), {
                            from: -age,
                            until: 300,
                            askedAt: -age,
                        });
                        const outage = outageAfter(spans, 0)!;
                        expect(outage).toBeGreaterThanOrEqual(switched - requestInterval);
                        expect(outage).toBeLessThanOrEqual(switched + 60 + requestTimeout + requestInterval);
                    },
                ),
            );
        },
    );

    it("keeps an answer for 300 s where the client overstays the TTL", () => {
        const spans = runClient(kind("overstays-ttl"), lossAt(40, "refuses"), { from: -1, until: 600, askedAt: -1 });
        expect(outageAfter(spans, 0)).toBe(299);
    });

    it("stays with the standby on a kept connection after DNS has gone back, until it is closed after an hour", () => {
        const view: ClientView = {
            answer: (at) => ({ side: at < 100 ? "standby" : "primary", ttl: 60 }),
            reach: () => "answers",
        };
        const spans = runClient(kind("keep-alive"), view, { from: 0, until: 4_000, askedAt: 0 });
        expect(spans.map(({ from, got }) => [from, got])).toEqual([
            [0, "standby"],
            [3_601, "primary"],
        ]);
    });

    it("tells a client that was never out from one that never came back", () => {
        expect(
            outageAfter(runClient(kind("honours-ttl"), lossAt(0, "refuses"), { from: 0, until: 60, askedAt: 0 }), 0),
        ).toBe(0);
        expect(
            outageAfter(runClient(kind("honours-ttl"), lossAt(900, "refuses"), { from: 0, until: 60, askedAt: -1 }), 0),
        ).toBeUndefined();
    });
});
