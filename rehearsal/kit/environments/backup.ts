import * as path from "node:path";
import { applicationAccount } from "../../../components/nats/natsAccounts";
import type { Deployment } from "../../../engine/state/deployment";
import { connectTo, loginOf } from "../../../testbed/nats/client";
import { NatsWorld, type Member } from "../../../testbed/nats/natsWorld";
import { runJob } from "../../../testbed/nats/runJob";
import { awsCli, type AwsCli } from "../../../testbed/s3/awsCli";
import { S3Server } from "../../../testbed/s3/s3Server";
import type { DrillContext } from "../context";
import type { DrillRun } from "../drillRun";
import { deployedCronJob, deployedValue, runCronJob, type CronJobOutcome } from "./deployedCronJob";

/** Names of the deployed CronJobs that back up and restore the streams. */
export const jobs = { backup: "nats-backup", restore: "nats-restore" } as const;

/** The bucket that is not lost, and the program that the scripts reach it with. */
interface Store {
    readonly server: S3Server;
    readonly bucketName: string;
    readonly prefix: string;
    readonly aws: AwsCli;
}

/** A region that is lost, or one beside it, and the bucket that is not. */
export class BackupEnvironment {
    private runs = 0;

    private constructor(
        readonly nats: NatsWorld,
        readonly member: Member,
        private readonly store: Store,
        private readonly primary: Deployment,
        private readonly context: DrillContext,
        /** Holds a folder for the servers and one for each run of a job. */
        private readonly dir: string,
        /** Whether the bucket ends with this environment. */
        private readonly ownsStore: boolean,
    ) {}

    /** Servers from the deployed values with the deployed job's streams, and the deployed bucket on an S3 server. */
    static async start(context: DrillContext, primary: Deployment, dr: Deployment): Promise<BackupEnvironment> {
        const { tools, workDir, signal } = context;
        const backup = deployedCronJob(primary, jobs.backup);
        const bucketName = deployedValue(backup, "BUCKET");
        const region = deployedValue(backup, "AWS_REGION");
        const lockDays = deployedLock(dr, bucketName);
        // The CLI takes as long to start as a small backup takes; what the quick size shows does not depend on whose it is.
        const aws = await awsCli(path.join(workDir, "bin"), context.quick ? "stand-in" : "real");
        const server = await S3Server.start({
            versitygw: tools.versitygw.path,
            dir: path.join(workDir, "s3"),
            region,
            signal,
        });
        try {
            await server.createBucket(bucketName, lockDays);
            const store = { server, bucketName, prefix: deployedValue(backup, "PREFIX"), aws };
            const environment = await BackupEnvironment.withServers(context, primary, store, workDir, true);
            await environment.createStreams();
            return environment;
        } catch (error) {
            await server.close();
            throw error;
        }
    }

    private static async withServers(
        context: DrillContext,
        primary: Deployment,
        store: Store,
        dir: string,
        ownsStore: boolean,
    ): Promise<BackupEnvironment> {
        const { tools, signal } = context;
        const nats = new NatsWorld({ natsServer: tools["nats-server"].path, dir: path.join(dir, "nats"), signal });
        try {
            const member = await nats.member(primary);
            await nats.start(member);
            return new BackupEnvironment(nats, member, store, primary, context, dir, ownsStore);
        } catch (error) {
            await nats.close();
            throw error;
        }
    }

    /** The same servers once more, empty, on ports of their own, with the same bucket; closing them leaves that open. */
    startBeside(name: string): Promise<BackupEnvironment> {
        return BackupEnvironment.withServers(this.context, this.primary, this.store, path.join(this.dir, name), false);
    }

    get aws(): AwsCli {
        return this.store.aws;
    }

    get urls(): string {
        return this.member.servers.map((server) => server.url).join(",");
    }

    connect(name: string) {
        return connectTo(this.member.servers, loginOf(this.primary, applicationAccount), name);
    }

    /** One run of the deployed backup. */
    backup(): Promise<CronJobOutcome> {
        return this.run(jobs.backup);
    }

    /**
     * One run of the deployed restore, as an operator starts it by the runbook.
     *
     * @param urls where it finds the servers @default at their own addresses
     */
    restore(choice: Readonly<Record<string, string>> = {}, urls = this.urls): Promise<CronJobOutcome> {
        return this.run(jobs.restore, choice, urls);
    }

    /** Every server is killed at once and loses its disk. */
    async lose(): Promise<void> {
        await Promise.all(this.member.servers.map((server) => server.kill()));
        for (const server of this.member.servers) server.wipe();
    }

    /** Starts the same servers with empty disks. */
    startEmpty(): Promise<void> {
        return this.nats.start(this.member);
    }

    /** Names of the complete backups in the bucket, oldest first. */
    async completeBackups(): Promise<string[]> {
        const { server, bucketName, prefix } = this.store;
        const objects = await server.list(bucketName, `${prefix}/complete/`);
        return objects.map(({ key }) => path.basename(key, ".manifest"));
    }

    async close(): Promise<void> {
        await Promise.all([this.nats.close(), this.ownsStore ? this.store.server.close() : undefined]);
    }

    private async createStreams(): Promise<void> {
        const { exitCode, output } = await runJob(this.primary, {
            job: "nats-streams",
            env: { NATS_URL: this.urls, DEADLINE_SECONDS: "90" },
            programs: [path.dirname(this.context.tools.nats.path)],
            dir: path.join(this.dir, "job-nats-streams"),
            signal: this.context.signal,
        });
        if (exitCode !== 0) throw new Error(`the deployed job nats-streams ended with status ${exitCode}: ${output}`);
    }

    private run(job: string, choice?: Readonly<Record<string, string>>, urls = this.urls): Promise<CronJobOutcome> {
        return runCronJob(this.primary, {
            job,
            env: { NATS_URL: urls },
            injected: this.store.server.env,
            choice,
            programs: [
                ...(this.aws.folder === undefined ? [] : [this.aws.folder]),
                path.dirname(this.context.tools.nats.path),
            ],
            dir: path.join(this.dir, `run-${++this.runs}-${job}`),
            signal: this.context.signal,
        });
    }
}

/** Days of the lock on the deployed bucket; undefined for one without a lock. Fails if the standby's stack has no such bucket. */
function deployedLock(dr: Deployment, bucketName: string): number | undefined {
    const bucket = dr.ofType("aws:s3/bucket:Bucket").find((candidate) => candidate.inputs.bucket === bucketName);
    if (!bucket) throw new Error(`stack ${dr.stack} has no bucket ${bucketName}, which the primary's backup writes to`);
    if (bucket.inputs.objectLockEnabled !== true) return undefined;
    const lock = dr
        .ofType("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
        .find((candidate) => candidate.inputs.bucket === bucketName);
    return lock?.inputs.rule.defaultRetention.days ?? 1;
}

/** The region and its bucket for a drill: ready when the deployed job has created the streams; closed with the drill. */
export async function backupEnvironment(run: DrillRun): Promise<BackupEnvironment> {
    const start = BackupEnvironment.start(run, run.deployment("primary"), run.deployment("dr"));
    const environment = await run.at("NATS servers", "start, with the deployed bucket beside them", () => start);
    run.defer(() => environment.close());
    run.real(
        "nats-server processes",
        "nats CLI",
        "the deployed scripts of backup and restore",
        "an S3-compatible server with versions and object lock",
        ...(environment.aws.real ? [environment.aws.what] : []),
    );
    run.simulated(
        "Kubernetes: pods run as processes of this machine",
        "S3: versitygw in place of Amazon's, without KMS and IAM",
        "network between the regions",
        ...(environment.aws.real ? [] : [environment.aws.what]),
    );
    return environment;
}
