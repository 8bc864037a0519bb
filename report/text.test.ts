import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { indent, lineWidth, plain, table, wrap } from "./text";

const width = stringWidth;
const characters = (line: string) => [...new Intl.Segmenter().segment(line)].length;

describe("text for a terminal", () => {
    it("wraps at spaces and cuts only words that are too long", () => {
        expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
        expect(wrap("abcdefghij k", 4)).toEqual(["abcd", "efgh", "ij k"]);
        expect(wrap("", 4)).toEqual([""]);
    });

    it("loses no character but spaces, and no line is wider than asked", () => {
        fc.assert(
            fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 30 }), (text, columns) => {
                const lines = wrap(text, columns);
                // A single character may be wider than asked, and cannot be cut.
                expect(lines.filter((line) => width(line) > columns && characters(line) > 1)).toEqual([]);
                expect(lines.join("").replaceAll(" ", "")).toBe(plain(text).replaceAll(" ", ""));
            }),
        );
    });

    it("never lets a log line steer the terminal", () => {
        expect(plain("a\u001b[2Jb\r\nc\u202ed")).toBe("a [2Jb cd");
    });

    it("keeps every table within the line, whatever its cells hold", () => {
        fc.assert(
            fc.property(
                fc.array(fc.tuple(fc.string(), fc.string({ maxLength: 200 }), fc.string({ unit: "grapheme" }))),
                (rows) => {
                    const lines = table(
                        [{ title: "first" }, { title: "second", align: "right" }, { title: "third" }],
                        rows,
                    );
                    expect(lines.filter((line) => width(line) > lineWidth)).toEqual([]);
                },
            ),
        );
    });

    it("counts the columns that a terminal needs, not the characters", () => {
        expect(table([{ title: "name" }, { title: "n", align: "right" }], [["東京", "1"]])).toEqual([
            "  name  n",
            "  東京  1",
        ]);
        expect(wrap("東京 大阪", 5)).toEqual(["東京", "大阪"]);
    });

    it("aligns figures to the right", () => {
        expect(table([{ title: "n" }, { title: "seconds", align: "right" }], [["a", "1.0"]])).toEqual([
            "  n  seconds",
            "  a      1.0",
        ]);
    });

    it("hangs the lines after the first", () => {
        const [first, second] = indent(`- ${"word ".repeat(20)}`, 2, 2);
        expect(first?.startsWith("  - word")).toBe(true);
        expect(second?.startsWith("    word")).toBe(true);
    });
});
