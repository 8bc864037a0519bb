import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canWatch, watchProgram } from "./programWatch";

let dir: string;
beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "drkit-watch-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(!canWatch)("watching the program's process", () => {
    it("sees its life and its peak memory, though another process started it", async () => {
        const run = path.join(dir, "@pulumi", "pulumi", "cmd", "run");
        mkdirSync(run, { recursive: true });
        writeFileSync(
            path.join(run, "index.js"),
            "const held = Buffer.alloc(100e6, 1); console.log(held.length); process.stdin.resume().once('end', () => held.fill(2));",
        );
        const life = await watchProgram(async () => {
            const shell = spawn("sh", ["-c", '"$0" "$1"; true', process.execPath, path.join(run, "index.js")], {
                stdio: ["pipe", "pipe", "inherit"],
            });
            const ended = once(shell, "exit");
            await once(shell.stdout, "data");
            // Counted in turns of the watcher's own timer, so that it has looked however busy the machine is.
            for (let turn = 0; turn < 30; turn += 1) await delay(10);
            shell.stdin.end();
            await ended;
        });
        expect(life.peakMegabytes).toBeGreaterThan(100);
        expect(life.seconds).toBeGreaterThan(0.25);
    });

    it("says so when no program ran", async () => {
        await expect(watchProgram(async () => undefined)).rejects.toThrow("the program's process was not seen");
    });
});
