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
    /**
     * `type name` of everything that has to be there before that resource is made, sorted: what it depends on by an input or by `dependsOn`,
     * what the components around it depend on, its explicit provider, and what those wait for in turn.
     */
    dependencies(type: string, name?: string): readonly string[];
    /** Options that say how the engine treats it. */
    options(type: string, name?: string): RecordedOptions;
}

export interface RecordedOptions {
    readonly ignoreChanges: readonly string[];
    /** How long the engine waits until it is made: "600s"; "" where the provider decides. */
    readonly createTimeout: string;
}

export interface RecordOptions {
    /** Answers of invokes by token. An invoke that is not listed throws, so that nothing is answered by accident. */
    readonly invokes?: Readonly<Record<string, (inputs: Record<string, any>) => Record<string, any>>>;
    /** Computed outputs by type token, merged over the inputs. `id` and `arn` are always there. */
    readonly outputs?: Readonly<Record<string, (inputs: Record<string, any>, name: string) => Record<string, any>>>;
    /** @default "drkit" */
    readonly project?: string;
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
                failure = {
                    error: new Error(
                        `invoke ${args.token} is not modelled in this test: add it to RecordOptions.invokes`,
                    ),
                };
                throw failure.error;
            },
        },
        options.project ?? "drkit",
        options.stack ?? "primary",
        false,
        "organization",
    );
    const waits = recordWaits();
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

    const one = (type: string, name?: string): RecordedResource => {
        const candidates = resources.filter((resource) => resource.type === type);
        const found = candidates.filter((resource) => name === undefined || resource.name === name);
        const [only] = found;
        if (found.length !== 1 || only === undefined) {
            const names = candidates.map((resource) => resource.name).join(", ") || "none";
            throw new Error(
                `expected one ${type} ${name ?? ""}, found ${found.length}; of that type there are: ${names}`,
            );
        }
        return only;
    };
    return {
        resources,
        one,
        get children() {
            return resources
                .filter((resource) => resource.type !== "pulumi:pulumi:Stack")
                .map(labelOf)
                .sort();
        },
        dependencies: (type, name) => [...everythingBefore(labelOf(one(type, name)), waits)].sort(),
        options: (type, name) => waits.get(labelOf(one(type, name)))!.options,
    };
}

/** What one resource itself waits for, its provider included, and the component that it is in. */
interface Waits {
    readonly dependencies: readonly string[];
    readonly parent: string | undefined;
    readonly options: RecordedOptions;
}

/** Listens to the registrations, because a mock is told neither dependencies nor parent. */
function recordWaits(): ReadonlyMap<string, Waits> {
    const waits = new Map<string, Waits>();
    const labels = new Map<string, string>();
    const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, answer) =>
        register(request, (error, response) => {
            if (response) {
                const label = labelOf({ type: request.getType(), name: request.getName() });
                labels.set(response.getUrn(), label);
                // All are registered by now: the runtime asks with their URNs, which it has from the answers. A provider's id follows its URN.
                const provider = request.getProvider().replace(/::[^:]*$/, "");
                const dependencies = [...request.getDependenciesList(), ...(provider ? [provider] : [])].map(
                    (urn) => labels.get(urn) ?? urn,
                );
                const options = {
                    ignoreChanges: request.getIgnorechangesList(),
                    createTimeout: request.getCustomtimeouts()?.getCreate() ?? "",
                };
                waits.set(label, { dependencies, parent: labels.get(request.getParent()), options });
            }
            answer(error, response);
        });
    return waits;
}

/** The part of the monitor's protocol that says what a resource waits for. */
type Register = (
    request: {
        getType(): string;
        getName(): string;
        getParent(): string;
        getProvider(): string;
        getDependenciesList(): string[];
        getIgnorechangesList(): string[];
        getCustomtimeouts(): { getCreate(): string } | undefined;
    },
    answer: (error: unknown, response?: { getUrn(): string }) => void,
) => unknown;

function everythingBefore(label: string, waits: ReadonlyMap<string, Waits>): Set<string> {
    const found = new Set<string>();
    const visit = (one: string): void => {
        for (let at: string | undefined = one; at !== undefined; at = waits.get(at)?.parent) {
            for (const other of waits.get(at)?.dependencies ?? []) {
                if (found.has(other)) continue;
                found.add(other);
                visit(other);
            }
        }
    };
    visit(label);
    return found;
}

function labelOf({ type, name }: Pick<RecordedResource, "type" | "name">): string {
    return `${type} ${name}`;
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
