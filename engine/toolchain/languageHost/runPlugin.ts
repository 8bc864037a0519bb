import type { ServerWritableStream } from "@grpc/grpc-js";
import { type RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";
import { type Children, stopChild } from "./children";
import { resolveRunner } from "./resolveRunner";

/**
 * Runs a plugin that is written in Node.js (a policy pack is one, of kind `analyzer`) and streams its output: the first
 * line that it prints is the port on which the engine then talks to it.
 */
export function runPlugin(
    call: ServerWritableStream<RunPluginRequest, RunPluginResponse>,
    engineAddress: string,
    children: Children,
): void {
    const command = pluginCommand(call.request, engineAddress);
    const child = children.start(process.execPath, command.args, {
        cwd: command.cwd,
        env: command.env,
        stdio: ["ignore", "pipe", "pipe"],
    });

    const write = (fill: (response: RunPluginResponse) => void) => {
        const response = new RunPluginResponse();
        fill(response);
        call.write(response);
    };
    child.stdout?.on("data", (data: Buffer) => write((response) => response.setStdout(data)));
    child.stderr?.on("data", (data: Buffer) => write((response) => response.setStderr(data)));

    let ended = false;
    const end = (status: number) => {
        if (ended) return;
        ended = true;
        write((response) => response.setExitcode(status));
        call.end();
    };
    child.once("error", (error) => {
        write((response) => response.setStderr(Buffer.from(`The plugin could not be started: ${error.message}\n`)));
        end(1);
    });
    // "close" and not "exit": what the plugin said last still has to go out.
    child.once("close", (status) => end(status ?? 1));
    call.on("cancelled", () => stopChild(child));
}

export interface PluginCommand {
    readonly args: string[];
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
}

export function pluginCommand(request: RunPluginRequest, engineAddress: string): PluginCommand {
    const directory = request.getInfo()?.getProgramDirectory() || request.getProgram();
    const env = { ...process.env, ...environment(request.getEnvList()) };
    // A policy pack resolves its packages from its own folder, and its runner wants the engine and that folder only.
    if (request.getKind() === "analyzer") {
        return { args: [resolveRunner("run-policy-pack", directory), engineAddress, directory], cwd: directory, env };
    }
    const args = [
        resolveRunner("run-plugin", directory),
        "--pwd",
        request.getPwd() || directory,
        directory,
        ...request.getArgsList(),
    ];
    return { args, cwd: directory, env };
}

function environment(assignments: readonly string[]): NodeJS.ProcessEnv {
    const env: NodeJS.ProcessEnv = {};
    for (const assignment of assignments) {
        const at = assignment.indexOf("=");
        if (at > 0) env[assignment.slice(0, at)] = assignment.slice(at + 1);
    }
    return env;
}
