import * as fs from "node:fs";
import * as path from "node:path";
import * as semver from "semver";
import { describe, expect, it } from "vitest";
import { sdkVersion } from "./languageHost/bundle";
import { fits, natsServerSpec, pinnedVersion, toolOrder, toolSpec, versionIn } from "./toolSpecs";

describe("every tool", () => {
    it.each(toolOrder)("%s pins a version that fits itself", (name) => {
        const spec = toolSpec(name);
        expect(semver.valid(spec.version)).toBe(spec.version);
        expect(fits(spec, spec.version)).toBe(true);
    });

    it.each(toolOrder)(
        "%s has a release for Linux and macOS on x64 and arm64, from an official host over https",
        (name) => {
            for (const os of ["linux", "darwin"] as const) {
                for (const arch of ["x64", "arm64"]) {
                    const release = toolSpec(name).release({ os, arch });
                    expect(release?.archive).toMatch(
                        /^https:\/\/(github\.com\/(nats-io|versity|kubernetes-sigs)|get\.pulumi\.com)\//,
                    );
                    expect(release?.archive).toContain(toolSpec(name).version);
                    expect(path.dirname(release?.checksums ?? "")).toBe(path.dirname(release?.archive ?? ""));
                }
            }
            expect(toolSpec(name).release({ os: "aix", arch: "ppc64" })).toBeUndefined();
        },
    );

    it.each(toolOrder)("%s is built from a module whose go.sum lists checksums", (name) => {
        expect(fs.readFileSync(path.join(toolSpec(name).go.directory, "go.sum"), "utf8")).toMatch(/ h1:/);
    });
});

describe("releases", () => {
    const archive = (name: (typeof toolOrder)[number], os: NodeJS.Platform, arch: string) =>
        path.basename(toolSpec(name).release({ os, arch })?.archive ?? "");
    const server = pinnedVersion("nats", "github.com/nats-io/nats-server/v2");
    const gateway = pinnedVersion("versitygw", "github.com/versity/versitygw");

    it("are named as each project names them", () => {
        expect(archive("pulumi", "linux", "x64")).toBe(`pulumi-v${sdkVersion()}-linux-x64.tar.gz`);
        expect(archive("pulumi", "darwin", "arm64")).toBe(`pulumi-v${sdkVersion()}-darwin-arm64.tar.gz`);
        expect(archive("pulumi", "win32", "x64")).toBe(`pulumi-v${sdkVersion()}-windows-x64.zip`);
        expect(archive("nats-server", "linux", "x64")).toBe(`nats-server-v${server}-linux-amd64.tar.gz`);
        expect(archive("nats-server", "win32", "arm64")).toBe(`nats-server-v${server}-windows-arm64.zip`);
        expect(archive("nats", "darwin", "x64")).toBe("nats-0.4.0-darwin-amd64.zip");
        expect(archive("versitygw", "linux", "x64")).toBe(`versitygw_v${gateway}_Linux_x86_64.tar.gz`);
        expect(archive("versitygw", "darwin", "arm64")).toBe(`versitygw_v${gateway}_Darwin_arm64.tar.gz`);
        const kustomize = pinnedVersion("kustomize", "sigs.k8s.io/kustomize/kustomize/v5");
        expect(archive("kustomize", "linux", "x64")).toBe(`kustomize_v${kustomize}_linux_amd64.tar.gz`);
    });
});

describe("pulumi", () => {
    it("has one version: the SDK's, in go.mod too", () => {
        expect(toolSpec("pulumi").version).toBe(sdkVersion());
        expect(pinnedVersion("pulumi", "github.com/pulumi/pulumi/pkg/v3")).toBe(sdkVersion());
        expect(pinnedVersion("pulumi", "github.com/pulumi/pulumi/sdk/v3")).toBe(sdkVersion());
    });

    it("fits in exactly that version", () => {
        expect(fits(toolSpec("pulumi"), semver.inc(sdkVersion(), "patch") ?? "")).toBe(false);
    });
});

describe("nats-server", () => {
    it.each([
        ["2.14.7", true],
        ["2.14.6", false],
        ["2.15.0", true],
        ["2.15.0-RC.1", false],
        ["3.0.0", true],
    ])("%s fits: %s", (version, expected) => expect(fits(toolSpec("nats-server"), version)).toBe(expected));
});

describe("nats-server in a version that was asked for", () => {
    it("fits in exactly that version, and comes from its own release or its own module", () => {
        const spec = natsServerSpec("2.15.2");
        expect(["2.15.1", "2.15.2", "2.15.3"].map((version) => fits(spec, version))).toEqual([false, true, false]);
        expect(spec.release({ os: "linux", arch: "x64" })?.archive).toBe(
            "https://github.com/nats-io/nats-server/releases/download/v2.15.2/nats-server-v2.15.2-linux-amd64.tar.gz",
        );
        expect(spec.go.module).toBe("github.com/nats-io/nats-server/v2@v2.15.2");
    });

    it("is built from the pinned sources where it is the pinned version", () => {
        const pinned = toolSpec("nats-server");
        expect(natsServerSpec(pinned.version).go).toEqual(pinned.go);
    });
});

describe("versionIn", () => {
    it.each([
        ["v3.255.0\n", "3.255.0"],
        ["nats-server: v2.14.9\n", "2.14.9"],
        ["0.4.0", "0.4.0"],
        ["Version  : 1.8.0\nBuild    : norev\n", "1.8.0"],
        ["v3.256.0-alpha.1\n", "3.256.0-alpha.1"],
        ["development\n", undefined],
    ])("reads %j as %s", (output, version) => expect(versionIn(output)).toBe(version));
});

describe("pinnedVersion", () => {
    it("names the file and the remedy where a module is not required", () => {
        expect(() => pinnedVersion("nats", "example.com/none")).toThrow(
            /go\.mod requires no example\.com\/none; run "go get -tool"/,
        );
    });
});
