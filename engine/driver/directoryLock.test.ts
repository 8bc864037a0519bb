import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimFolder, FolderInUseError } from "./directoryLock";

let dir: string;
beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "drkit-claim-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("claimFolder", () => {
    it("refuses a folder in use, and names it and the process", () => {
        const release = claimFolder(dir);
        expect(() => claimFolder(dir)).toThrow(FolderInUseError);
        expect(() => claimFolder(dir)).toThrow(`${dir} is in use by another run (process ${process.pid})`);
        release();
        claimFolder(dir)();
        expect(existsSync(path.join(dir, "run.pid"))).toBe(false);
    });

    it("takes over from a process that is gone", async () => {
        const gone = spawn(process.execPath, ["-e", ""]);
        await once(gone, "exit");
        writeFileSync(path.join(dir, "run.pid"), `${gone.pid} 1\n`);
        claimFolder(dir)();
    });

    it("takes over from a former process whose number another one has now", () => {
        writeFileSync(path.join(dir, "run.pid"), `${process.pid} 1\n`);
        claimFolder(dir)();
    });

    it("takes over a claim cut short", () => {
        writeFileSync(path.join(dir, "run.pid"), "");
        claimFolder(dir)();
    });
});
