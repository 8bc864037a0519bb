import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import {
    CreateBucketCommand,
    GetObjectCommand,
    ListObjectsV2Command,
    PutObjectLockConfigurationCommand,
    S3Client,
    type BucketLocationConstraint,
} from "@aws-sdk/client-s3";
import { freePorts } from "../nats/ports";
import { ProcessGuard } from "../nats/processGuard";
import { waitFor } from "../nats/waitFor";

export interface S3ServerOptions {
    /** Path of versitygw. */
    readonly versitygw: string;
    /** Holds the objects, their metadata and the log. */
    readonly dir: string;
    readonly region: string;
    readonly signal?: AbortSignal;
}

export interface ObjectInBucket {
    readonly key: string;
    readonly bytes: number;
}

/** A real S3-compatible server on loopback, with versions and object lock; its objects are files. */
export class S3Server {
    /** What an S3 client needs to know, as environment variables of the AWS CLI. */
    readonly env: Readonly<Record<string, string>>;
    private readonly client: S3Client;

    private constructor(
        readonly options: S3ServerOptions,
        readonly endpoint: string,
        private readonly child: ChildProcess,
        private readonly exited: Promise<void>,
        private readonly guard: ProcessGuard,
        credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
    ) {
        this.client = new S3Client({ endpoint, region: options.region, credentials, forcePathStyle: true });
        this.env = {
            AWS_ENDPOINT_URL: endpoint,
            AWS_ACCESS_KEY_ID: credentials.accessKeyId,
            AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
            AWS_EC2_METADATA_DISABLED: "true",
            // Version 1 of the CLI, which a laptop may have, does not know AWS_REGION.
            AWS_DEFAULT_REGION: options.region,
        };
    }

    /** Starts the server and waits until it answers. */
    static async start(options: S3ServerOptions): Promise<S3Server> {
        const [port] = await freePorts(1);
        const address = `127.0.0.1:${port}`;
        const credentials = { accessKeyId: "rehearsal", secretAccessKey: randomBytes(24).toString("base64url") };
        const folder = (name: string) => {
            const made = path.join(options.dir, name);
            fs.mkdirSync(made, { recursive: true });
            return made;
        };
        const log = fs.openSync(path.join(folder("."), "s3.log"), "a");
        const child = spawn(
            options.versitygw,
            [
                ...["--port", address, "--region", options.region, "--health", "/health", "--quiet"],
                // Metadata in files of its own: not every file system of a laptop has extended attributes.
                ...[
                    "posix",
                    "--sidecar",
                    folder("metadata"),
                    "--versioning-dir",
                    folder("versions"),
                    folder("buckets"),
                ],
            ],
            {
                stdio: ["ignore", log, log],
                env: {
                    PATH: process.env.PATH,
                    ROOT_ACCESS_KEY: credentials.accessKeyId,
                    ROOT_SECRET_KEY: credentials.secretAccessKey,
                },
                detached: true,
            },
        );
        fs.closeSync(log);
        child.unref();
        const guard = new ProcessGuard();
        guard.watch(child);
        const exited = new Promise<void>((resolve) => {
            child.once("exit", () => resolve());
            child.once("error", () => resolve());
        });
        const server = new S3Server(options, `http://${address}`, child, exited, guard, credentials);
        options.signal?.addEventListener("abort", () => void server.close(), { once: true });
        await waitFor("the S3 server's health", () => server.healthy(), { seconds: 30, signal: options.signal }).catch(
            async (error: unknown) => {
                await server.close();
                throw error;
            },
        );
        return server;
    }

    /** Makes a bucket as BackupBucket does: with versions, and locked for a number of days if that is asked for. */
    async createBucket(bucket: string, lockDays?: number): Promise<void> {
        const locked = lockDays !== undefined;
        await this.client.send(
            new CreateBucketCommand({
                Bucket: bucket,
                ObjectLockEnabledForBucket: locked,
                CreateBucketConfiguration: { LocationConstraint: this.options.region as BucketLocationConstraint },
            }),
        );
        if (!locked) return;
        await this.client.send(
            new PutObjectLockConfigurationCommand({
                Bucket: bucket,
                ObjectLockConfiguration: {
                    ObjectLockEnabled: "Enabled",
                    Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: lockDays } },
                },
            }),
        );
    }

    /** Everything below a prefix, in the order of the keys. */
    async list(bucket: string, prefix: string): Promise<ObjectInBucket[]> {
        const objects: ObjectInBucket[] = [];
        let token: string | undefined;
        do {
            const page = await this.client.send(
                new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
            );
            objects.push(...(page.Contents ?? []).map(({ Key, Size }) => ({ key: Key ?? "", bytes: Size ?? 0 })));
            token = page.NextContinuationToken;
        } while (token !== undefined);
        return objects;
    }

    async text(bucket: string, key: string): Promise<string> {
        const { Body } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return (await Body?.transformToString()) ?? "";
    }

    /** Ends the process at once; nothing is left behind but the files. */
    async close(): Promise<void> {
        this.client.destroy();
        // Waited for now: Node would end before it if nothing else is going on.
        this.child.ref();
        this.child.kill("SIGKILL");
        await this.exited;
        await this.guard.close();
    }

    private async healthy(): Promise<true | undefined> {
        if (this.child.exitCode !== null)
            throw new Error(`the process ended; see ${path.join(this.options.dir, "s3.log")}`);
        const response = await fetch(`${this.endpoint}/health`, { signal: AbortSignal.timeout(2_000) });
        return response.ok ? true : undefined;
    }
}
