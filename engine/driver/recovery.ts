import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { roles, type Role } from "../../infra/profile";
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
    readonly unlocked: readonly Role[];
    /** Steps that nobody knew the end of. */
    readonly pending: readonly (PendingOperation & { readonly stack: Role })[];
    /** Things that existed in the cloud and in no state; they are gone now. */
    readonly orphans: readonly CloudThing[];
    /** State files that could not be read, where they are now. */
    readonly damaged: readonly string[];
}

export interface RecoverySetup {
    readonly folder: EngineFolder;
    readonly stack: (role: Role) => EngineStack;
    readonly cloud?: RecoverableCloud;
    readonly progress: (line: string) => void;
}

/** Deals with what a killed run left behind, and says each thing it finds. */
export async function recover({ folder, stack, cloud, progress }: RecoverySetup): Promise<Recovery> {
    const unlocked = roles.filter((role) => lockFiles(folder, role).length > 0);
    for (const role of unlocked) {
        await endFormerEngine(folder, role, progress);
        await stack(role).cancel();
        progress(`${role}: a killed run had left the stack locked; unlocked`);
    }

    const damaged: string[] = [];
    const exports = new Map<Role, RawExport>();
    for (const role of rolesWithState(folder)) {
        const raw = await readState(folder, role, stack(role), progress, damaged);
        if (raw !== undefined) exports.set(role, raw);
    }

    const pending = [...exports].flatMap(([role, raw]) =>
        pendingOperations(raw).map((operation) => ({ ...operation, stack: role })),
    );
    for (const { stack: role, operation, urn } of pending)
        progress(`${role}: a killed run was ${operation} ${shortUrn(urn)}`);
    for (const role of new Set(pending.map((operation) => operation.stack))) {
        await stack(role).refreshPending();
        exports.set(role, await stack(role).exportRaw());
        progress(`${role}: its state was compared with the cloud; no step is open now`);
    }

    // Something that exists only in a state that is lost can be of any type; otherwise only open steps make orphans.
    const suspect = new Set(pending.map(({ type }) => type));
    const held = new Set(
        [...exports].flatMap(([role, raw]) => parseExport(role, raw).resources.map(({ type, id }) => `${type} ${id}`)),
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
    role: Role,
    stack: EngineStack,
    progress: (line: string) => void,
    damaged: string[],
) {
    const file = stateFile(folder, role);
    try {
        JSON.parse(readFileSync(file, "utf8"));
        return await stack.exportRaw();
    } catch (error) {
        const aside = path.join(folder.dir, "damaged", `${role}.${Date.now()}.json`);
        mkdirSync(path.dirname(aside), { recursive: true, mode: 0o700 });
        renameSync(file, aside);
        damaged.push(aside);
        const [reason] = (error as Error).message.split("\n");
        progress(`${role}: its state cannot be read: ${reason}`);
        progress(`${role}: it starts empty; the state is kept in ${path.relative(process.cwd(), aside)}`);
        stack.forget();
        return undefined;
    }
}

/** An engine that outlived the run that started it: it has lost its providers and is of no use. */
async function endFormerEngine(folder: EngineFolder, role: Role, progress: (line: string) => void): Promise<void> {
    for (const file of lockFiles(folder, role)) {
        const { pid } = readLock(file);
        if (pid === undefined || !isOurEngine(pid, folder)) continue;
        progress(`${role}: the engine of a killed run (process ${pid}) is still there; ending it`);
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

/** The roles whose stacks the backend has. */
export function rolesWithState(folder: EngineFolder): Role[] {
    return roles.filter((role) => existsSync(stateFile(folder, role)));
}

function stateFile(folder: EngineFolder, role: Role): string {
    return path.join(folder.state, ".pulumi/stacks", folder.projectName, `${role}.json`);
}

function lockFiles(folder: EngineFolder, role: Role): string[] {
    const dir = path.join(folder.state, ".pulumi/locks/organization", folder.projectName, role);
    return existsSync(dir)
        ? readdirSync(dir)
              .filter((name) => name.endsWith(".json"))
              .map((name) => path.join(dir, name))
        : [];
}
