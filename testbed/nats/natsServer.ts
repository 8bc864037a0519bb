import { execFile, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { formatNatsConf } from "../../components/nats/natsConf";
import type { LocalPlan } from "./loopback";
import type { ProcessGuard } from "./processGuard";
import { waitFor, type WaitOptions } from "./waitFor";

/** One real nats-server process, which can be killed, stopped, wiped and brought back on the same ports. */
export class NatsServer {
    private child: ChildProcess | undefined;
    private exited: Promise<void> = Promise.resolve();

    constructor(
        private plan: LocalPlan,
        private readonly binary: string,
        /** Holds the configuration, the log and the disk. */
        readonly dir: string,
        private readonly guard: ProcessGuard,
    ) {}

    get name(): string {
        return this.plan.name;
    }

    get local(): LocalPlan {
        return this.plan;
    }

    /** Address for clients. */
    get url(): string {
        return `nats://127.0.0.1:${this.plan.clientPort}`;
    }

    get running(): boolean {
        return this.child !== undefined;
    }

    private get log(): string {
        return path.join(this.dir, "server.log");
    }

    /** Starts the process; `healthy` tells when it is of use. */
    start(): void {
        if (this.child) throw new Error(`${this.name} runs already`);
        this.write();
        const log = fs.openSync(this.log, "a");
        // A group of its own: Ctrl-C in the terminal reaches us, and we decide how the servers end.
        const child = spawn(this.binary, ["--config", path.join(this.dir, "nats.conf")], {
            stdio: ["ignore", log, log],
            env: { PATH: process.env.PATH, ...this.plan.env },
            detached: true,
        });
        fs.closeSync(log);
        this.guard.watch(child);
        this.child = child;
        this.exited = new Promise((resolve) => {
            const ended = () => {
                if (this.child === child) this.child = undefined;
                resolve();
            };
            child.once("exit", ended);
            child.once("error", ended);
        });
    }

    /** Takes effect at the next start: what a rolling restart with new values does. */
    reconfigure(plan: LocalPlan): void {
        this.plan = plan;
    }

    /** New contents of what Secrets mount, under a running server: what the kubelet brings. Each file is the old one or the new one, never half. */
    remount(files: Readonly<Record<string, string>>): void {
        this.plan = { ...this.plan, files };
        this.writeFiles();
    }

    /** Reads configuration and certificates again, without a restart: the signal that the chart's reloader sends. */
    reload(): void {
        this.child?.kill("SIGHUP");
    }

    /** Ends the process at once, as a lost machine does. */
    kill(): Promise<void> {
        this.child?.kill("SIGKILL");
        return this.exited;
    }

    /** Ends the process in good order. */
    stop(): Promise<void> {
        this.child?.kill("SIGTERM");
        return this.exited;
    }

    /** Stops the process where it is; it holds its connections and its disk. */
    pause(): void {
        this.child?.kill("SIGSTOP");
    }

    /** Lets a paused process go on. */
    resume(): void {
        this.child?.kill("SIGCONT");
    }

    /** Lets no file of the running process grow beyond so many bytes. @throws where the system has no `prlimit` (Linux has) */
    async limitFiles(bytes: number): Promise<void> {
        if (!this.child?.pid) throw new Error(`${this.name} does not run`);
        await promisify(execFile)("prlimit", ["--pid", String(this.child.pid), `--fsize=${bytes}`]);
    }

    /** Loses the disk. The server must be down. */
    wipe(): void {
        if (this.child) throw new Error(`${this.name} runs: stop it before its disk is wiped`);
        fs.rmSync(this.plan.storeDir, { recursive: true, force: true });
    }

    /** Waits for the same answer as the pod's start-up probe. */
    async healthy(options: WaitOptions = {}): Promise<void> {
        await waitFor(
            `${this.name} healthy`,
            async () => {
                const why = this.child ? await this.unhealthy() : "the process ended";
                if (why === undefined) return true;
                throw new Error(`${why}; its log ends with: ${this.logTail()}`);
            },
            options,
        );
    }

    /** Why the start-up probe would not pass; undefined if it does. */
    private async unhealthy(): Promise<string | undefined> {
        return this.monitor("healthz").then(
            () => undefined,
            (error: Error) => error.message,
        );
    }

    /** An answer of the monitoring port. */
    async monitor(pathAndQuery: string): Promise<any> {
        const response = await fetch(`http://127.0.0.1:${this.plan.monitorPort}/${pathAndQuery}`, {
            signal: AbortSignal.timeout(5_000),
        });
        const body = await response.text();
        if (!response.ok) throw new Error(`${this.name}: ${pathAndQuery} answered ${response.status} ${body}`);
        return JSON.parse(body);
    }

    logTail(lines = 5): string {
        if (!fs.existsSync(this.log)) return "(no log)";
        return fs.readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-lines).join(" | ");
    }

    private write(): void {
        fs.mkdirSync(this.dir, { recursive: true });
        // Passwords stay in the process's environment: the file names the variables, as in the pod.
        fs.writeFileSync(path.join(this.dir, "nats.conf"), formatNatsConf(this.plan.conf));
        this.writeFiles();
    }

    private writeFiles(): void {
        for (const [file, content] of Object.entries(this.plan.files)) {
            fs.mkdirSync(path.dirname(file), { recursive: true });
            fs.writeFileSync(`${file}.new`, content, { mode: 0o600 });
            fs.renameSync(`${file}.new`, file);
        }
    }
}
