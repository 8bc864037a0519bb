import { Monitor, type Registered, type Registration } from "../wire/monitor";
import { installedVersion } from "../wire/protobuf";
import type { ConstructCall } from "../wire/provider";
import { hasUnknown, ResourceReference, Secret, unknown, type Properties, type Value } from "../wire/values";

/** What a child may say beside its type, name and inputs. */
export type ChildOptions = Partial<
    Pick<Registration, "component" | "dependsOn" | "ignoreChanges" | "parent" | "provider">
>;

/** A component that is being built: registers children with the engine, each with the providers that the component was given. */
export class Component {
    private constructor(
        readonly monitor: Monitor,
        readonly urn: string,
        private readonly call: ConstructCall,
    ) {}

    /** Registers the component, lets `build` register its children, and hands back what `build` says are its outputs. */
    static async construct(
        call: ConstructCall,
        build: (component: Component) => Promise<Properties>,
    ): Promise<{ urn: string; state: Properties }> {
        const monitor = new Monitor(call.monitor);
        try {
            const { type, name, inputs, parent, providers, dependencies } = call;
            const { urn } = await monitor.register({
                type,
                name,
                inputs,
                parent,
                providers,
                component: true,
                dependsOn: dependencies,
            });
            const state = await build(new Component(monitor, urn, call));
            await monitor.registerOutputs(urn, state);
            return { urn, state };
        } finally {
            monitor.close();
        }
    }

    get preview(): boolean {
        return this.call.preview;
    }

    /** Registers a child. Children come one after the other; each depends on what the component depends on. */
    async child(type: string, name: string, inputs: Properties, options: ChildOptions = {}): Promise<Registered> {
        const packageName = type.split(":")[0]!;
        return this.monitor.register({
            type,
            name,
            inputs,
            parent: this.urn,
            version: sdkVersion(type),
            // A component, and a provider, has no provider of its own.
            ...(options.component === true || packageName === "pulumi"
                ? {}
                : { provider: this.call.providers.get(packageName) }),
            ...(options.component === true ? { providers: this.call.providers } : {}),
            ...options,
            dependsOn: [...this.call.dependencies, ...(options.dependsOn ?? [])],
        });
    }

    /** The properties of a resource that was handed over, or of a plain object. */
    async resolve(value: Value): Promise<Properties | undefined> {
        if (value instanceof Secret) {
            return this.resolve(value.value);
        }
        return value instanceof ResourceReference
            ? { ...(await this.monitor.getResource(value.urn)), id: value.id }
            : value;
    }
}

/** The version of the SDK whose class a reference to the resource becomes. */
const sdks: Readonly<Record<string, string>> = {
    aws: "@pulumi/aws",
    kubernetes: "@pulumi/kubernetes",
    eks: "@pulumi/eks",
};

/** A child as an output: the SDK turns it into the resource's class. */
export function reference({ urn, id }: Registered): ResourceReference {
    return new ResourceReference(urn, id, sdkVersion(urn.split("::")[2]!.split("$").at(-1)!));
}

/** The installed version of the SDK that a type, or a provider resource, comes from. */
function sdkVersion(type: string): string {
    const [first, , third] = type.split(":");
    const npm = sdks[(first === "pulumi" ? third : first) ?? ""];
    return npm === undefined ? "" : installedVersion(npm);
}

/** Applies `make` to values that are all known; else the result is unknown too. Secrets stay secret. */
export function derive(values: Value[], make: (...known: Value[]) => Value): Value {
    if (values.some((value) => hasUnknown(value))) {
        return unknown;
    }
    const isSecret = values.some((value) => value instanceof Secret);
    const result: Value = make(...values.map((value) => (value instanceof Secret ? value.value : value)));
    return isSecret ? new Secret(result) : result;
}

/** Without entries that are undefined, so that the engine sees only what was given. */
export function given(properties: Properties): Properties {
    return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined && value !== null));
}
