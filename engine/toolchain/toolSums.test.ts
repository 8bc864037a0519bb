import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findTools, lockTools } from "./findTools";
import { checksumLine, tarGz } from "./testing/archives";
import { FakeMachine } from "./testing/fakeMachine";
import { pinnedVersion, releasePlatforms, toolOrder, toolSpec } from "./toolSpecs";
import { lockCommand, readSums, toolSumsFile } from "./toolSums";

const version = pinnedVersion("nats", "github.com/nats-io/nats-server/v2");
const spec = toolSpec("nats-server");
const release = spec.release({ os: process.platform, arch: process.arch })!;
const mirrored = (address: string) => address.replace("https:/", "");
const nameOf = (address: string) => path.posix.basename(address);
const sumOf = (content: Buffer) => createHash("sha256").update(content).digest("hex");

const archive = tarGz({ "nats-server": `#!/bin/sh\necho v${version}\n` });
const replaced = tarGz({ "nats-server": `#!/bin/sh\necho v${version} # other\n` });

let machine: FakeMachine;
beforeEach(() => void (machine = new FakeMachine()));
afterEach(() => machine.remove());

const findServer = () => findTools({ ...machine.options, names: ["nats-server"] });
const lockServer = () => lockTools({ ...machine.options, names: ["nats-server"] });
const record = (sum: string) => fs.writeFileSync(machine.sumsFile, JSON.stringify({ [release.archive]: sum }));
/** The release as its publisher offers it now. */
const serve = (content: Buffer) =>
    machine.serve({
        [mirrored(release.checksums)]: checksumLine(nameOf(release.archive), content),
        [mirrored(release.archive)]: content,
    });

describe("a download on record", () => {
    it("is checked against the record, whatever the release's own list says", async () => {
        record(sumOf(archive));
        const asked = await machine.serve({
            [mirrored(release.checksums)]: checksumLine(nameOf(release.archive), replaced),
            [mirrored(release.archive)]: archive,
        });
        expect((await findServer())["nats-server"].origin).toBe("download");
        expect(asked).toEqual([mirrored(release.archive)]);
    });

    it("that was replaced with its list is refused by name, and no build hides it", async () => {
        machine.go(version);
        record(sumOf(archive));
        await serve(replaced);
        await expect(findServer()).rejects.toThrow(
            new RegExp(
                `nats-server ${version}: \\S+ has SHA-256 ${sumOf(replaced)}; toolSums.json records ${sumOf(archive)}. Not used.[^]*${lockCommand} nats-server`,
            ),
        );
        expect(machine.builds()).toEqual([]);
        expect(machine.cached()).toEqual([]);
    });

    it("is not taken from a cache that was filled with another archive", async () => {
        await serve(replaced);
        expect((await findServer())["nats-server"].origin).toBe("download");
        record(sumOf(archive));
        await serve(archive);
        expect((await findServer())["nats-server"].origin).toBe("download");
        expect(machine.lines.join("\n")).toContain(`toolSums.json records ${sumOf(archive)}`);
        expect((await findServer())["nats-server"].origin).toBe("cache");
    });
});

describe("a download that is not on record", () => {
    it("is used, names the command that records it, and records nothing by itself", async () => {
        await serve(archive);
        await findServer();
        expect(machine.lines).toContain(
            `nats-server ${version}: its sum is checked against its own release only; ${lockCommand} nats-server records it`,
        );
        expect(fs.existsSync(machine.sumsFile)).toBe(false);
    });
});

describe("locking the sums of a tool", () => {
    const archives = releasePlatforms.map((platform) => spec.release(platform)!.archive);
    const list = (contents: Readonly<Record<string, Buffer>> = {}) =>
        archives.map((address) => checksumLine(nameOf(address), contents[address] ?? Buffer.from(address))).join("");

    it("records every platform of the release, once", async () => {
        await machine.serve({ [mirrored(release.checksums)]: list() });
        expect(await lockServer()).toEqual(archives);
        expect(readSums(machine.sumsFile)).toEqual(
            Object.fromEntries(archives.map((address) => [address, sumOf(Buffer.from(address))])),
        );
        expect(await lockServer()).toEqual([]);
    });

    it("keeps what other versions have on record", async () => {
        const other =
            "https://github.com/nats-io/nats-server/releases/download/v2.0.0/nats-server-v2.0.0-linux-amd64.zip";
        fs.writeFileSync(machine.sumsFile, JSON.stringify({ [other]: "a".repeat(64) }));
        await machine.serve({ [mirrored(release.checksums)]: list() });
        await lockServer();
        expect(readSums(machine.sumsFile)[other]).toBe("a".repeat(64));
    });

    it("refuses a list that changed since, and writes nothing", async () => {
        await machine.serve({ [mirrored(release.checksums)]: list() });
        await lockServer();
        const before = fs.readFileSync(machine.sumsFile, "utf8");
        await machine.serve({ [mirrored(release.checksums)]: list({ [archives[3]!]: replaced }) });
        await expect(lockServer()).rejects.toThrow(`${archives[3]} has SHA-256 ${sumOf(replaced)}`);
        expect(fs.readFileSync(machine.sumsFile, "utf8")).toBe(before);
    });

    it("names a platform that the list leaves out", async () => {
        await machine.serve({ [mirrored(release.checksums)]: checksumLine(nameOf(archives[0]!), archive) });
        expect(await lockServer()).toEqual([archives[0]]);
        expect(machine.lines.join("\n")).toContain("lists no archive for win32 on arm64");
    });
});

describe("the lock file", () => {
    it.each(["short", "A".repeat(64), 7])("with %j for a sum is refused", (sum) => {
        fs.writeFileSync(machine.sumsFile, JSON.stringify({ "https://example.com/x.zip": sum }));
        expect(() => readSums(machine.sumsFile)).toThrow(
            `${machine.sumsFile}: ${JSON.stringify(sum)} for https://example.com/x.zip; allowed: a SHA-256 sum`,
        );
    });

    it("of this project holds sums of the tools' own releases only", () => {
        const hosts = toolOrder.map((name) =>
            path.posix.dirname(toolSpec(name).release(releasePlatforms[0]!)!.archive),
        );
        const known = hosts.map((address) => address.replace(/\d+\.\d+\.\d+.*$/, ""));
        for (const address of Object.keys(readSums(toolSumsFile)))
            expect(known.some((beginning) => address.startsWith(beginning))).toBe(true);
    });
});
