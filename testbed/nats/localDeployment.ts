import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Deployment } from "../../engine/state/deployment";
import type { RunTimeSecrets } from "./chartConfig";
import { ProcessGuard } from "./processGuard";
import { localContainer, type LocalContainerOptions } from "./localContainer";

const deploymentType = "kubernetes:apps/v1:Deployment";

export interface LocalDeploymentOptions extends Omit<LocalContainerOptions, "secrets"> {
    /** Secrets that come at run time, asked for at each start of the container. */
    readonly secrets?: () => RunTimeSecrets;
    /** Metadata name of the Kubernetes Deployment. */
    readonly name: string;
}

/** Whether a stack deploys a Kubernetes Deployment of that name. */
export function deploys(deployment: Deployment, name: string): boolean {
    return deployment.ofType(deploymentType).some(({ inputs }) => inputs.metadata?.name === name);
}

/** The pod of a Kubernetes Deployment, as processes of this machine: a container that ends is started again, as the kubelet does. */
export class LocalDeployment {
    private child: ChildProcess | undefined;
    private ended: Promise<void> = Promise.resolve();
    private closed = false;
    private readonly guard = new ProcessGuard();

    /** @throws if the stack does not deploy it, once */
    constructor(
        private readonly deployment: Deployment,
        private readonly options: LocalDeploymentOptions,
    ) {
        const found = deployment.ofType(deploymentType).filter(({ inputs }) => inputs.metadata?.name === options.name);
        if (found.length !== 1)
            throw new Error(
                `stack ${deployment.stack}: expected one Deployment named ${options.name}, found ${found.length}`,
            );
        fs.mkdirSync(options.dir, { recursive: true });
        this.run(found[0]!.inputs.spec.template.spec);
    }

    /** What the container has said, of all its lives. */
    get log(): string {
        return fs.readFileSync(this.logFile, "utf8");
    }

    private get logFile(): string {
        return path.join(this.options.dir, "log");
    }

    /** Ends the container with everything in it, at once; it is started again. */
    kill(): void {
        signalGroup(this.child, "SIGKILL");
    }

    /** Ends the container for good. */
    async close(): Promise<void> {
        this.closed = true;
        signalGroup(this.child, "SIGTERM");
        const late = setTimeout(() => signalGroup(this.child, "SIGKILL"), 5_000);
        await this.ended;
        clearTimeout(late);
        await this.guard.close();
    }

    private run(pod: unknown): void {
        const { command, args, env } = localContainer(this.deployment, pod, {
            ...this.options,
            secrets: this.options.secrets?.(),
        });
        const log = fs.openSync(this.logFile, "a");
        // A group of its own, which ends as a whole, as a container does.
        const child = spawn(command, args, { env, cwd: this.options.dir, stdio: ["ignore", log, log], detached: true });
        fs.closeSync(log);
        this.guard.watch(child);
        this.child = child;
        this.ended = new Promise((resolve) => {
            child.once("exit", () => {
                signalGroup(child, "SIGKILL");
                if (this.closed) resolve();
                else setTimeout(() => (this.closed ? resolve() : this.run(pod)), 500);
            });
            child.once("error", () => resolve());
        });
    }
}

function signalGroup(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
    try {
        if (child?.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
        // It has ended.
    }
}
