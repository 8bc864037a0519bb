import * as grpc from "@grpc/grpc-js";
import { resource as protocol, resourceService } from "./protobuf";
import { decode, encode, Unknown, unknown, type Properties, type Value } from "./values";

/** A resource to register with the engine. */
export interface Registration {
    readonly type: string;
    readonly name: string;
    readonly inputs: Properties;
    readonly parent: string;
    /** A component has no provider behind it. */
    readonly component?: boolean;
    /** "urn::id" of the provider resource. */
    readonly provider?: string;
    /** Providers that a component hands to its children, by package. */
    readonly providers?: ReadonlyMap<string, string>;
    /** Version of the provider's SDK. */
    readonly version?: string;
    readonly dependsOn?: readonly string[];
    readonly ignoreChanges?: readonly string[];
}

/** What the engine answers: the resource as it is planned or made. */
export interface Registered {
    readonly urn: string;
    /** Unknown in a preview of a resource that is not there yet; "" for a component. */
    readonly id: Value;
    readonly properties: Properties;
}

/** The engine's resource monitor, asked directly: how a component registers its children. */
export class Monitor {
    readonly #client: InstanceType<typeof resourceService.ResourceMonitorClient>;

    constructor(address: string) {
        this.#client = new resourceService.ResourceMonitorClient(address, grpc.credentials.createInsecure(), {
            "grpc.max_receive_message_length": -1,
            "grpc.max_send_message_length": -1,
        });
    }

    async register(resource: Registration): Promise<Registered> {
        const request = new protocol.RegisterResourceRequest();
        request.setType(resource.type);
        request.setName(resource.name);
        request.setCustom(resource.component !== true);
        request.setObject(encode(resource.inputs));
        request.setParent(resource.parent);
        request.setProvider(resource.provider ?? "");
        request.setVersion(resource.version ?? "");
        request.setDependenciesList([...(resource.dependsOn ?? [])]);
        request.setIgnorechangesList([...(resource.ignoreChanges ?? [])]);
        request.setAcceptsecrets(true);
        request.setAcceptresources(true);
        request.setSupportspartialvalues(true);
        resource.providers?.forEach((reference, name) => request.getProvidersMap().set(name, reference));
        const response = await this.#ask<InstanceType<typeof protocol.RegisterResourceResponse>>((done) =>
            this.#client.registerResource(request, done),
        );
        const id = decode(encode({ id: response.getId() })).id;
        return {
            urn: response.getUrn(),
            id: id === "" && resource.component !== true ? unknown : id,
            properties: decode(response.getObject()),
        };
    }

    /** Says that a component is complete. */
    async registerOutputs(urn: string, outputs: Properties): Promise<void> {
        const request = new protocol.RegisterResourceOutputsRequest();
        request.setUrn(urn);
        request.setOutputs(encode(outputs));
        await this.#ask((done) => this.#client.registerResourceOutputs(request, done));
    }

    /** The outputs of a resource that is registered already. */
    async getResource(urn: string): Promise<Properties> {
        const request = new protocol.ResourceInvokeRequest();
        request.setTok("pulumi:pulumi:getResource");
        request.setArgs(encode({ urn }));
        request.setAcceptresources(true);
        const response = await this.#ask<{ getReturn(): Parameters<typeof decode>[0] }>((done) =>
            this.#client.invoke(request, done),
        );
        return decode(response.getReturn()).state ?? {};
    }

    close(): void {
        this.#client.close();
    }

    #ask<T>(call: (done: (error: grpc.ServiceError | null, response: T) => void) => void): Promise<T> {
        return new Promise((resolve, reject) => call((error, response) => (error ? reject(error) : resolve(response))));
    }
}

/** How a provider resource is named where another resource uses it. */
export function providerReference({ urn, id }: Registered): string {
    return `${urn}::${id instanceof Unknown ? "04da6b54-80e4-46f7-96ec-b56ff0331ba9" : String(id)}`;
}
