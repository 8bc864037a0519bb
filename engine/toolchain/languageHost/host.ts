/**
 * A small Node.js language host for the Pulumi engine, for a CLI that was built without one. It runs programs and policy
 * packs; it installs nothing, generates nothing and lists no required plugins (the engine then asks for each provider when
 * the program first names it). The official host, where there is one, is preferred (see ../pulumiHost.ts).
 *
 * Protocol: started by the engine with the engine's address as the only argument; prints the port of its gRPC server.
 */
import * as grpc from "@grpc/grpc-js";
import * as languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Children } from "./children";
import { runPlugin } from "./runPlugin";
import { runProgram } from "./runProgram";

/** Put in by the bundler: the version of the SDK whose protocol this host speaks. */
declare const HOST_VERSION: string;

function main(): void {
    let engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
    const children = new Children();
    stopWithTheEngine(children);

    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    // A method left out is answered "unimplemented" by the library, which the engine takes as an older host.
    const implementation: Partial<languageGrpc.ILanguageRuntimeServer> = {
        handshake: (call, callback) => {
            engineAddress = call.request.getEngineAddress() || engineAddress;
            callback(null, new language.LanguageHandshakeResponse());
        },
        getPluginInfo: (_call, callback) => {
            const info = new plugin.PluginInfo();
            info.setVersion(HOST_VERSION);
            callback(null, info);
        },
        getRequiredPackages: (_call, callback) => callback(null, new language.GetRequiredPackagesResponse()),
        getRequiredPlugins: (_call, callback) => callback(null, new language.GetRequiredPluginsResponse()),
        runtimeOptionsPrompts: (_call, callback) => callback(null, new language.RuntimeOptionsResponse()),
        about: (_call, callback) => {
            const about = new language.AboutResponse();
            about.setExecutable(process.execPath);
            about.setVersion(process.version);
            callback(null, about);
        },
        run: (call, callback) => {
            attempt(
                () => runProgram(call.request, engineAddress, children),
                (result) => {
                    const response = new language.RunResponse();
                    response.setError(result.error);
                    response.setBail(result.bail);
                    callback(null, response);
                },
                (error) => callback({ code: grpc.status.FAILED_PRECONDITION, message: error.message }),
            );
        },
        runPlugin: (call) => {
            try {
                runPlugin(call, engineAddress, children);
            } catch (error) {
                call.emit("error", { code: grpc.status.FAILED_PRECONDITION, message: (error as Error).message });
            }
        },
        cancel: (_call, callback) => {
            children.stop();
            callback(null, new Empty());
        },
    };
    server.addService(languageGrpc.LanguageRuntimeService, implementation as grpc.UntypedServiceImplementation);
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) {
            process.stderr.write(`The language host could not listen on 127.0.0.1: ${error.message}\n`);
            process.exit(1);
        }
        process.stdout.write(`${port}\n`);
    });
}

function attempt<T>(start: () => Promise<T>, done: (value: T) => void, failed: (error: Error) => void): void {
    Promise.resolve().then(start).then(done, failed);
}

/**
 * The engine holds the other end of our standard input. When it ends, even by SIGKILL, that end closes: then, and on a
 * signal, the children end with us. So no program and no policy pack runs on without an engine.
 */
function stopWithTheEngine(children: Children): void {
    const stop = () => {
        children.kill();
        process.exit(0);
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    process.on("SIGHUP", stop);
    process.on("exit", () => children.kill());
    process.stdin.on("end", stop);
    process.stdin.on("error", stop);
    process.stdin.resume();
}

main();
