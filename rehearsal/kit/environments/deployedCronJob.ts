import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { DeployedResource, Deployment } from "../../../engine/state/deployment";
import { deployedSecret, expand, secretValue } from "../../../testbed/nats/chartConfig";

const cronJobType = "kubernetes:batch/v1:CronJob";

export interface CronJobRun {
    /** Metadata name of the deployed CronJob. */
    readonly job: string;
    /** Values that differ on this machine, by variable; each container takes those that it has. */
    readonly env: Readonly<Record<string, string>>;
    /** What Pod Identity injects into every container: credentials and where the service is. */
    readonly injected?: Readonly<Record<string, string>>;
    /** What stands in the ConfigMap that the containers may read, by key. */
    readonly choice?: Readonly<Record<string, string>>;
    /** Folders of the programs that the images bring. */
    readonly programs: readonly string[];
    /** An empty folder for this run: its volumes are in it. */
    readonly dir: string;
    readonly signal?: AbortSignal;
}

export interface CronJobOutcome {
    /** Exit status of the last container that ran. */
    readonly exitCode: number;
    /** Name of the last container that ran: the one that failed, if one did. */
    readonly container: string;
    /** What all of them wrote. */
    readonly output: string;
    /** Variables whose values differ from the deployed ones. */
    readonly changed: readonly string[];
}

/** The deployed CronJob of that name. */
export function deployedCronJob(deployment: Deployment, job: string): DeployedResource {
    const found = deployment.ofType(cronJobType).filter((candidate) => candidate.inputs.metadata?.name === job);
    const [only] = found;
    if (!only || found.length > 1)
        throw new Error(`stack ${deployment.stack}: expected one CronJob named ${job}, found ${found.length}`);
    return only;
}

/** A container's variable as it is deployed; fails if it is not there. */
export function deployedValue(cronJob: DeployedResource, variable: string): string {
    for (const container of containersOf(cronJob)) {
        const found = container.env?.find((candidate: any) => candidate.name === variable);
        if (typeof found?.value === "string") return found.value;
    }
    throw new Error(`CronJob ${cronJob.name}: no container has a variable ${variable}`);
}

/**
 * Runs one pod of a deployed CronJob on this machine, as the kubelet would: its containers one after the other, each with its own
 * command, unchanged, on empty volumes, until one fails or the job's deadline is over.
 */
export async function runCronJob(deployment: Deployment, run: CronJobRun): Promise<CronJobOutcome> {
    const cronJob = deployedCronJob(deployment, run.job);
    const { spec } = cronJob.inputs.spec.jobTemplate;
    const volumes = Object.fromEntries(
        spec.template.spec.volumes.map(({ name }: { name: string }) => {
            const folder = path.join(run.dir, name);
            fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
            return [name, folder];
        }),
    ) as Record<string, string>;
    const changed = new Set<string>();
    const deadline = AbortSignal.timeout(spec.activeDeadlineSeconds * 1000);
    const signal = run.signal ? AbortSignal.any([run.signal, deadline]) : deadline;
    let output = "";
    let exitCode = 0;
    let last = "";
    for (const container of containersOf(cronJob)) {
        last = container.name;
        const env = containerEnv(deployment, container, volumes, run, changed);
        const command: string[] = [...container.command, ...(container.args ?? [])].map((part: string) =>
            expand(part, env),
        );
        const outcome = await runProcess(command, {
            env: { ...env, ...run.injected, PATH: [...run.programs, process.env.PATH].join(path.delimiter) },
            cwd: run.dir,
            signal,
        });
        output += outcome.output;
        exitCode = outcome.exitCode;
        if (exitCode !== 0) break;
    }
    run.signal?.throwIfAborted();
    return { exitCode, container: last, output, changed: [...changed].sort() };
}

function containersOf(cronJob: DeployedResource): any[] {
    const pod = cronJob.inputs.spec.jobTemplate.spec.template.spec;
    return [...(pod.initContainers ?? []), ...pod.containers];
}

function containerEnv(
    deployment: Deployment,
    container: any,
    volumes: Record<string, string>,
    run: CronJobRun,
    changed: Set<string>,
) {
    const mounts = new Map<string, string>(
        container.volumeMounts.map((mount: any) => [mount.mountPath, volumes[mount.name]]),
    );
    const values: Record<string, string> = container.envFrom ? { ...run.choice } : {};
    for (const { name, value, valueFrom } of container.env ?? []) {
        const deployed = valueFrom
            ? secretValue((secret) => deployedSecret(deployment, secret), valueFrom, name)
            : expand(value ?? "", values);
        const local = run.env[name] ?? mounts.get(deployed) ?? deployed;
        if (local !== deployed) changed.add(name);
        values[name] = local;
    }
    return values;
}

/** A process and everything that it starts: ended together. */
export function runProcess(
    [program = "", ...args]: readonly string[],
    options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string; readonly signal?: AbortSignal },
): Promise<{ exitCode: number; output: string }> {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, {
            env: options.env,
            cwd: options.cwd,
            stdio: ["ignore", "pipe", "pipe"],
            detached: true,
        });
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
        const end = () => {
            try {
                if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
            } catch {
                // It ended by itself in between.
            }
        };
        if (options.signal?.aborted) end();
        options.signal?.addEventListener("abort", end, { once: true });
        child.once("error", reject);
        child.once("close", (code) => {
            options.signal?.removeEventListener("abort", end);
            // As the kubelet reports a killed container: 137.
            resolve({ exitCode: code ?? 137, output });
        });
    });
}
