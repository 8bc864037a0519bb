import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** Where the engine keeps what belongs to it; nothing is ever written to the project's own folder. */
export interface EngineFolder {
    readonly dir: string;
    /** The engine's home: plugins, workspaces, credentials. */
    readonly home: string;
    /** State of all stacks: a file backend. */
    readonly state: string;
    /** A copy of Pulumi.yaml and of the stacks' configuration. */
    readonly project: string;
    readonly passphraseFile: string;
    /** `name` of Pulumi.yaml. */
    readonly projectName: string;
}

/** Makes the folder, or takes it as a former run left it. */
export function prepareFolder(dir: string, projectDir: string): EngineFolder {
    const shipped = path.join(projectDir, "Pulumi.yaml");
    if (!existsSync(shipped))
        throw new Error(`${projectDir} holds no Pulumi.yaml: give the folder of a Pulumi project.`);
    const projectName: unknown = parse(readFileSync(shipped, "utf8"))?.name;
    if (typeof projectName !== "string") throw new Error(`${shipped}: "name" is missing.`);

    const absolute = path.resolve(dir);
    const folder: EngineFolder = {
        dir: absolute,
        home: path.join(absolute, "home"),
        state: path.join(absolute, "state"),
        project: path.join(absolute, "project"),
        passphraseFile: path.join(absolute, "passphrase"),
        projectName,
    };
    for (const needed of [folder.home, folder.state, folder.project])
        mkdirSync(needed, { recursive: true, mode: 0o700 });
    copyFileSync(shipped, path.join(folder.project, "Pulumi.yaml"));
    // Empty: a run was killed while it wrote the file.
    if (!existsSync(folder.passphraseFile) || readFileSync(folder.passphraseFile, "utf8") === "")
        writeFileSync(folder.passphraseFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    return folder;
}

/** Variables that would lead to a real account, a real cluster or another backend, or change how Node runs. */
const foreign = /^(PULUMI_|AWS_|KUBE|NODE_OPTIONS$|NODE_ENV$|VITEST|npm_)/;

/** The engine's environment: no network, no real account, its own home, state and passphrase. */
export function engineEnvironment(
    folder: EngineFolder,
    debugProviders: string,
    cacheDir: string,
    pulumi: string,
): Record<string, string> {
    const inherited = Object.entries(process.env).filter(
        ([name, value]) => value !== undefined && !foreign.test(name),
    ) as [string, string][];
    return {
        ...Object.fromEntries(inherited),
        // The language host starts "node", and a program may start "pulumi": let them be these.
        PATH: [path.dirname(process.execPath), path.dirname(pulumi), process.env.PATH].join(path.delimiter),
        NODE_COMPILE_CACHE: cacheDir,
        PULUMI_HOME: folder.home,
        PULUMI_BACKEND_URL: `file://${folder.state}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: folder.passphraseFile,
        PULUMI_DEBUG_PROVIDERS: debugProviders,
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
    };
}
