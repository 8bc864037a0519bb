import { execFile } from "node:child_process";
import type { Deployment } from "../../engine/state/deployment";
import { localContainer, type LocalContainerOptions } from "./localContainer";

const jobTypes = ["kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"];

export interface RunJobOptions extends LocalContainerOptions {
    /** Metadata name of the deployed Job, or of a CronJob: one run of it. */
    readonly job: string;
    readonly signal?: AbortSignal;
}

export interface JobOutcome {
    readonly exitCode: number;
    readonly output: string;
    /** Variables whose values differ from the deployed ones. */
    readonly changed: readonly string[];
}

/** Runs the container of a deployed Job, or of a CronJob, on this machine, as `localContainer` says. */
export async function runJob(deployment: Deployment, options: RunJobOptions): Promise<JobOutcome> {
    const found = jobTypes
        .flatMap((type) => deployment.ofType(type))
        .filter((job) => job.inputs.metadata?.name === options.job);
    const [job] = found;
    if (!job || found.length > 1)
        throw new Error(`stack ${deployment.stack}: expected one Job named ${options.job}, found ${found.length}`);
    const { spec } = job.inputs;
    const pod = (spec.jobTemplate?.spec ?? spec).template.spec;
    const { command, args, env, changed } = localContainer(deployment, pod, options);
    return new Promise((resolve, reject) => {
        execFile(
            command,
            args,
            {
                encoding: "utf8",
                env,
                cwd: options.dir,
                signal: options.signal,
                maxBuffer: 16 * 1024 * 1024,
            },
            (error, stdout, stderr) => {
                if (error && typeof error.code !== "number") return reject(error);
                resolve({
                    exitCode: (error?.code as number | undefined) ?? 0,
                    output: `${stdout}${stderr}`,
                    changed,
                });
            },
        );
    });
}
