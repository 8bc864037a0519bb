import * as fs from "node:fs";
import * as path from "node:path";
import * as semver from "semver";
import { sdkVersion } from "./languageHost/bundle";
import type { ToolName } from "./tools";

/** The machine that a tool has to run on, in Node's words: `linux`, `darwin`, `win32`; `x64`, `arm64`. */
export interface Platform {
    readonly os: NodeJS.Platform;
    readonly arch: string;
}

/** What tools are released for. */
export const releasePlatforms: readonly Platform[] = (["linux", "darwin", "win32"] as const).flatMap((os) =>
    ["x64", "arm64"].map((arch) => ({ os, arch })),
);

/** An archive of the official release, and the list of checksums that was published with it. */
export interface Release {
    readonly archive: string;
    readonly checksums: string;
}

/** How to build a tool: a Go module of this project, whose go.sum pins every source by checksum. */
export interface GoBuild {
    /** Folder of the module. */
    readonly directory: string;
    /** A version other than the pinned one: it gets a module of its own, whose sources Go checks against its public checksum database. */
    readonly module?: string;
    readonly package: string;
    readonly flags: readonly string[];
    /** What to tell people who wait: measured on two cores with nothing cached. */
    readonly takes: string;
}

export interface ToolSpec {
    readonly name: ToolName;
    /** The version that is downloaded or built: read from its one home, go.mod (for pulumi: the SDK's). */
    readonly version: string;
    /** Which versions found on PATH will do, as a semver range and in words. */
    readonly range: string;
    readonly wanted: string;
    readonly versionArgs: readonly string[];
    readonly go: GoBuild;
    /** Undefined where no release is published for the platform. */
    readonly release: (platform: Platform) => Release | undefined;
    /** Files of the archive to keep, by base name without `.exe`. */
    readonly keep: readonly string[];
    /** For a person, when everything has failed. */
    readonly advice: string;
}

const goFolder = path.join(__dirname, "go");

/** The tools in the order in which they are looked for: the slowest to build comes last. */
export const toolOrder: readonly ToolName[] = ["nats-server", "nats", "versitygw", "kustomize", "pulumi"];

export function toolSpec(name: ToolName): ToolSpec {
    return specs[name]();
}

/** The lowest version of nats-server that the program deploys to (the gates of phase 13), and that a rehearsal can run. */
export const lowestNatsServer = "2.14.7";

/** nats-server in exactly that version, in place of the pinned one. */
export function natsServerSpec(version: string): ToolSpec {
    const pinned = specs["nats-server"]();
    const exact = { ...pinned, version, range: version, wanted: `exactly ${version}` };
    if (version === pinned.version) return exact;
    return {
        ...exact,
        go: { ...pinned.go, module: `github.com/nats-io/nats-server/v2@v${version}` },
        release: ({ os, arch }) => natsServerRelease(version, os, arch),
        advice: `nats-server ${version}: https://github.com/nats-io/nats-server/releases`,
    };
}

function natsServerRelease(version: string, os: NodeJS.Platform, arch: string): Release | undefined {
    return githubRelease("nats-io/nats-server", version, os, arch, (system, cpu) => ({
        archive: `nats-server-v${version}-${system}-${cpu}.${os === "win32" ? "zip" : "tar.gz"}`,
        checksums: "SHA256SUMS",
    }));
}

const specs: Record<ToolName, () => ToolSpec> = {
    pulumi: () => {
        const version = sdkVersion();
        return {
            name: "pulumi",
            version,
            // The engine speaks the protocol of its own SDK version: the two are kept equal.
            range: version,
            wanted: `exactly ${version} (the version of @pulumi/pulumi)`,
            versionArgs: ["version"],
            go: {
                directory: path.join(goFolder, "pulumi"),
                package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
                flags: [
                    "-tags=osusergo,grpcnotrace",
                    // Without the version the Automation API refuses the CLI.
                    `-ldflags=-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
                ],
                takes: "4 to 8 minutes",
            },
            release: ({ os, arch }) =>
                release(os, arch, ["x64", "arm64"], {
                    archive: `https://get.pulumi.com/releases/sdk/pulumi-v${version}-${osName(os)}-${arch}.${os === "win32" ? "zip" : "tar.gz"}`,
                    checksums: `https://get.pulumi.com/releases/sdk/pulumi-${version}-checksums.txt`,
                }),
            // The Node.js part of the distribution; the other languages' hosts (300 MB) stay out.
            keep: ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"],
            advice: `Pulumi ${version}: https://www.pulumi.com/docs/install/versions/`,
        };
    },
    "nats-server": () => {
        const version = pinnedVersion("nats", "github.com/nats-io/nats-server/v2");
        return {
            name: "nats-server",
            version,
            // The same minimum as for the deployed servers (the gates of phase 13).
            range: `>=${lowestNatsServer}`,
            wanted: `>= ${lowestNatsServer}`,
            versionArgs: ["--version"],
            go: {
                directory: path.join(goFolder, "nats"),
                package: "github.com/nats-io/nats-server/v2",
                flags: ["-ldflags=-s -w"],
                takes: "15 to 40 s",
            },
            release: ({ os, arch }) => natsServerRelease(version, os, arch),
            keep: ["nats-server"],
            advice: "nats-server 2.14.7 or later: https://github.com/nats-io/nats-server/releases",
        };
    },
    nats: () => {
        const version = pinnedVersion("nats", "github.com/nats-io/natscli");
        return {
            name: "nats",
            version,
            range: ">=0.4.0",
            wanted: ">= 0.4.0",
            versionArgs: ["--version"],
            go: {
                directory: path.join(goFolder, "nats"),
                package: "github.com/nats-io/natscli/nats",
                flags: [`-ldflags=-s -w -X main.version=${version}`],
                takes: "30 to 60 s",
            },
            release: ({ os, arch }) =>
                githubRelease("nats-io/natscli", version, os, arch, (system, cpu) => ({
                    archive: `nats-${version}-${system}-${cpu}.zip`,
                    checksums: "SHA256SUMS",
                })),
            keep: ["nats"],
            advice: "the nats CLI 0.4.0 or later: https://github.com/nats-io/natscli/releases",
        };
    },
    versitygw: () => {
        const version = pinnedVersion("versitygw", "github.com/versity/versitygw");
        return {
            name: "versitygw",
            version,
            range: ">=1.8.0",
            wanted: ">= 1.8.0",
            versionArgs: ["--version"],
            go: {
                directory: path.join(goFolder, "versitygw"),
                package: "github.com/versity/versitygw/cmd/versitygw",
                flags: [`-ldflags=-s -w -X main.Version=${version}`],
                takes: "1 to 2 minutes",
            },
            release: ({ os, arch }) =>
                githubRelease("versity/versitygw", version, os, arch, (system, cpu) => ({
                    archive: `versitygw_v${version}_${title(system)}_${cpu === "amd64" ? "x86_64" : cpu}.${os === "win32" ? "zip" : "tar.gz"}`,
                    checksums: "checksums.txt",
                })),
            keep: ["versitygw"],
            advice: "versitygw 1.8.0 or later: https://github.com/versity/versitygw/releases",
        };
    },
    kustomize: () => {
        const version = pinnedVersion("kustomize", "sigs.k8s.io/kustomize/kustomize/v5");
        return {
            name: "kustomize",
            version,
            // The major version that Argo CD renders with.
            range: ">=5.0.0 <6",
            wanted: ">= 5.0.0 and < 6",
            versionArgs: ["version"],
            go: {
                directory: path.join(goFolder, "kustomize"),
                package: "sigs.k8s.io/kustomize/kustomize/v5",
                flags: ["-ldflags=-s -w"],
                takes: "30 to 60 s",
            },
            release: ({ os, arch }) => {
                const base = `https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv${version}`;
                const archive = `kustomize_v${version}_${osName(os)}_${arch === "x64" ? "amd64" : arch}.${os === "win32" ? "zip" : "tar.gz"}`;
                return release(os, arch, ["x64", "arm64"], {
                    archive: `${base}/${archive}`,
                    checksums: `${base}/checksums.txt`,
                });
            },
            keep: ["kustomize"],
            advice: "kustomize 5: https://github.com/kubernetes-sigs/kustomize/releases",
        };
    },
};

export function fits(spec: ToolSpec, version: string): boolean {
    return semver.satisfies(version, spec.range);
}

/** The version in what a tool prints when asked: `v3.255.0`, `nats-server: v2.14.9`, `Version  : 1.8.0`. */
export function versionIn(output: string): string | undefined {
    return /\bv?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)/.exec(output)?.[1];
}

/** The version of a module that go.mod pins. */
export function pinnedVersion(folder: string, module: string): string {
    const file = path.join(goFolder, folder, "go.mod");
    const lines = fs
        .readFileSync(file, "utf8")
        .split("\n")
        .map((line) =>
            line
                .trim()
                .replace(/^require\s+/, "")
                .split(/\s+/),
        );
    const version = lines.find(([name, second]) => name === module && second?.startsWith("v"))?.[1];
    if (version === undefined) throw new Error(`${file} requires no ${module}; run "go get -tool" there.`);
    return version.replace(/^v/, "");
}

function githubRelease(
    repository: string,
    version: string,
    os: NodeJS.Platform,
    arch: string,
    names: (system: string, cpu: string) => Release,
): Release | undefined {
    const { archive, checksums } = names(osName(os), arch === "x64" ? "amd64" : arch);
    const base = `https://github.com/${repository}/releases/download/v${version}`;
    return release(os, arch, ["x64", "arm64"], { archive: `${base}/${archive}`, checksums: `${base}/${checksums}` });
}

function release(os: NodeJS.Platform, arch: string, archs: readonly string[], found: Release): Release | undefined {
    return ["linux", "darwin", "win32"].includes(os) && archs.includes(arch) ? found : undefined;
}

function osName(os: NodeJS.Platform): string {
    return os === "win32" ? "windows" : os;
}

function title(word: string): string {
    return word.charAt(0).toUpperCase() + word.slice(1);
}
