import { fork, type ChildProcess } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DeployedResource } from "../../engine/state/deployment";

/** A deployed function, run on this machine with its own code. */
export interface FunctionHost {
    /** One run at that time of the world; resolves with what the handler returned, rejects with its error. */
    invoke(now: Date): Promise<unknown>;
    stop(): Promise<void>;
}

export interface FunctionHostOptions {
    /** The deployed `aws:lambda/function:Function`. */
    readonly deployed: DeployedResource;
    /** Values that differ from the deployed ones: addresses of this machine. Only variables that the function has may be given. */
    readonly environment: Readonly<Record<string, string>>;
    /** The SDK's own variables: endpoint, region, credentials that open nothing. */
    readonly sdk: Readonly<Record<string, string>>;
    readonly workDir: string;
}

/** Starts the code that the engine deployed, in a process of its own. */
export async function startFunction({
    deployed,
    environment,
    sdk,
    workDir,
}: FunctionHostOptions): Promise<FunctionHost> {
    const variables: Record<string, string> = deployed.inputs.environment?.variables ?? {};
    const strangers = Object.keys(environment).filter((key) => !(key in variables));
    if (strangers.length > 0)
        throw new Error(`${deployed.urn}: the deployed function has no variable ${strangers.join(", ")}`);

    await mkdir(workDir, { recursive: true });
    const code = deployedCode(deployed);
    for (const [name, text] of Object.entries(code)) await writeFile(join(workDir, name), text);
    const [module = "", exported = ""] = String(deployed.inputs.handler).split(".");
    const file = Object.keys(code).find((name) => name.replace(/\.[cm]?js$/, "") === module);
    if (file === undefined)
        throw new Error(
            `${deployed.urn}: handler ${deployed.inputs.handler} names no deployed file; there are: ${Object.keys(code).join(", ")}`,
        );

    const child = fork(join(__dirname, "functionRunner.mjs"), [join(workDir, file), exported], {
        env: { PATH: process.env.PATH, ...variables, ...environment, ...sdk },
        execArgv: [],
        stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let errors = "";
    child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString("utf8")));
    await nextMessage(child, () => errors);
    return {
        async invoke(now) {
            const answer = nextMessage(child, () => errors);
            child.send({ now: now.getTime() });
            const { result, error } = await answer;
            if (error !== undefined) throw new Error(error);
            return result;
        },
        async stop() {
            if (child.exitCode !== null || child.signalCode !== null) return;
            const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
            child.disconnect();
            await gone;
        },
    };
}

/** The files of the deployed archive, as the engine keeps them in its state. */
export function deployedCode(deployed: DeployedResource): Record<string, string> {
    const assets: Record<string, { text?: string }> = deployed.inputs.code?.assets ?? {};
    const files = Object.entries(assets).map(([name, { text }]) => {
        if (text === undefined)
            throw new Error(
                `${deployed.urn}: the state holds no text of ${name}; only code deployed as text can be run`,
            );
        return [name, text] as const;
    });
    if (files.length === 0) throw new Error(`${deployed.urn}: the state holds no code`);
    return Object.fromEntries(files);
}

interface Message {
    readonly ready?: boolean;
    readonly result?: unknown;
    readonly error?: string;
}

function nextMessage(child: ChildProcess, errors: () => string): Promise<Message> {
    return new Promise((resolve, reject) => {
        const onMessage = (message: unknown) => {
            child.off("exit", onExit);
            resolve(message as Message);
        };
        const onExit = (code: number | null) => {
            child.off("message", onMessage);
            reject(new Error(`the function's process ended with status ${code}: ${errors()}`));
        };
        child.once("message", onMessage);
        child.once("exit", onExit);
    });
}
