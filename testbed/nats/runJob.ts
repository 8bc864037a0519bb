import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Deployment } from "../../engine/state/deployment";
import { deployedSecret, expand, secretValue, type RunTimeSecrets } from "./chartConfig";

const jobTypes = ["kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"];
const configMapType = "kubernetes:core/v1:ConfigMap";

export interface RunJobOptions {
    /** Metadata name of the deployed Job, or of a CronJob: one run of it. */
    readonly job: string;
    /** Values that differ on this machine, by variable. A variable that the Job does not have is an error. */
    readonly env: Readonly<Record<string, string>>;
    /** Secrets that come at run time. */
    readonly secrets?: RunTimeSecrets;
    /** Folders of the programs that the Job's image brings: the `nats` CLI. */
    readonly programs: readonly string[];
    /** Holds the mounted ConfigMaps, and is the script's home. */
    readonly dir: string;
    readonly signal?: AbortSignal;
}

export interface JobOutcome {
    readonly exitCode: number;
    readonly output: string;
    /** Variables whose values differ from the deployed ones. */
    readonly changed: readonly string[];
}

/**
 * Runs the container of a deployed Job, or of a CronJob, on this machine: its own command, unchanged. Variables that hold the path of a
 * mounted ConfigMap point to a copy of it; others change only where `env` says so.
 */
export async function runJob(deployment: Deployment, options: RunJobOptions): Promise<JobOutcome> {
    const found = jobTypes
        .flatMap((type) => deployment.ofType(type))
        .filter((job) => job.inputs.metadata?.name === options.job);
    const [job] = found;
    if (!job || found.length > 1)
        throw new Error(`stack ${deployment.stack}: expected one Job named ${options.job}, found ${found.length}`);
    const { spec } = job.inputs;
    const pod = (spec.jobTemplate?.spec ?? spec).template.spec;
    const [container] = pod.containers;
    const mounts = mountConfigMaps(deployment, pod, container, options.dir);
    const env = containerEnv(deployment, container, options, mounts);

    const [command, ...args] = [...container.command, ...(container.args ?? [])].map((part: string) =>
        expand(part, env.values),
    );
    return new Promise((resolve, reject) => {
        execFile(
            command as string,
            args,
            {
                encoding: "utf8",
                env: {
                    HOME: options.dir,
                    ...env.values,
                    PATH: [...options.programs, process.env.PATH].join(path.delimiter),
                },
                cwd: options.dir,
                signal: options.signal,
                maxBuffer: 16 * 1024 * 1024,
            },
            (error, stdout, stderr) => {
                if (error && typeof error.code !== "number") return reject(error);
                resolve({
                    exitCode: (error?.code as number | undefined) ?? 0,
                    output: `${stdout}${stderr}`,
                    changed: env.changed,
                });
            },
        );
    });
}

/** Writes each mounted ConfigMap to a folder; answers the folders by mount path. */
function mountConfigMaps(deployment: Deployment, pod: any, container: any, dir: string): Map<string, string> {
    const mounts = new Map<string, string>();
    for (const { name, mountPath } of container.volumeMounts ?? []) {
        const volume = pod.volumes.find((candidate: any) => candidate.name === name);
        const folder = path.join(dir, "volumes", name);
        fs.mkdirSync(folder, { recursive: true });
        mounts.set(mountPath, folder);
        if (!volume?.configMap) continue;
        const configMap = deployment
            .ofType(configMapType)
            .find((candidate) => candidate.inputs.metadata?.name === volume.configMap.name);
        if (!configMap)
            throw new Error(
                `stack ${deployment.stack}: the ConfigMap ${volume.configMap.name}, which the Job mounts, is not deployed`,
            );
        for (const [file, content] of Object.entries(configMap.inputs.data as Record<string, string>)) {
            fs.writeFileSync(path.join(folder, file), content);
        }
    }
    return mounts;
}

function containerEnv(deployment: Deployment, container: any, options: RunJobOptions, mounts: Map<string, string>) {
    const { env: overrides } = options;
    const secrets = (name: string) => options.secrets?.[name] ?? deployedSecret(deployment, name);
    const values: Record<string, string> = {};
    const changed: string[] = [];
    for (const { name, value, valueFrom } of container.env ?? []) {
        const deployed = valueFrom ? secretValue(secrets, valueFrom, name) : expand(value ?? "", values);
        const local = overrides[name] ?? mounts.get(deployed) ?? deployed;
        if (local !== deployed) changed.push(name);
        values[name] = local;
    }
    const unknown = Object.keys(overrides).filter((name) => !(name in values));
    if (unknown.length > 0)
        throw new Error(
            `the Job's container has no variable ${unknown.join(", ")}; it has ${Object.keys(values).join(", ")}`,
        );
    return { values, changed };
}
