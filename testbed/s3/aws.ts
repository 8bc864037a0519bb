/**
 * Stands in for the AWS CLI where there is none: the two subcommands that the backup scripts use, on the official SDK.
 * Same arguments, same output where a script reads it, same exit statuses. Anything else is refused, so that a script
 * never seems to work with a command that this program does not know.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

/** The CLI's own exit statuses: nothing found or part of a transfer failed, unknown arguments, the service refused. */
const status = { partly: 1, usage: 252, refused: 254 } as const;

class UsageError extends Error {}

const client = new S3Client({ endpoint: process.env["AWS_ENDPOINT_URL"], forcePathStyle: true });

async function main(args: readonly string[]): Promise<number> {
    const [service, command, ...rest] = args;
    if (service === "--version") return say("aws stand-in on @aws-sdk/client-s3");
    if (service !== "s3") throw new UsageError(`unknown service ${service}`);
    const flags = new Set(rest.filter((arg) => arg.startsWith("-")));
    const operands = rest.filter((arg) => !arg.startsWith("-"));
    const known = command === "cp" ? ["--recursive", "--only-show-errors"] : [];
    for (const flag of flags) if (!known.includes(flag)) throw new UsageError(`s3 ${command}: unknown flag ${flag}`);
    if (command === "ls" && operands.length === 1) return list(operands[0]!);
    if (command === "cp" && operands.length === 2) return copy(operands[0]!, operands[1]!, flags.has("--recursive"));
    throw new UsageError(`unknown command s3 ${command} with ${operands.length} paths`);
}

async function list(uri: string): Promise<number> {
    const { bucket, key } = parse(uri);
    let found = 0;
    for await (const object of objects(bucket, key)) {
        const rest = object.key.slice(key.lastIndexOf("/") + 1);
        // A folder below is one line of its own in the CLI; the scripts list folders without any.
        if (rest.includes("/")) continue;
        const date = object.modified.toISOString().slice(0, 19).replace("T", " ");
        say(`${date} ${String(object.bytes).padStart(10)} ${rest}`);
        found += 1;
    }
    return found > 0 ? 0 : status.partly;
}

async function copy(from: string, to: string, recursive: boolean): Promise<number> {
    if (isS3(from) === isS3(to)) throw new UsageError("s3 cp: one path is local and one is s3://");
    const pairs = recursive ? await pairsOf(from, to) : [{ from, to }];
    let failed = 0;
    for (const pair of pairs) {
        try {
            await (isS3(pair.to) ? upload(pair.from, pair.to) : download(pair.from, pair.to));
        } catch (error) {
            console.error(
                `${isS3(pair.to) ? "upload" : "download"} failed: ${pair.from} to ${pair.to} ${String(error)}`,
            );
            failed += 1;
        }
    }
    return failed === 0 ? 0 : status.partly;
}

async function pairsOf(from: string, to: string): Promise<{ from: string; to: string }[]> {
    const join = (folder: string, rest: string) => `${folder.replace(/\/$/, "")}/${rest}`;
    if (isS3(to)) {
        const files = fs.readdirSync(from, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
        return files.map((file) => {
            const full = path.join(file.parentPath, file.name);
            return { from: full, to: join(to, path.relative(from, full)) };
        });
    }
    const { bucket, key } = parse(from);
    const folder = key.endsWith("/") ? key : `${key}/`;
    const pairs: { from: string; to: string }[] = [];
    for await (const object of objects(bucket, folder)) {
        pairs.push({ from: `s3://${bucket}/${object.key}`, to: join(to, object.key.slice(folder.length)) });
    }
    return pairs;
}

async function upload(from: string, to: string): Promise<void> {
    const { bucket, key } = parse(to);
    const body = fs.createReadStream(from, { highWaterMark: 1024 * 1024 });
    await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentLength: fs.statSync(from).size }),
    );
}

async function download(from: string, to: string): Promise<void> {
    const { bucket, key } = parse(from);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    await pipeline(Body as Readable, fs.createWriteStream(to));
}

async function* objects(bucket: string, prefix: string) {
    let token: string | undefined;
    do {
        const page = await client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
        );
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
            yield { key: Key ?? "", bytes: Size ?? 0, modified: LastModified ?? new Date(0) };
        }
        token = page.NextContinuationToken;
    } while (token !== undefined);
}

function isS3(uri: string): boolean {
    return uri.startsWith("s3://");
}

function parse(uri: string): { bucket: string; key: string } {
    const [, bucket, key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
    if (bucket === undefined) throw new UsageError(`${uri} is no s3:// address`);
    return { bucket, key };
}

function say(line: string): 0 {
    process.stdout.write(`${line}\n`);
    return 0;
}

main(process.argv.slice(2)).then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
        console.error(String(error));
        process.exitCode = error instanceof UsageError ? status.usage : status.refused;
    },
);
