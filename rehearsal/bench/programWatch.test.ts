import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canWatch, watchProgram } from "./programWatch";

let dir: string;
beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "kgents-watch-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(!canWatch)("watching the program's process", () => {
    it("sees its life and its peak memory, though another process started it", async () => {
        const run = path.join(dir, "@pulumi", "pulumi", "cmd", "run");
        mkdirSync(run, { recursive: true });
        writeFileSync(path.join(run, "index.js"), "const held = Buffer.alloc(100e6, 1); setTimeout(() => held.fill(2), 300);");
        const life = await watchProgram(
            () =>
                new Promise((resolve, reject) => {
                    const shell = spawn("sh", ["-c", '"$0" "$1"; true', process.execPath, path.join(run, "index.js")]);
                    shell.once("error", reject).once("exit", resolve);
                }),
        );
        expect(life.peakMegabytes).toBeGreaterThan(100);
        expect(life.seconds).toBeGreaterThan(0.25);
    });

    it("says so when no program ran", async () => {
        await expect(watchProgram(async () => undefined)).rejects.toThrow("the program's process was not seen");
    });
});
