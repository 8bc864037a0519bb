import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

/** The program that scripts find under the name `aws`. */
export interface AwsCli {
    /** Folder to put before PATH; undefined if the machine has the CLI already. */
    readonly folder?: string;
    /** What it is, for the report. */
    readonly what: string;
    readonly real: boolean;
}

/**
 * The machine's own AWS CLI, or a stand-in on the official SDK that knows what the backup scripts use.
 *
 * @param dir gets the stand-in's starter
 * @param prefer "stand-in" takes it even where the CLI is there @default "real"
 */
export async function awsCli(dir: string, prefer: "real" | "stand-in" = "real"): Promise<AwsCli> {
    const version = prefer === "real" ? await installedVersion() : undefined;
    return version === undefined ? standIn(dir) : { what: `AWS CLI ${version}`, real: true };
}

/** Version of the CLI on PATH; undefined if there is none, or only something of that name that does not run. */
async function installedVersion(): Promise<string | undefined> {
    const answer = await promisify(execFile)("aws", ["--version"], { timeout: 20_000 }).catch(() => undefined);
    return /^aws-cli\/(\S+)/.exec(answer?.stdout ?? "")?.[1];
}

/** The stand-in as one file: a drill starts it dozens of times, and compiling it each time took longer than what it does. */
let bundle: Promise<string> | undefined;

async function bundled(): Promise<string> {
    const { outputFiles } = await build({
        entryPoints: [path.join(__dirname, "aws.ts")],
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node22",
        logLevel: "silent",
        write: false,
    });
    return outputFiles[0]!.text;
}

async function standIn(dir: string): Promise<AwsCli> {
    const [starter, program] = [path.join(dir, "aws"), path.join(dir, "aws.cjs")];
    bundle ??= bundled();
    const text = await bundle;
    fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(program, text);
    const command = [process.execPath, program].map((part) => `'${part.replaceAll("'", `'\\''`)}'`);
    fs.writeFileSync(starter, `#!/bin/sh\nexec ${command.join(" ")} "$@"\n`, { mode: 0o755 });
    return {
        folder: dir,
        what: "the AWS CLI: a stand-in on @aws-sdk/client-s3 for the subcommands s3 ls and s3 cp",
        real: false,
    };
}
