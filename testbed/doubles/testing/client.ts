import * as grpc from "@grpc/grpc-js";
import type { Doubles } from "../doubles";
import { empty, provider as protocol, providerService } from "../wire/protobuf";
import { decode, encode, type Properties } from "../wire/values";

type Message = any;

/** What a Diff said, in short. */
export interface Differences {
    readonly changed: readonly string[];
    readonly replaces: readonly string[];
    readonly deleteBeforeReplace: boolean;
}

/** Talks to a double as the engine does: one connection for one provider resource. */
export class Client {
    private constructor(
        private readonly client: InstanceType<typeof providerService.ResourceProviderClient>,
        private readonly name: string,
    ) {}

    /** Connects to the double of a package and configures it. */
    static async connect(doubles: Doubles, packageName: string, config: Properties = {}): Promise<Client> {
        const entry = doubles.debugProviders.split(",").find((one) => one.startsWith(`${packageName}:`));
        const port = entry?.split(":")[1];
        // Connections of one process are shared unless they differ, and the double tells providers apart by connection.
        const options = { "grpc.use_local_subchannel_pool": 1 };
        const client = new Client(
            new providerService.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options),
            packageName,
        );
        const request = new protocol.ConfigureRequest();
        request.setArgs(encode(config));
        await client.#ask("configure", request);
        return client;
    }

    close(): void {
        this.client.close();
    }

    async version(): Promise<string> {
        return (await this.#ask("getPluginInfo", new empty.Empty())).getVersion();
    }

    /** The inputs that the provider would use. Throws the failures as one error. */
    async check(type: string, name: string, news: Properties, olds: Properties = {}): Promise<Properties> {
        const request = new protocol.CheckRequest();
        this.#identify(request, type, name);
        request.setNews(encode(news));
        request.setOlds(encode(olds));
        request.setRandomseed(Uint8Array.from(Buffer.from(`seed of ${name}`)));
        const response = await this.#ask("check", request);
        const failures = response
            .getFailuresList()
            .map((failure: Message) => `${failure.getProperty()}: ${failure.getReason()}`);
        if (failures.length > 0) {
            throw new Error(failures.join("; "));
        }
        return decode(response.getInputs());
    }

    /** Checks, then creates. */
    async create(
        type: string,
        name: string,
        news: Properties,
        { preview = false } = {},
    ): Promise<{ id: string; properties: Properties; inputs: Properties }> {
        const inputs = await this.check(type, name, news);
        const request = new protocol.CreateRequest();
        this.#identify(request, type, name);
        request.setProperties(encode(inputs));
        request.setPreview(preview);
        const response = await this.#ask("create", request);
        return { id: response.getId(), properties: decode(response.getProperties()), inputs };
    }

    async diff(type: string, name: string, id: string, oldInputs: Properties, news: Properties): Promise<Differences> {
        const request = new protocol.DiffRequest();
        this.#identify(request, type, name);
        request.setId(id);
        request.setOldInputs(encode(oldInputs));
        request.setNews(encode(await this.check(type, name, news, oldInputs)));
        const response = await this.#ask("diff", request);
        return {
            changed: [...response.getDetaileddiffMap().keys()].sort(),
            replaces: [...response.getReplacesList()].sort(),
            deleteBeforeReplace: response.getDeletebeforereplace(),
        };
    }

    async update(
        type: string,
        name: string,
        made: { id: string; properties: Properties; inputs: Properties },
        news: Properties,
        { preview = false, ignoreChanges = [] }: { preview?: boolean; ignoreChanges?: string[] } = {},
    ): Promise<Properties> {
        const request = new protocol.UpdateRequest();
        this.#identify(request, type, name);
        request.setId(made.id);
        request.setOlds(encode(made.properties));
        request.setOldInputs(encode(made.inputs));
        request.setNews(encode(await this.check(type, name, news, made.inputs)));
        request.setPreview(preview);
        request.setIgnorechangesList(ignoreChanges);
        return decode((await this.#ask("update", request)).getProperties());
    }

    async delete(type: string, name: string, made: { id: string; properties: Properties }): Promise<void> {
        const request = new protocol.DeleteRequest();
        this.#identify(request, type, name);
        request.setId(made.id);
        request.setProperties(encode(made.properties));
        await this.#ask("delete", request);
    }

    /** Undefined if there is no such thing. */
    async read(type: string, id: string): Promise<{ properties: Properties; inputs: Properties } | undefined> {
        const request = new protocol.ReadRequest();
        this.#identify(request, type, "read");
        request.setId(id);
        const response = await this.#ask("read", request);
        return response.getId() === ""
            ? undefined
            : { properties: decode(response.getProperties()), inputs: decode(response.getInputs()) };
    }

    async invoke(token: string, args: Properties = {}): Promise<Properties> {
        const request = new protocol.InvokeRequest();
        request.setTok(token);
        request.setArgs(encode(args));
        return decode((await this.#ask("invoke", request)).getReturn());
    }

    #identify(request: Message, type: string, name: string): void {
        request.setUrn(`urn:pulumi:test::${this.name}::${type}::${name}`);
        request.setType(type);
        request.setName(name);
    }

    #ask(method: string, request: Message): Promise<Message> {
        return new Promise((resolve, reject) => {
            (this.client as Message)[method](request, (error: grpc.ServiceError | null, response: Message) =>
                error ? reject(new Error(error.details)) : resolve(response),
            );
        });
    }
}
