import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRunning, withLock } from "./lock";

let folder: string;
let file: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-lock-"));
    file = path.join(folder, "tool.lock");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const quiet = { waiting: () => undefined, pollMs: 5 };
const nobody = 2 ** 22 + 1;
const hold = (holder: object) => fs.writeFileSync(file, JSON.stringify(holder));

describe("withLock", () => {
    it("lets one work at a time, and leaves no file", async () => {
        let inside = 0;
        let most = 0;
        const work = async () => {
            most = Math.max(most, ++inside);
            await sleep(5);
            inside--;
        };
        await Promise.all(Array.from({ length: 8 }, () => withLock(file, quiet, work)));
        expect(most).toBe(1);
        expect(fs.readdirSync(folder)).toEqual([]);
    });

    it("is free again after work that throws", async () => {
        await expect(withLock(file, quiet, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
        expect(await withLock(file, quiet, async () => "done")).toBe("done");
    });

    it("takes over from a process that is gone", async () => {
        hold({ pid: nobody, host: os.hostname() });
        expect(await withLock(file, quiet, async () => "done")).toBe("done");
    });

    it("takes over where nobody has shown a sign of life for long, whatever the process number says", async () => {
        hold({ pid: process.pid, host: "another-machine" });
        fs.utimesSync(file, new Date(), new Date(Date.now() - 61_000));
        expect(await withLock(file, quiet, async () => "done")).toBe("done");
    });

    it("waits for a live holder on another machine, and tells whom it waits for", async () => {
        hold({ pid: nobody, host: "another-machine" });
        const told: string[] = [];
        const waiting = (holder: string) => {
            told.push(holder);
            fs.rmSync(file);
        };
        await withLock(file, { ...quiet, waiting }, async () => undefined);
        expect(told).toEqual([`process ${nobody}`]);
    });

    it("waits for a holder whose file it cannot read, until that is old", async () => {
        fs.writeFileSync(file, "{");
        let told = 0;
        const waiting = () => {
            told++;
            fs.utimesSync(file, new Date(), new Date(Date.now() - 61_000));
        };
        await withLock(file, { ...quiet, waiting }, async () => undefined);
        expect(told).toBe(1);
    });

    it("stops waiting when interrupted, and leaves the lock to its holder", async () => {
        hold({ pid: process.ppid, host: os.hostname() });
        const interrupted = new AbortController();
        const waiting = () => interrupted.abort(new Error("stop"));
        await expect(
            withLock(file, { ...quiet, waiting, signal: interrupted.signal }, async () => undefined),
        ).rejects.toThrow();
        expect(fs.readdirSync(folder)).toEqual(["tool.lock"]);
    });
});

describe("isRunning", () => {
    it("tells a process that runs from one that does not", () => {
        expect(isRunning(process.pid)).toBe(true);
        expect(isRunning(nobody)).toBe(false);
    });

    it.runIf(process.platform === "linux")(
        "does not count a process that has ended and was not collected",
        async () => {
            // The shell's child ends when the shell has become `sleep`, which never asks for it.
            const shell = spawn("sh", ["-c", "sleep 600 & echo $!; exec sleep 601"]);
            try {
                const pid = await new Promise<number>((resolve) =>
                    shell.stdout.once("data", (data: Buffer) => resolve(Number(data))),
                );
                await expect
                    .poll(() => fs.readFileSync(`/proc/${shell.pid}/cmdline`, "utf8"), { timeout: 60_000 })
                    .toContain("601");
                expect(isRunning(pid)).toBe(true);
                process.kill(pid, "SIGKILL");
                await expect.poll(() => isRunning(pid), { timeout: 60_000 }).toBe(false);
                expect(fs.existsSync(`/proc/${pid}`)).toBe(true);
            } finally {
                shell.kill("SIGKILL");
            }
        },
    );
});
