import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumOf } from "./fetchRelease";
import { findTools, pulumiRoot } from "./findTools";
import { sdkVersion } from "./languageHost/bundle";
import { checksumLine, tarGz, zip } from "./testing/archives";
import { FakeMachine } from "./testing/fakeMachine";
import { pinnedVersion, toolSpec } from "./toolSpecs";
import type { ToolName } from "./tools";

const platform = { os: process.platform, arch: process.arch };
const serverVersion = pinnedVersion("nats", "github.com/nats-io/nats-server/v2");
const script = (version: string) => `#!/bin/sh\necho v${version}\n`;

let machine: FakeMachine;
beforeEach(() => void (machine = new FakeMachine()));
afterEach(() => machine.remove());

const findServer = () => findTools({ ...machine.options, names: ["nats-server"] });

/** The paths on the mirror of a tool's release for this machine, and the archive's name. */
function release(tool: ToolName) {
    const { archive, checksums } =
        toolSpec(tool).release(platform) ?? expect.unreachable("no release for this platform");
    const mirrored = (address: string) => address.replace("https:/", "");
    return { archive: mirrored(archive), checksums: mirrored(checksums), name: path.basename(archive) };
}

describe("a download", () => {
    const server = release("nats-server");
    const archive = tarGz({
        [`nats-server-v${serverVersion}/nats-server`]: script(serverVersion),
        "x/README.md": "read me",
    });

    it("of a tar archive is checked, unpacked and kept", async () => {
        const asked = await machine.serve({
            [server.checksums]: `${"0".repeat(64)}  other.zip\n${checksumLine(server.name, archive)}`,
            [server.archive]: archive,
        });
        const tool = (await findServer())["nats-server"];
        expect(tool).toMatchObject({ version: serverVersion, origin: "download" });
        expect(fs.readdirSync(path.dirname(tool.path))).toEqual(["nats-server"]);
        expect(asked).toEqual([server.checksums, server.archive]);
        expect((await findServer())["nats-server"].origin).toBe("cache");
    });

    it.each([true, false])("of a zip archive is unpacked too (deflated: %s)", async (deflated) => {
        const nats = release("nats");
        const packed = zip(
            { "nats-0.4.0/": "", "nats-0.4.0/README.md": "read me", "nats-0.4.0/nats": script("0.4.0") },
            deflated,
        );
        await machine.serve({ [nats.checksums]: checksumLine(nats.name, packed), [nats.archive]: packed });
        const tool = (await findTools({ ...machine.options, names: ["nats"] })).nats;
        expect(tool.origin).toBe("download");
        expect(fs.readFileSync(tool.path, "utf8")).toBe(script("0.4.0"));
        expect(fs.readdirSync(path.dirname(tool.path))).toEqual(["nats"]);
    });

    it("of pulumi brings its own language host and leaves those of other languages", async () => {
        const pulumi = release("pulumi");
        const packed = tarGz({
            "pulumi/pulumi": script(sdkVersion()),
            "pulumi/pulumi-language-nodejs": "the real one",
            "pulumi/pulumi-language-python": "another",
            "pulumi/pulumi-resource-pulumi-nodejs": "dynamic providers",
        });
        await machine.serve({ [pulumi.checksums]: checksumLine(pulumi.name, packed), [pulumi.archive]: packed });
        const bin = path.join(pulumiRoot((await findTools({ ...machine.options, names: ["pulumi"] })).pulumi), "bin");
        expect(fs.readdirSync(bin).sort()).toEqual([
            "pulumi",
            "pulumi-language-nodejs",
            "pulumi-resource-pulumi-nodejs",
        ]);
        expect(fs.readFileSync(path.join(bin, "pulumi-language-nodejs"), "utf8")).toBe("the real one");
    });

    it("with a wrong checksum is named, not unpacked, and the tool is built instead", async () => {
        machine.go(serverVersion);
        const other = tarGz({ "nats-server": script("6.6.6") });
        await machine.serve({ [server.checksums]: checksumLine(server.name, archive), [server.archive]: other });
        expect((await findServer())["nats-server"]).toMatchObject({ version: serverVersion, origin: "built" });
        expect(machine.lines.join("\n")).toMatch(
            /nats-server: download: checksum mismatch: http:\S+ has SHA-256 [0-9a-f]{64}, its release says [0-9a-f]{64}; not used/,
        );
    });

    it.each([
        [
            "that the list of checksums does not name",
            { [server.checksums]: checksumLine("other.tar.gz", archive), [server.archive]: archive },
            `lists no ${server.name}`,
        ],
        [
            "that the server does not have",
            { [server.checksums]: checksumLine(server.name, archive) },
            "HTTP status 404",
        ],
        ["without a list of checksums", { [server.archive]: archive }, "HTTP status 404"],
    ])("%s falls through to Go", async (_what, files, reason) => {
        machine.go(serverVersion);
        await machine.serve(files);
        expect((await findServer())["nats-server"].origin).toBe("built");
        expect(machine.lines.find((line) => line.startsWith("nats-server: download:"))).toContain(reason);
    });

    it("without the tool in it falls through to Go", async () => {
        machine.go(serverVersion);
        const empty = tarGz({ "README.md": "read me" });
        await machine.serve({ [server.checksums]: checksumLine(server.name, empty), [server.archive]: empty });
        expect((await findServer())["nats-server"].origin).toBe("built");
        expect(machine.lines.join("\n")).toContain("holds no nats-server");
    });

    it("from a server that does not answer is given up", async () => {
        machine.go(serverVersion);
        await machine.serve({ [server.checksums]: null });
        await findTools({ ...machine.options, names: ["nats-server"], connectMs: 100 });
        expect(machine.lines.join("\n")).toContain("SHA256SUMS: no answer in 0.1 s");
    });

    it("that is interrupted ends at once and leaves nothing", async () => {
        machine.go(serverVersion);
        await machine.serve({ [server.checksums]: checksumLine(server.name, archive), [server.archive]: null });
        const interrupted = new AbortController();
        const progress = (line: string) => {
            machine.progress(line);
            if (line.includes("downloading")) interrupted.abort(new Error("stop"));
        };
        await expect(
            findTools({ ...machine.options, names: ["nats-server"], progress, signal: interrupted.signal }),
        ).rejects.toThrow("stop");
        expect(machine.builds()).toEqual([]);
        expect(machine.cached()).toEqual([]);
    });
});

describe("checksumOf", () => {
    const sum = "a".repeat(64);
    it("reads text and binary lines, and paths", () => {
        expect(checksumOf("x.zip", `${sum}  x.zip\n`)).toBe(sum);
        expect(checksumOf("x.zip", `${sum.toUpperCase()} *x.zip`)).toBe(sum);
        expect(checksumOf("x.zip", `${sum}  ./dist/x.zip`)).toBe(sum);
    });

    it("takes neither another file's line nor a sum of another kind", () => {
        expect(checksumOf("x.zip", `${sum}  xx.zip\n${"b".repeat(128)}  x.zip\n`)).toBeUndefined();
    });
});
