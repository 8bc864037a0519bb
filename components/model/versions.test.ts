import { describe, expect, it } from "vitest";
import { charts, defaultVersions, images, isTested, testedRanges, type SettableVersion } from "./versions";

describe("isTested", () => {
    const range = { from: "3.4.4", below: "3.5.0" };

    it.each(["v3.4.4", "v3.4.5", "v3.4.13", "v3.4.100"])("takes %s, a release in the range", (tag) => {
        expect(isTested(tag, range)).toBe(true);
    });

    it.each([
        ["v3.4.3", "older than the oldest"],
        ["v3.5.0", "the first that is too new"],
        ["v4.0.0", "another major version"],
        ["v3.10.0", "compared by number, not by text"],
        ["v3.4.5-rc.1", "a candidate"],
        ["3.4.5", "no tag of these images: theirs begin with v"],
        ["latest", "no version"],
        ["v3.4", "not whole"],
        ["v3.4.5@sha256:00", "a digest behind it"],
        ["", "nothing"],
    ])("refuses %s: %s", (tag) => {
        expect(isTested(tag, range)).toBe(false);
    });
});

describe("the table of versions", () => {
    const entries = [...Object.entries(charts), ...Object.entries(images)];

    it.each(entries)("says of %s on which day it was looked at", (_name, { looked }) => {
        const day = new Date(`${looked}T00:00:00Z`);
        expect(day.toISOString().slice(0, 10)).toBe(looked);
        expect(day.getTime()).toBeLessThanOrEqual(Date.now());
    });

    it.each(Object.keys(testedRanges) as SettableVersion[])("has a default for %s that was tested", (name) => {
        expect(defaultVersions[name]).toBe(images[name].tag);
        expect(isTested(defaultVersions[name], testedRanges[name])).toBe(true);
    });

    it("names each chart and each image once", () => {
        for (const names of [
            Object.values(charts).map(({ name }): string => name),
            Object.values(images).map(({ repository }): string => repository),
        ])
            expect(names).toEqual([...new Set(names)]);
    });
});
