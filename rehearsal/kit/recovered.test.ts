import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recovery, type Try } from "./recovered";

/** A try each second from 0: "+" answered, "-" not. */
const tries = (line: string): Try[] => [...line].map((one, at) => ({ at, ok: one === "+" }));

describe("recovery from a disruption", () => {
    it.each([
        ["nothing failed", "++++++", 2, 0],
        ["failed once, and well until the end", "++--++++", 2, 2],
        ["failed before the disruption alone", "--++++", 2, 0],
        ["nothing was tried after it", "++", 5, undefined],
        ["never answered again", "++----", 2, undefined],
        ["failing again at the very end", "++--++-", 2, undefined],
    ])("%s", (_what, line, at, expected) => {
        expect(recovery(tries(line), at)).toBe(expected);
    });

    it("does not count a success that is followed by a failure within the stable time: flapping is red", () => {
        const flapping = "+-".repeat(40);
        expect(recovery(tries(flapping), 0, 10)).toBeUndefined();
        expect(recovery(tries(`${flapping}${"+".repeat(10)}`), 0, 10)).toBe(80);
    });

    it("counts a success that stays for the stable time, whatever fails later", () => {
        expect(recovery(tries(`--${"+".repeat(12)}-`), 0, 10)).toBe(2);
    });

    it("is never earlier than the last failure of the stable time before it, nor earlier than a failure after it", () => {
        fc.assert(
            fc.property(
                fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
                fc.integer({ min: 1, max: 20 }),
                (oks, stable) => {
                    const all = oks.map((ok, at) => ({ at, ok }));
                    const found = recovery(all, 0, stable);
                    if (found === undefined) {
                        // Every success is followed by a failure in time.
                        for (const { at } of all.filter(({ ok }) => ok))
                            if (all.some(({ ok }) => !ok))
                                expect(
                                    all.some((later) => !later.ok && later.at > at && later.at <= at + stable) ||
                                        at < all.findIndex(({ ok }) => !ok),
                                ).toBe(true);
                        return;
                    }
                    expect(all[found]?.ok ?? true).toBe(true);
                    if (found > 0)
                        expect(all.some(({ at, ok }) => !ok && at > found && at <= found + stable)).toBe(false);
                },
            ),
        );
    });
});
