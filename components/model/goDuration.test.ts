import { describe, expect, it } from "vitest";
import { parseSeconds } from "./goDuration";

describe("parseSeconds", () => {
    it.each([
        ["900s", 900],
        ["4h", 14_400],
        ["168h0m0s", 604_800],
        ["1h30m", 5_400],
        ["1500ms", 1.5],
    ])("reads %s as %d s", (text, expected) => expect(parseSeconds(text)).toBe(expected));

    it.each(["", "5", "1 h", "-3s", "1d"])('reads "%s" as no number, so that no limit is kept', (text) => {
        expect(parseSeconds(text)).toBeNaN();
    });
});
