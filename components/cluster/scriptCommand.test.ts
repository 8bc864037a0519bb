import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backupScript } from "../backup/natsBackupPod";
import { scriptCommand } from "./scriptCommand";

/** Shells that images have as /bin/sh: dash behaves as BusyBox does, the AWS CLI's image has bash. */
const shells = ["/bin/sh", "/bin/dash", "/bin/bash"].filter((shell) => fs.existsSync(shell));

/** How a process becomes PID 1 of a namespace of its own here; undefined where the machine does not allow it. */
const namespaced = [["--pid"], ["--user", "--map-root-user", "--pid"]].find(
    (flags) => spawnSync("unshare", [...flags, "--fork", "true"]).status === 0,
);

const inShell = (command: readonly string[], shell: string) => command.map((word) => word.replaceAll("/bin/sh", shell));

let dir = "";
beforeEach(() => void (dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-script-"))));
const leftovers: (() => unknown)[] = [];
afterEach(() => {
    leftovers.splice(0).forEach((end) => end());
    fs.rmSync(dir, { recursive: true, force: true });
});

function run(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), {
        encoding: "utf8",
        env: { ...process.env, ...env },
    });
    return { status, stdout, stderr };
}

describe.each(shells)("scriptCommand with %s", (shell) => {
    const commandOf = (script: string) => inShell(scriptCommand(script), shell);

    it("has the script's exit status and output, and hands it the environment", () => {
        expect(run(commandOf('echo "$GREETING"; echo wrong >&2; exit 7'), { GREETING: "hello" })).toEqual({
            status: 7,
            stdout: "hello\n",
            stderr: "wrong\n",
        });
        expect(run(commandOf("true")).status).toBe(0);
        expect(run(commandOf("set -eu; false; echo not reached"))).toMatchObject({ status: 1, stdout: "" });
    });

    it("runs a script with quotes, dollars and traps as it is", () => {
        const script = `trap 'echo "bye $$" | sed "s/[0-9][0-9]*/PID/"' EXIT\nfor word in "a b" '$x'; do printf '%s\\n' "$word"; done`;
        expect(run(commandOf(script))).toMatchObject({ status: 0, stdout: "a b\n$x\nbye PID\n" });
    });

    it("says so when the script is killed", () => {
        expect(run(commandOf("kill -9 $$")).status).toBe(137);
    });
});

it("holds nothing that Kubernetes would expand in a command: $$ and $(NAME)", () => {
    expect(scriptCommand("").join(" ")).not.toMatch(/\$\$|\$\([A-Za-z_]/);
});

/** Host ids of the processes whose command line holds the mark. */
function processesWith(mark: string): string[] {
    return fs.readdirSync("/proc").filter((pid) => {
        if (!/^\d+$/.test(pid)) return false;
        try {
            return fs.readFileSync(path.join("/proc", pid, "cmdline"), "utf8").includes(mark);
        } catch {
            return false;
        }
    });
}

/** A command as PID 1, the way a container runs it, once it has written "ready". The kernel keeps signals from PID 1 that it does not handle. */
async function asPid1(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn("unshare", [...namespaced!, "--fork", "--kill-child", ...command], {
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "ignore"],
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const children = fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    const pid1 = Number(children.trim().split(" ")[0]);
    leftovers.push(() => child.exitCode === null && process.kill(pid1, "SIGKILL"));
    return { ended, terminate: () => process.kill(pid1, "SIGTERM"), kill: () => process.kill(pid1, "SIGKILL") };
}

describe.skipIf(namespaced === undefined || !fs.existsSync("/proc/self/task"))(
    "a script as PID 1 of its container",
    () => {
        const mark = () => `3${Math.floor(Math.random() * 1e8)}`;

        it("never ends by SIGTERM without scriptCommand: the container is killed when its grace period is over", async () => {
            const { ended, terminate, kill } = await asPid1(["/bin/sh", "-c", "echo ready; sleep 1000; :"]);
            terminate();
            const first = await Promise.race([
                ended,
                new Promise((resolve) => setTimeout(resolve, 1_500, "still there")),
            ]);
            expect(first).toBe("still there");
            kill();
            await ended;
        });

        it.each(shells)(
            "ends within the grace period of SIGTERM with %s, and everything that it started with it",
            async (shell) => {
                const seconds = mark();
                const script = `trap 'echo bye' EXIT\necho ready; sleep ${seconds} & (sleep ${seconds}; :) | cat`;
                const { ended, terminate } = await asPid1(inShell(scriptCommand(script), shell));
                await expect.poll(() => processesWith(`sleep\0${seconds}`).length, { timeout: 60_000 }).toBe(2);
                const at = Date.now();
                terminate();
                expect(await ended).toBe(143);
                expect(Date.now() - at).toBeLessThan(5_000);
                expect(processesWith(`sleep\0${seconds}`)).toEqual([]);
            },
        );

        it("ends a deployed script that waits for a server which does not answer", async () => {
            const seconds = mark();
            fs.writeFileSync(path.join(dir, "nats"), `#!/bin/sh\necho ready >&3\nexec sleep ${seconds}\n`, {
                mode: 0o755,
            });
            // The script captures what nats says: the stand-in's word goes around it.
            const [sh, option, supervisor, name, script] = scriptCommand(backupScript("make"));
            const { ended, terminate } = await asPid1([sh!, option!, `exec 3>&1; ${supervisor}`, name!, script!], {
                PATH: `${dir}${path.delimiter}${process.env.PATH}`,
                STREAMS: "ORDERS",
                BACKUP_DIR: dir,
            });
            terminate();
            expect(await ended).toBe(143);
            expect(processesWith(`sleep\0${seconds}`)).toEqual([]);
        });
    },
);
