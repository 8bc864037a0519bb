// By hand: Pulumi's SDK serves component and dynamic providers only, and no package serves a custom provider over the protocol.
import * as grpc from "@grpc/grpc-js";
import { differences } from "./differences";
import {
    any,
    empty,
    installedVersion,
    plugin,
    provider as protocol,
    providerService,
    status as statusProtocol,
} from "./protobuf";
import {
    InitFailed,
    type CheckResult,
    type ConfiguredProvider,
    type DiffResult,
    type ProviderDouble,
} from "./provider";
import { decode, encode, type Properties } from "./values";

type Message = any;

/** A running server for one package. */
export interface Served {
    readonly package: string;
    readonly port: number;
    stop(): Promise<void>;
}

/** Serves a double on the provider protocol on a free port of 127.0.0.1. */
export async function serve(double: ProviderDouble): Promise<Served> {
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    server.addService(
        providerService.ResourceProviderService as unknown as grpc.ServiceDefinition,
        implementation(double),
    );
    const port = await new Promise<number>((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        );
    });
    return {
        package: double.package,
        port,
        stop: () => {
            server.forceShutdown();
            return Promise.resolve();
        },
    };
}

function implementation(double: ProviderDouble): grpc.UntypedServiceImplementation {
    // Every provider resource of the engine dials this one server and makes a connection of its own, and no call
    // after Configure says which resource it is for. So the configuration belongs to the connection.
    const configured = new Map<string, ConfiguredProvider>();
    const providerOf = (call: Message): ConfiguredProvider => {
        const found = configured.get(call.getPeer());
        if (found === undefined) {
            throw new Error(`the ${double.package} double was asked for a resource before it was configured`);
        }
        return found;
    };

    return {
        handshake: answer(() => {
            const response = new protocol.ProviderHandshakeResponse();
            response.setAcceptSecrets(true);
            response.setAcceptResources(true);
            response.setAcceptOutputs(true);
            return response;
        }),
        attach: answer(() => new empty.Empty()),
        cancel: answer(() => new empty.Empty()),
        getPluginInfo: answer(() => {
            const response = new plugin.PluginInfo();
            response.setVersion(installedVersion(double.npm));
            return response;
        }),
        getSchema: answer(() => {
            const response = new protocol.GetSchemaResponse();
            response.setSchema(JSON.stringify({ name: double.package, version: installedVersion(double.npm) }));
            return response;
        }),
        checkConfig: answer((call) => {
            const inputs = decode(call.request.getNews());
            return checkResponse({ inputs, failures: double.checkConfig?.(inputs) ?? [] });
        }),
        diffConfig: answer((call) => {
            const olds = decode(call.request.getOldInputs());
            const news = decode(call.request.getNews());
            return diffResponse({
                changes: differences(olds, news),
                replaces: double.replacingConfig?.(olds, news) ?? [],
            });
        }),
        configure: answer((call) => {
            configured.set(call.getPeer(), double.configure(decode(call.request.getArgs())));
            const response = new protocol.ConfigureResponse();
            response.setAcceptsecrets(true);
            response.setAcceptresources(true);
            response.setAcceptoutputs(true);
            response.setSupportspreview(true);
            return response;
        }),
        check: answer(async ({ request, ...call }) => {
            const olds = decode(request.getOlds());
            const news = decode(request.getNews());
            const randomSeed = request.getRandomseed_asU8();
            return checkResponse(await providerOf(call).check({ ...identity(request), olds, news, randomSeed }));
        }),
        diff: answer(async ({ request, ...call }) => {
            const oldInputs = decode(request.getOldInputs());
            const news = decode(request.getNews());
            return diffResponse(
                await providerOf(call).diff({ ...identity(request), id: request.getId(), oldInputs, news }),
            );
        }),
        create: answer(async ({ request, ...call }) => {
            const inputs = decode(request.getProperties());
            const made = await providerOf(call).create({ ...identity(request), preview: request.getPreview(), inputs });
            const response = new protocol.CreateResponse();
            response.setId(made.id);
            response.setProperties(encode(made.properties));
            return response;
        }),
        update: answer(async ({ request, ...call }) => {
            const properties = await providerOf(call).update({
                ...identity(request),
                id: request.getId(),
                preview: request.getPreview(),
                inputs: decode(request.getNews()),
                olds: decode(request.getOlds()),
                oldInputs: decode(request.getOldInputs()),
                ignoreChanges: request.getIgnorechangesList(),
            });
            const response = new protocol.UpdateResponse();
            response.setProperties(encode(properties));
            return response;
        }),
        delete: answer(async ({ request, ...call }) => {
            const properties = decode(request.getProperties());
            const inputs = decode(request.getOldInputs());
            await providerOf(call).delete({ ...identity(request), id: request.getId(), properties, inputs });
            return new empty.Empty();
        }),
        read: answer(async ({ request, ...call }) => {
            const properties = decode(request.getProperties());
            const inputs = decode(request.getInputs());
            const found = await providerOf(call).read({
                ...identity(request),
                id: request.getId(),
                properties,
                inputs,
            });
            const response = new protocol.ReadResponse();
            if (found !== undefined) {
                response.setId(found.id);
                response.setProperties(encode(found.properties));
                response.setInputs(encode(found.inputs));
            }
            return response;
        }),
        invoke: answer(async ({ request, ...call }) => {
            const result = await providerOf(call).invoke(request.getTok(), decode(request.getArgs()));
            const response = new protocol.InvokeResponse();
            response.setReturn(encode(result));
            return response;
        }),
        construct: answer(async ({ request, ...call }) => {
            const provider = providerOf(call);
            if (provider.construct === undefined) {
                throw new Error(`${request.getType()}: the ${double.package} double has no components`);
            }
            const built = await provider.construct({
                ...identity(request),
                inputs: decode(request.getInputs()),
                parent: request.getParent(),
                providers: new Map(request.getProvidersMap().toArray()),
                dependencies: request.getDependenciesList(),
                preview: request.getDryrun(),
                monitor: request.getMonitorendpoint(),
            });
            const response = new protocol.ConstructResponse();
            response.setUrn(built.urn);
            response.setState(encode(built.state));
            return response;
        }),
        call: answer(async ({ request, ...call }) => {
            const provider = providerOf(call);
            if (provider.call === undefined) {
                throw new Error(`${request.getTok()}: the ${double.package} double has no methods`);
            }
            const response = new protocol.CallResponse();
            response.setReturn(encode(await provider.call(request.getTok(), decode(request.getArgs()))));
            return response;
        }),
    };
}

/** Turns a function into a gRPC handler; what it throws becomes the call's error. */
function answer(respond: (call: Message) => Message | Promise<Message>): grpc.handleUnaryCall<Message, Message> {
    return (call, callback) => {
        const peer = call.getPeer();
        Promise.resolve()
            .then(() => respond({ request: call.request, getPeer: () => peer }))
            .then(
                (response) => callback(null, response),
                (error: Error) =>
                    callback(
                        error instanceof InitFailed
                            ? initFailedError(error)
                            : { code: grpc.status.UNKNOWN, message: error.message },
                    ),
            );
    };
}

function identity(request: Message): { urn: string; type: string; name: string } {
    const [, , types = "", name = ""] = request.getUrn?.().split("::") ?? [];
    return {
        urn: request.getUrn?.() ?? "",
        type: request.getType() || types.split("$").at(-1) || "",
        name: request.getName() || name,
    };
}

function checkResponse({ inputs, failures }: CheckResult): Message {
    const response = new protocol.CheckResponse();
    response.setInputs(encode(inputs));
    response.setFailuresList(
        failures.map(({ property, reason }) => {
            const failure = new protocol.CheckFailure();
            failure.setProperty(property);
            failure.setReason(reason);
            return failure;
        }),
    );
    return response;
}

function diffResponse({ changes, replaces, deleteBeforeReplace }: DiffResult): Message {
    const { Kind } = protocol.PropertyDiff;
    const kinds = {
        add: [Kind.ADD, Kind.ADD_REPLACE],
        delete: [Kind.DELETE, Kind.DELETE_REPLACE],
        update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
    } as const;
    const { DiffChanges } = protocol.DiffResponse;
    const response = new protocol.DiffResponse();
    response.setChanges(changes.size === 0 ? DiffChanges.DIFF_NONE : DiffChanges.DIFF_SOME);
    response.setDiffsList([...new Set([...changes.keys()].map((path) => path.split(/[.[]/)[0] ?? path))]);
    response.setReplacesList([...replaces]);
    response.setDeletebeforereplace(deleteBeforeReplace === true && replaces.length > 0);
    response.setHasdetaileddiff(changes.size > 0);
    for (const [path, change] of changes) {
        const detail = new protocol.PropertyDiff();
        detail.setKind(kinds[change][replaces.includes(path) ? 1 : 0]);
        detail.setInputdiff(true);
        response.getDetaileddiffMap().set(path, detail);
    }
    return response;
}

/** The engine reads what was made although it failed from the status details (pulumi/sdk, resource provider protocol). */
function initFailedError(error: InitFailed): Partial<grpc.StatusObject> {
    const failed = new protocol.ErrorResourceInitFailed();
    failed.setId(error.made.id);
    failed.setProperties(encode(error.made.properties));
    failed.setInputs(encode(error.inputs as Properties));
    failed.setReasonsList([...error.reasons]);
    const detail = new any.Any();
    detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statusProtocol.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(error.message);
    status.addDetails(detail);
    const metadata = new grpc.Metadata();
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
