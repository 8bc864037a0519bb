import { describe, expect, it } from "vitest";
import { defaultVersions } from "../../components/model/versions";
import { issuesOf, read } from "./testing/stackSettings";

describe("the versions in the settings", () => {
    it("are the program's own where none is set", () => {
        expect(read({ phase: 10 }).settings.versions).toEqual(defaultVersions);
    });

    it("may be newer than those, one by one", () => {
        const { versions } = read({ phase: 10, versions: { argoCd: "v3.4.20" } }).settings;
        expect(versions).toEqual({ ...defaultVersions, argoCd: "v3.4.20" });
    });

    it.each([
        ["argoCd", "v3.5.2", "a release from v3.4.4 on and before v3.5.0"],
        ["argoCd", "3.4.13", "a release from v3.4.4 on and before v3.5.0"],
        ["velero", "latest", "a release from v1.18.0 on and before v1.19.0"],
        ["veleroAwsPlugin", "v1.14.3-rc.1", "a release from v1.14.2 on and before v1.15.0"],
    ])("are refused outside what was tested: %s %s", (key, found, allowed) => {
        expect(issuesOf({ phase: 10, versions: { [key]: found } })).toEqual([
            expect.objectContaining({
                key: `kgents-dr:versions.${key}`,
                found: JSON.stringify(found),
                allowed: expect.stringContaining(allowed),
                remedy: expect.stringContaining(`kgents-dr:versions.${key}`),
            }),
        ]);
    });

    it("name the setting that a typing mistake meant", () => {
        const [issue] = issuesOf({ phase: 10, versions: { argocd: "v3.4.13" } });
        expect(issue).toMatchObject({ found: "a key that does not exist", remedy: expect.stringContaining("argoCd") });
    });
});
