import * as pulumi from "@pulumi/pulumi";

/** A resource that a program registered under mocks, with its plain inputs. */
export interface RecordedResource {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, any>>;
    /** Names of the inputs that are secret or hold a secret. */
    readonly secretInputs: readonly string[];
    readonly custom: boolean;
    /** URN of the explicit provider, empty if it came from none. */
    readonly provider: string;
}

/** Everything a program registered, in order. */
export interface Recording {
    readonly resources: readonly RecordedResource[];
    /** The only resource of that type and name; throws with a list of what there is. */
    one(type: string, name?: string): RecordedResource;
    /** `type name` of all custom resources and components, sorted: for exact comparison. */
    readonly children: readonly string[];
}

export interface RecordOptions {
    /** Answers of invokes by token. An invoke that is not listed throws, so that nothing is answered by accident. */
    readonly invokes?: Readonly<Record<string, (inputs: Record<string, any>) => Record<string, any>>>;
    /** Computed outputs by type token, merged over the inputs. `id` and `arn` are always there. */
    readonly outputs?: Readonly<Record<string, (inputs: Record<string, any>, name: string) => Record<string, any>>>;
    readonly stack?: string;
}

/** Runs `build` under Pulumi's mocks until every resource is registered, late ones included. */
export async function record(build: () => unknown, options: RecordOptions = {}): Promise<Recording> {
    const resources: RecordedResource[] = [];
    let failure: { readonly error: unknown } | undefined;
    await pulumi.runtime.setMocks(
        {
            newResource: (args) => {
                resources.push({
                    type: args.type,
                    name: args.name,
                    inputs: withoutSecretMarks(args.inputs),
                    secretInputs: Object.keys(args.inputs).filter((key) => holdsSecret(args.inputs[key])),
                    custom: args.custom ?? true,
                    provider: args.provider ?? "",
                });
                const computed = options.outputs?.[args.type]?.(args.inputs, args.name) ?? {};
                return {
                    id: `${args.name}-id`,
                    state: { arn: `arn:aws:mock:::${args.name}`, ...args.inputs, ...computed },
                };
            },
            call: (args) => {
                const answer = options.invokes?.[args.token];
                if (answer) return answer(args.inputs);
                // Kept, because the runtime replaces the error by one without a message.
                failure = { error: new Error(`invoke ${args.token} is not modelled in this test: add it to RecordOptions.invokes`) };
                throw failure.error;
            },
        },
        "kgents-dr",
        options.stack ?? "primary",
        false,
        "organization",
    );
    // Kept out of the stack's own promise: a rejection there also surfaces as an unhandled one.
    await pulumi.runtime.runInPulumiStack(async () => {
        try {
            await build();
        } catch (error) {
            failure ??= { error };
        }
    });
    await pulumi.runtime.disconnect();
    if (failure) throw failure.error;

    return {
        resources,
        one(type, name) {
            const candidates = resources.filter((resource) => resource.type === type);
            const found = candidates.filter((resource) => name === undefined || resource.name === name);
            const [only] = found;
            if (found.length !== 1 || only === undefined) {
                const names = candidates.map((resource) => resource.name).join(", ") || "none";
                throw new Error(`expected one ${type} ${name ?? ""}, found ${found.length}; of that type there are: ${names}`);
            }
            return only;
        },
        get children() {
            return resources
                .filter((resource) => resource.type !== "pulumi:pulumi:Stack")
                .map((resource) => `${resource.type} ${resource.name}`)
                .sort();
        },
    };
}

const secretMark = "4dabf18193072939515e22adb298388d";

function holdsSecret(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    return secretMark in value || Object.values(value).some(holdsSecret);
}

function withoutSecretMarks(value: any): any {
    if (Array.isArray(value)) return value.map(withoutSecretMarks);
    // An asset's content is a promise; taken apart it would be lost.
    if (typeof value !== "object" || value === null || value instanceof Promise) return value;
    if (secretMark in value) return withoutSecretMarks(value.value);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecretMarks(inner)]));
}
