import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { parseExport, pendingOperations, type PendingOperation, type RawExport } from "../state/parseExport";
import { shortUrn } from "./engineError";
import type { EngineFolder } from "./engineFolder";
import type { EngineStack } from "./engineStack";

/** A thing in the pretend cloud, as far as recovery has to know it. */
export interface CloudThing {
    readonly type: string;
    readonly id: string;
    readonly name: string;
}

/** The pretend cloud, as far as recovery has to know it. */
export interface RecoverableCloud<Thing extends CloudThing = any> {
    objects(): readonly Thing[];
    remove(object: Thing): void;
}

/** What a former run in the folder left open, and was dealt with. */
export interface Recovery {
    /** Stacks that a killed run had left locked. */
    readonly unlocked: readonly string[];
    /** Steps that nobody knew the end of. */
    readonly pending: readonly (PendingOperation & { readonly stack: string })[];
    /** Things that existed in the cloud and in no state; they are gone now. */
    readonly orphans: readonly CloudThing[];
    /** State files that could not be read, where they are now. */
    readonly damaged: readonly string[];
}

export interface RecoverySetup {
    readonly folder: EngineFolder;
    readonly stack: (name: string) => EngineStack;
    readonly cloud?: RecoverableCloud;
    readonly progress: (line: string) => void;
}

/** Deals with what a killed run left behind, and says each thing it finds. */
export async function recover({ folder, stack, cloud, progress }: RecoverySetup): Promise<Recovery> {
    const unlocked = entries(locksDir(folder)).filter((name) => lockFiles(folder, name).length > 0);
    for (const name of unlocked) {
        await endFormerEngine(folder, name, progress);
        await stack(name).cancel();
        progress(`${name}: a killed run had left the stack locked; unlocked`);
    }

    const damaged: string[] = [];
    const exports = new Map<string, RawExport>();
    for (const name of stacksWithState(folder)) {
        const raw = await readState(folder, name, stack(name), progress, damaged);
        if (raw !== undefined) exports.set(name, raw);
    }

    const pending = [...exports].flatMap(([name, raw]) =>
        pendingOperations(raw).map((operation) => ({ ...operation, stack: name })),
    );
    for (const { stack: name, operation, urn } of pending)
        progress(`${name}: a killed run was ${operation} ${shortUrn(urn)}`);
    for (const name of new Set(pending.map((operation) => operation.stack))) {
        await stack(name).refreshPending();
        exports.set(name, await stack(name).exportRaw());
        progress(`${name}: its state was compared with the cloud; no step is open now`);
    }

    // Something that exists only in a state that is lost can be of any type; otherwise only open steps make orphans.
    const suspect = new Set(pending.map(({ type }) => type));
    const held = new Set(
        [...exports].flatMap(([name, raw]) => parseExport(name, raw).resources.map(({ type, id }) => `${type} ${id}`)),
    );
    const orphans = (cloud?.objects() ?? []).filter(
        ({ type, id }) => (damaged.length > 0 || suspect.has(type)) && !held.has(`${type} ${id}`),
    );
    for (const orphan of orphans) {
        cloud?.remove(orphan);
        progress(`${orphan.type} "${orphan.name}" existed in no state: removed`);
    }
    return { unlocked, pending, orphans: orphans.map(({ type, id, name }) => ({ type, id, name })), damaged };
}

/** The stack's export; undefined if its state cannot be read: then the file is moved aside. */
async function readState(
    folder: EngineFolder,
    name: string,
    stack: EngineStack,
    progress: (line: string) => void,
    damaged: string[],
) {
    const file = stateFile(folder, name);
    try {
        JSON.parse(readFileSync(file, "utf8"));
        return await stack.exportRaw();
    } catch (error) {
        const aside = path.join(folder.dir, "damaged", `${name}.${Date.now()}.json`);
        mkdirSync(path.dirname(aside), { recursive: true, mode: 0o700 });
        renameSync(file, aside);
        damaged.push(aside);
        const [reason] = (error as Error).message.split("\n");
        progress(`${name}: its state cannot be read: ${reason}`);
        progress(`${name}: it starts empty; the state is kept in ${path.relative(process.cwd(), aside)}`);
        stack.forget();
        return undefined;
    }
}

/** An engine that outlived the run that started it: it has lost its providers and is of no use. */
async function endFormerEngine(folder: EngineFolder, name: string, progress: (line: string) => void): Promise<void> {
    for (const file of lockFiles(folder, name)) {
        const { pid } = readLock(file);
        if (pid === undefined || !isOurEngine(pid, folder)) continue;
        progress(`${name}: the engine of a killed run (process ${pid}) is still there; ending it`);
        await endProcess(pid);
    }
}

function readLock(file: string): { readonly pid?: number } {
    try {
        return JSON.parse(readFileSync(file, "utf8"));
    } catch {
        return {};
    }
}

/** Whether the process is a Pulumi command that works in this folder. */
function isOurEngine(pid: number, folder: EngineFolder): boolean {
    try {
        return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).includes(folder.project);
    } catch {
        return false;
    }
}

/** Asks the process to end, and kills it if it has not within 5 s. */
async function endProcess(pid: number): Promise<void> {
    const deadline = performance.now() + 5_000;
    try {
        process.kill(pid, "SIGINT");
        while (performance.now() < deadline) {
            process.kill(pid, 0);
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        process.kill(pid, "SIGKILL");
    } catch {
        // It has ended.
    }
}

/** The stacks that the backend has. */
export function stacksWithState(folder: EngineFolder): string[] {
    return entries(statesDir(folder))
        .filter((file) => file.endsWith(".json"))
        .map((file) => path.basename(file, ".json"));
}

function statesDir(folder: EngineFolder): string {
    return path.join(folder.state, ".pulumi/stacks", folder.projectName);
}

function stateFile(folder: EngineFolder, stack: string): string {
    return path.join(statesDir(folder), `${stack}.json`);
}

function locksDir(folder: EngineFolder): string {
    return path.join(folder.state, ".pulumi/locks/organization", folder.projectName);
}

function lockFiles(folder: EngineFolder, stack: string): string[] {
    const dir = path.join(locksDir(folder), stack);
    return entries(dir)
        .filter((file) => file.endsWith(".json"))
        .map((file) => path.join(dir, file));
}

/** What is in a folder; nothing where there is no folder. */
function entries(dir: string): string[] {
    return existsSync(dir) ? readdirSync(dir).sort() : [];
}
