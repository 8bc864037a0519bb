import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findTools } from "./findTools";
import { isRunning } from "./lock";
import { FakeMachine } from "./testing/fakeMachine";
import { pinnedVersion } from "./toolSpecs";

const version = pinnedVersion("nats", "github.com/nats-io/nats-server/v2");
const entry = `nats-server-${version}-${process.platform}-${process.arch}`;

let machine: FakeMachine;
beforeEach(() => void (machine = new FakeMachine()));
afterEach(() => machine.remove());

/** The command line as another process, on the same fake machine. */
function commandLine(): { child: ChildProcess; ended: Promise<number | null>; output: () => string } {
    const child = spawn(process.execPath, ["--import", "tsx", path.join(__dirname, "main.ts"), "nats-server"], {
        env: machine.env,
    });
    let text = "";
    child.stdout.on("data", (data: Buffer) => (text += data));
    child.stderr.on("data", (data: Buffer) => (text += data));
    return { child, ended: new Promise((resolve) => child.once("close", resolve)), output: () => text };
}

async function until(what: string, condition: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 60_000; !condition(); await sleep(20)) {
        if (Date.now() > deadline) throw new Error(`${what}: not within 60 s`);
    }
}

/** A build that says its process number in a file and then waits for another file, with a child that waits too. */
function waitingBuild() {
    const pids = path.join(machine.root, "pids");
    const go = path.join(machine.root, "go-on");
    machine.go(version, `sleep 600 & echo $$ $! > "${pids}"; while [ ! -e "${go}" ]; do sleep 0.05; done; kill $!`);
    return {
        started: async () => {
            await until(
                "the build starts",
                () => fs.existsSync(pids) && fs.readFileSync(pids, "utf8").trim().split(" ").length === 2,
            );
            return fs.readFileSync(pids, "utf8").trim().split(" ").map(Number);
        },
        goOn: () => fs.writeFileSync(go, ""),
    };
}

describe("two runs at once", () => {
    it("build once; the other waits, says so, and takes what was built", async () => {
        const build = waitingBuild();
        const first = commandLine();
        await build.started();
        const lines: string[] = [];
        const second = findTools({ ...machine.options, names: ["nats-server"], progress: (line) => lines.push(line) });
        await until("the second waits", () => lines.some((line) => line.includes("waiting")));
        expect(lines).toContain(
            `nats-server: waiting for process ${JSON.parse(fs.readFileSync(path.join(machine.cache, `${entry}.lock`), "utf8")).pid}, which is installing it`,
        );
        build.goOn();
        expect((await second)["nats-server"].origin).toBe("cache");
        expect(await first.ended).toBe(0);
        expect(machine.builds()).toHaveLength(1);
        expect(machine.cached()).toEqual([entry]);
    });

    it("build once within one process too", async () => {
        machine.go(version, "sleep 0.3");
        const options = { ...machine.options, names: ["nats-server"] as const };
        const found = await Promise.all([findTools(options), findTools(options), findTools(options)]);
        expect(found.map((tools) => tools["nats-server"].origin).sort()).toEqual(["built", "cache", "cache"]);
        expect(machine.builds()).toHaveLength(1);
    });

    it("the second takes over where the first is killed", async () => {
        const build = waitingBuild();
        const first = commandLine();
        const pids = await build.started();
        const second = findTools({ ...machine.options, names: ["nats-server"] });
        await until("the second waits", () => machine.lines.some((line) => line.includes("waiting")));
        const holder = (
            JSON.parse(fs.readFileSync(path.join(machine.cache, `${entry}.lock`), "utf8")) as { pid: number }
        ).pid;
        process.kill(holder, "SIGKILL");
        await first.ended;
        build.goOn();
        expect((await second)["nats-server"].origin).toBe("built");
        expect(machine.cached()).toEqual([entry]);
        await until("the first build ends", () => !pids.some(isRunning));
    });
});

describe("an interrupted build", () => {
    it("ends with its children, leaves nothing, and the next run works", async () => {
        const build = waitingBuild();
        const interrupted = new AbortController();
        const found = findTools({ ...machine.options, names: ["nats-server"], signal: interrupted.signal });
        const failed = expect(found).rejects.toThrow("no more");
        const pids = await build.started();
        interrupted.abort(new Error("no more"));
        await failed;
        await until("the build's processes end", () => !pids.some(isRunning));
        expect(machine.cached()).toEqual([]);

        machine.go(version);
        expect((await findTools({ ...machine.options, names: ["nats-server"] }))["nats-server"].origin).toBe("built");
    });

    it.each(["SIGINT", "SIGTERM"] as const)("by %s ends the command line with status 1 and a word", async (signal) => {
        const build = waitingBuild();
        const run = commandLine();
        const pids = await build.started();
        run.child.kill(signal);
        expect(await run.ended).toBe(1);
        expect(run.output()).toContain(`interrupted by ${signal}`);
        await until("the build's processes end", () => !pids.some(isRunning));
        expect(machine.cached()).toEqual([]);
    });

    it("does not start at all where the signal was given before", async () => {
        machine.go(version);
        await expect(
            findTools({ ...machine.options, names: ["nats-server"], signal: AbortSignal.abort(new Error("before")) }),
        ).rejects.toThrow("before");
        expect(machine.builds()).toEqual([]);
    });
});

describe("the command line", () => {
    it("refuses a tool it does not know", async () => {
        const child = spawn(process.execPath, ["--import", "tsx", path.join(__dirname, "main.ts"), "kubectl"], {
            env: machine.env,
        });
        let text = "";
        child.stderr.on("data", (data: Buffer) => (text += data));
        expect(await new Promise((resolve) => child.once("close", resolve))).toBe(1);
        expect(text).toBe("Unknown tool: kubectl. Allowed: nats-server, nats, versitygw, kustomize, pulumi.\n");
    });
});
