import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findTools, pulumiRoot } from "./findTools";
import { sdkVersion } from "./languageHost/bundle";
import { FakeMachine } from "./testing/fakeMachine";
import { pinnedVersion } from "./toolSpecs";

const serverVersion = pinnedVersion("nats", "github.com/nats-io/nats-server/v2");
const serverEntry = `nats-server-${serverVersion}-${process.platform}-${process.arch}`;
const pulumiEntry = `pulumi-${sdkVersion()}-${process.platform}-${process.arch}`;

let machine: FakeMachine;
beforeEach(() => void (machine = new FakeMachine()));
afterEach(() => machine.remove());

const findServer = () => findTools({ ...machine.options, names: ["nats-server"] });
const findPulumi = () => findTools({ ...machine.options, names: ["pulumi"] });

describe("a tool on PATH", () => {
    it("is taken where its version fits, and nothing is installed", async () => {
        const file = machine.tool("nats-server", "2.15.2");
        expect(await findServer()).toEqual({ "nats-server": { path: file, version: "2.15.2", origin: "PATH" } });
        expect(machine.cached()).toEqual([]);
    });

    it("is passed over where it is too old, and a later one on PATH is taken", async () => {
        const old = machine.tool("nats-server", "2.10.4");
        const second = path.join(machine.root, "second");
        const file = machine.tool("nats-server", "2.14.7", second);
        machine.env.PATH += path.delimiter + second;
        expect((await findServer())["nats-server"].path).toBe(file);
        expect(machine.lines).toContain(`nats-server: PATH: ${old} is 2.10.4, wanted >= 2.14.7`);
    });

    it("is passed over where it fails or prints no version", async () => {
        machine.script("nats-server", "echo out of order >&2; exit 3");
        const second = path.join(machine.root, "second");
        machine.script("nats-server", "echo hello", second);
        machine.env.PATH += path.delimiter + second;
        machine.go(serverVersion);
        expect((await findServer())["nats-server"].origin).toBe("built");
        expect(machine.lines[0]).toMatch(/does not tell its version: exit status 3: out of order$/);
        expect(machine.lines[1]).toMatch(/does not tell its version: it printed no version but "hello\\n"$/);
    });

    it("is not taken from node_modules, where npm puts wrappers", async () => {
        const wrappers = path.join(machine.root, "node_modules", ".bin");
        machine.tool("nats-server", "2.15.2", wrappers);
        machine.env.PATH = wrappers + path.delimiter + machine.env.PATH;
        machine.go(serverVersion);
        expect((await findServer())["nats-server"].origin).toBe("built");
    });

    it("is asked for its version once, and again when it has changed", async () => {
        const log = path.join(machine.root, "asked.log");
        // Large, as a compiled program is: small ones may be shims and are always asked.
        const write = (version: string) =>
            machine.script("nats-server", `echo asked >> ${log}; echo v${version}; exit\n${"#".repeat(1_100_000)}`);
        const asked = () => fs.readFileSync(log, "utf8").trim().split("\n").length;
        write("2.14.9");
        await findServer();
        expect((await findServer())["nats-server"].version).toBe("2.14.9");
        expect(asked()).toBe(1);

        write("2.15.10");
        expect((await findServer())["nats-server"].version).toBe("2.15.10");
        expect(asked()).toBe(2);
    });
});

describe("pulumi on PATH", () => {
    const inBin = () => path.join(machine.root, "installed", "bin");
    beforeEach(() => void (machine.env.PATH = inBin() + path.delimiter + machine.env.PATH));

    it("is used in place where its language host lies beside it", async () => {
        const file = machine.tool("pulumi", sdkVersion(), inBin());
        machine.script("pulumi-language-nodejs", "", inBin());
        const { pulumi } = await findPulumi();
        expect(pulumi).toEqual({ path: file, version: sdkVersion(), origin: "PATH" });
        expect(pulumiRoot(pulumi)).toBe(path.join(machine.root, "installed"));
    });

    it("is passed over in any version but the SDK's, newer ones included", async () => {
        const file = machine.tool("pulumi", "3.999.0", inBin());
        machine.script("pulumi-language-nodejs", "", inBin());
        machine.go(sdkVersion());
        expect((await findPulumi()).pulumi.origin).toBe("built");
        expect(machine.lines).toContain(
            `pulumi: PATH: ${file} is 3.999.0, wanted exactly ${sdkVersion()} (the version of @pulumi/pulumi)`,
        );
    });

    it("is copied to the cache where no language host comes with it, and ours stands in", async () => {
        machine.tool("pulumi", sdkVersion(), inBin());
        const { pulumi } = await findPulumi();
        expect(pulumi).toEqual({
            path: path.join(machine.cache, pulumiEntry, "bin", "pulumi"),
            version: sdkVersion(),
            origin: "PATH",
        });
        expect(fs.readdirSync(path.join(pulumiRoot(pulumi), "bin"))).toEqual(["pulumi", "pulumi-language-nodejs"]);
        expect(fs.readFileSync(path.join(pulumiRoot(pulumi), "bin", "pulumi-language-nodejs"), "utf8")).toMatch(
            /^#!\/usr\/bin\/env node\n/,
        );
        expect((await findPulumi()).pulumi.origin).toBe("cache");
    });

    it("is copied with its own language host where it does not lie in a folder named bin", async () => {
        machine.env.PATH += path.delimiter + path.join(machine.root, "flat");
        machine.tool("pulumi", sdkVersion(), path.join(machine.root, "flat"));
        machine.script("pulumi-language-nodejs", "# the real one", path.join(machine.root, "flat"));
        const root = pulumiRoot((await findPulumi()).pulumi);
        expect(fs.readFileSync(path.join(root, "bin", "pulumi-language-nodejs"), "utf8")).toContain("# the real one");
    });
});

describe("the cache", () => {
    const binary = () => path.join(machine.cache, serverEntry, "bin", "nats-server");

    it("holds what was built, so that the next run starts nothing", async () => {
        machine.go(serverVersion);
        expect((await findServer())["nats-server"]).toEqual({
            path: binary(),
            version: serverVersion,
            origin: "built",
        });
        expect((await findServer())["nats-server"]).toEqual({
            path: binary(),
            version: serverVersion,
            origin: "cache",
        });
        expect(machine.builds()).toEqual(["github.com/nats-io/nats-server/v2"]);
        expect(machine.cached()).toEqual([serverEntry]);
    });

    it.each([
        ["a truncated executable", () => fs.truncateSync(binary(), 5), /has 5 bytes instead of \d+/],
        [
            "an executable with other contents",
            () => fs.writeFileSync(binary(), fs.readFileSync(binary(), "utf8").replace("echo", "ohce")),
            /its checksum differs/,
        ],
        ["an executable that may not be executed", () => fs.chmodSync(binary(), 0o600), /is not executable/],
        ["a missing executable", () => fs.rmSync(binary()), /is missing/],
        ["a missing manifest", () => fs.rmSync(path.join(machine.cache, serverEntry, "entry.json")), /half-written/],
        [
            "half a manifest",
            () => fs.truncateSync(path.join(machine.cache, serverEntry, "entry.json"), 30),
            /is unreadable/,
        ],
        [
            "an empty manifest",
            () => fs.writeFileSync(path.join(machine.cache, serverEntry, "entry.json"), "{}"),
            /is incomplete/,
        ],
    ])("replaces an entry with %s", async (_what, spoil, reason) => {
        machine.go(serverVersion);
        await findServer();
        spoil();
        machine.lines.length = 0;
        expect((await findServer())["nats-server"].origin).toBe("built");
        expect(machine.lines.find((line) => line.includes("cannot be used and is replaced"))).toMatch(reason);
        expect((await findServer())["nats-server"].origin).toBe("cache");
        expect(machine.cached()).toEqual([serverEntry]);
    });

    it("keeps an entry whose files have only been touched, as in a restored cache", async () => {
        machine.go(serverVersion);
        await findServer();
        fs.utimesSync(binary(), new Date(), new Date(1_000_000));
        expect((await findServer())["nats-server"].origin).toBe("cache");
    });

    it("renews our language host in an entry of another version of this project, without building again", async () => {
        machine.go(sdkVersion());
        const { pulumi } = await findPulumi();
        const manifest = path.join(pulumiRoot(pulumi), "entry.json");
        fs.writeFileSync(
            manifest,
            fs.readFileSync(manifest, "utf8").replace(/"languageHost": ".*"/, '"languageHost": "older"'),
        );
        expect((await findPulumi()).pulumi).toEqual({ ...pulumi, origin: "cache" });
        expect(machine.lines).toContain(`pulumi ${sdkVersion()}: language host renewed`);
        expect(machine.builds()).toHaveLength(1);

        machine.lines.length = 0;
        await findPulumi();
        expect(machine.lines.join()).not.toContain("renewed");
    });

    it("removes what killed runs have left behind", async () => {
        machine.go(serverVersion);
        await findServer();
        fs.truncateSync(binary(), 5);
        const nobody = 2 ** 22 + 1;
        fs.mkdirSync(path.join(machine.cache, `.tmp-${(await import("node:os")).hostname()}-${nobody}-abc`));
        await findServer();
        expect(machine.cached()).toEqual([serverEntry]);
    });

    it("that cannot be written is named with its remedy", async () => {
        fs.writeFileSync(machine.cache, "a file where the folder should be");
        machine.go(serverVersion);
        await expect(findServer()).rejects.toThrow(`${machine.cache} cannot be written`);
        await expect(findServer()).rejects.toThrow("set DRKIT_TOOL_CACHE to a folder that can");
    });
});

describe("a build", () => {
    it("tells that it takes long, and goes on telling", async () => {
        machine.go(serverVersion, "echo 'go: downloading a v1' >&2; echo runtime >&2; echo strings >&2; sleep 1");
        await findTools({ ...machine.options, names: ["nats-server"], progressMs: 100 });
        expect(machine.lines).toContain(
            `nats-server ${serverVersion}: building with go1.99.0; the first time takes 15 to 40 s on two cores`,
        );
        expect(machine.lines.join("\n")).toMatch(
            /still building, \d s so far \(1 modules downloaded, 2 packages compiled\)/,
        );
    });

    it("of a version that was asked for gets a module of its own, beside the pinned one in the cache", async () => {
        machine.tool("nats-server", serverVersion);
        machine.go("2.99.1");
        const { "nats-server": server } = await findTools({
            ...machine.options,
            names: ["nats-server"],
            natsServer: "2.99.1",
        });
        expect(server.version).toBe("2.99.1");
        expect(machine.builds()).toEqual([
            "drkit.invalid/tool",
            "github.com/nats-io/nats-server/v2@v2.99.1",
            "github.com/nats-io/nats-server/v2",
        ]);
        expect(machine.cached()).toEqual([expect.stringMatching(/^nats-server-2\.99\.1-/)]);
        expect(fs.existsSync(path.join(path.dirname(server.path), "..", "module"))).toBe(false);
    });

    it("that gives another version than it should is not installed", async () => {
        machine.go("2.1.0");
        await expect(findServer()).rejects.toThrow("Go: built with go1.99.0 gave version 2.1.0, wanted >= 2.14.7");
        expect(machine.cached()).toEqual([]);
    });
});

describe("when every way fails", () => {
    it("one error lists all tools, all ways with their reasons, and what to install", async () => {
        machine.tool("nats-server", "2.10.4");
        machine.go("0.0.0", "echo 'no space left on device' >&2; exit 1");
        const error = await findTools({ ...machine.options, names: ["nats-server", "nats"] }).catch(
            (reason: Error) => reason,
        );
        const release = `${machine.env.DRKIT_TOOL_MIRROR}/github.com/nats-io`;
        expect((error as Error).message.split("\n")).toEqual([
            "2 tools could not be found or installed:",
            "  nats-server, >= 2.14.7:",
            `    - PATH: ${machine.bin}/nats-server is 2.10.4, wanted >= 2.14.7`,
            `    - cache: nothing in ${machine.cache}/${serverEntry}`,
            expect.stringContaining(
                `    - download: ${release}/nats-server/releases/download/v${serverVersion}/SHA256SUMS: `,
            ),
            "    - Go: exit status 1: no space left on device",
            "  nats, >= 0.4.0:",
            "    - PATH: not found",
            expect.stringContaining("    - cache: nothing in "),
            expect.stringContaining(`    - download: ${release}/natscli/releases/download/v0.4.0/SHA256SUMS: `),
            "    - Go: exit status 1: no space left on device",
            "Install on PATH:",
            "  - nats-server 2.14.7 or later: https://github.com/nats-io/nats-server/releases",
            "  - the nats CLI 0.4.0 or later: https://github.com/nats-io/natscli/releases",
            expect.stringContaining("or allow downloads from github.com and get.pulumi.com, or install Go 1.26"),
        ]);
    });

    it("says that Go is missing where it is", async () => {
        await expect(findServer()).rejects.toThrow("Go: go is not on PATH");
    });
});
