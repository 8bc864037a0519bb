import * as path from "node:path";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import type { Children } from "./children";
import { resolveRunner } from "./resolveRunner";

/** How a program ended, in the engine's terms: no error, a message, or "the program said it all itself" (bail). */
export interface ProgramResult {
    readonly error: string;
    readonly bail: boolean;
}

/** The exit status by which @pulumi/pulumi's runner says that the user has already seen the reason. */
const alreadyReported = 32;

/** Runs a Pulumi program by the runner of the program's own @pulumi/pulumi and waits for its end. */
export function runProgram(request: RunRequest, engineAddress: string, children: Children): Promise<ProgramResult> {
    const command = programCommand(request, engineAddress);
    const child = children.start(process.execPath, command.args, {
        cwd: command.cwd,
        env: command.env,
        stdio: ["ignore", "inherit", "inherit"],
    });
    return new Promise((resolve) => {
        child.once("error", (error) =>
            resolve({ error: `The program could not be started: ${error.message}`, bail: false }),
        );
        child.once("exit", (status, signal) => {
            if (status === 0) resolve({ error: "", bail: false });
            else if (status === alreadyReported) resolve({ error: "", bail: true });
            else
                resolve({
                    error: `The program ended with ${signal ? `signal ${signal}` : `exit status ${status}`}.`,
                    bail: false,
                });
        });
    });
}

export interface ProgramCommand {
    readonly args: string[];
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
}

/** What Pulumi.yaml may say under `runtime.options` for Node.js, as far as this host knows it. */
interface RuntimeOptions {
    /** Default true: TypeScript is loaded through ts-node. */
    readonly typescript?: boolean;
    /** Relative to the project's root. */
    readonly tsconfig?: string;
    /** Arguments for node itself, separated by blanks. */
    readonly nodeargs?: string;
}

export function programCommand(request: RunRequest, engineAddress: string): ProgramCommand {
    const info = request.getInfo();
    const directory = info?.getProgramDirectory() || request.getPwd();
    const root = info?.getRootDirectory() || directory;
    const options = (info?.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;

    const args = [...(options.nodeargs ?? "").split(/\s+/).filter(Boolean), resolveRunner("run", directory)];
    const flags: Record<string, string> = {
        monitor: request.getMonitorAddress(),
        engine: engineAddress,
        organization: request.getOrganization(),
        project: request.getProject(),
        stack: request.getStack(),
        pwd: request.getPwd(),
        parallel: request.getParallel() ? String(request.getParallel()) : "",
    };
    for (const [name, value] of Object.entries(flags)) {
        if (value !== "") args.push(`--${name}`, value);
    }
    if (request.getDryrun()) args.push("--dry-run");
    args.push(info?.getEntryPoint() || request.getProgram() || ".", ...request.getArgsList());

    return {
        args,
        cwd: root,
        env: { ...process.env, ...configEnvironment(request), ...typescriptEnvironment(options, root) },
    };
}

/** The stack's configuration travels by environment: never on a command line, which other users can read. */
function configEnvironment(request: RunRequest): NodeJS.ProcessEnv {
    const config: Record<string, string> = {};
    request.getConfigMap().forEach((value, key) => {
        config[key] = value;
    });
    return {
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    };
}

function typescriptEnvironment(options: RuntimeOptions, root: string): NodeJS.ProcessEnv {
    const env: NodeJS.ProcessEnv = {};
    if (options.typescript !== false) env.PULUMI_NODEJS_TYPESCRIPT = "true";
    // The runner takes the path as it is, wherever it runs: it has to be absolute.
    if (options.tsconfig) env.PULUMI_NODEJS_TSCONFIG_PATH = path.resolve(root, options.tsconfig);
    return env;
}
