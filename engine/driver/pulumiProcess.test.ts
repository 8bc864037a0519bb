import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PulumiCommandError, PulumiProcess } from "./pulumiProcess";

let dir: string;
beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "drkit-process-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A command line tool that is a shell script. */
function tool(script: string): PulumiProcess {
    const file = path.join(dir, "pulumi");
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return new PulumiProcess(file, "3.255.0");
}

const options = () => ({ cwd: dir, env: { PATH: process.env.PATH } });

async function readWhenThere(file: string): Promise<string> {
    const deadline = performance.now() + 60_000;
    while (!existsSync(file) || readFileSync(file, "utf8") === "") {
        if (performance.now() > deadline) throw new Error(`expected within 60 s: ${file}; found: nothing`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return readFileSync(file, "utf8").trim();
}

function isRunning(pid: number): boolean {
    try {
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    } catch {
        return false;
    }
}

describe("PulumiProcess", () => {
    it("gives output and never waits for a person", async () => {
        const outcome = await tool('echo "$@"').execute(["stack", "export"], options());
        expect(outcome).toEqual({ stdout: "stack export --non-interactive\n", stderr: "", code: 0 });
    });

    it("hands secrets over by standard input", async () => {
        const { stdout } = await tool("cat").execute(["config", "set"], { ...options(), input: "hunter2" });
        expect(stdout).toBe("hunter2");
    });

    it("fails with what the tool said and without its arguments", async () => {
        const failure = tool('echo "error: no such stack" >&2; exit 255').execute(
            ["stack", "select", "--stack", "dr"],
            options(),
        );
        await expect(failure).rejects.toThrow("pulumi stack select failed with exit status 255: no such stack");
        await expect(failure).rejects.toBeInstanceOf(PulumiCommandError);
    });

    it("fails when the tool is not there", async () => {
        const missing = new PulumiProcess(path.join(dir, "none"), "3.255.0");
        await expect(missing.execute(["version"], options())).rejects.toThrow(/none cannot be started: .*ENOENT/);
    });

    it("interrupts once, waits for the end, and rejects with the reason", async () => {
        const log = path.join(dir, "log");
        const pulumi = tool(
            `trap 'echo interrupted >> ${log}' INT; echo ready > ${log}.ready; while [ ! -f ${log} ]; do sleep 0.05; done; sleep 0.2; exit 1`,
        );
        const controller = new AbortController();
        const run = pulumi.execute(["up"], { ...options(), signal: controller.signal });
        run.catch(() => undefined);
        await readWhenThere(`${log}.ready`);
        controller.abort(new Error("stopped by hand"));
        await expect(run).rejects.toThrow("stopped by hand");
        expect(readFileSync(log, "utf8")).toBe("interrupted\n");
    });

    it.runIf(existsSync("/proc"))(
        "leaves nothing behind that the tool started, in whatever process group it is",
        async () => {
            const child = path.join(dir, "child");
            const pulumi = tool(`set -m; sleep 300 & echo $! > ${child}; exit 0`);
            await pulumi.execute(["up"], options());
            expect(isRunning(Number(await readWhenThere(child)))).toBe(false);
        },
    );

    it("does not start at all after an interrupt", async () => {
        const run = tool("touch started").execute(["up"], {
            ...options(),
            signal: AbortSignal.abort(new Error("stopped")),
        });
        await expect(run).rejects.toThrow("stopped");
        expect(existsSync(path.join(dir, "started"))).toBe(false);
    });
});
