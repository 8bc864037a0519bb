import { NeverReady, type ChangeCall, type Cloud, type CloudObject, type Operation } from "../cloud";
import { automaticName } from "../model/automaticName";
import { differences } from "../wire/differences";
import {
    InitFailed,
    type CheckCall,
    type CheckFailure,
    type CheckResult,
    type ConfiguredProvider,
    type CreateCall,
    type DiffCall,
    type DiffResult,
    type Made,
    type ReadCall,
    type ReadResult,
    type UpdateCall,
} from "../wire/provider";
import { hasSecret, plain, same, Secret, Unknown, type Properties } from "../wire/values";
import type { Cluster } from "./cluster";
import { bringers, customKinds } from "./customKinds";
import { isNamespaced, nameFaults, replaceOn, type Mutability } from "./kinds";
import { checkRelease, liveRelease, releaseReplaceOn, releaseType } from "./release";
import { isBuiltIn, schemaFaults } from "./schema";
import { liveStatus } from "./status";

/** What a configured Kubernetes provider knows. */
export interface KubernetesObjectsArgs {
    readonly cloud: Cloud;
    readonly cluster: Cluster;
    /** For namespaced objects that name no namespace. */
    readonly defaultNamespace: string;
    readonly mutable: Mutability;
    readonly deleteUnreachable: boolean;
}

/** The objects of one cluster, as the Kubernetes provider and its API server treat them. */
export class KubernetesObjects implements ConfiguredProvider {
    constructor(private readonly args: KubernetesObjectsArgs) {}

    async check(call: CheckCall): Promise<CheckResult> {
        if (call.type === releaseType) {
            return checkRelease(call, this.args.defaultNamespace);
        }
        const inputs: Properties = { ...call.news };
        const { apiVersion, kind } = inputs;
        if (typeof apiVersion !== "string" || typeof kind !== "string") {
            throw new Error(
                `${call.type} is not modelled by the kubernetes double: add it to testbed/doubles/kubernetes/objects.ts`,
            );
        }
        inputs.metadata = this.#metadata(call, kind, inputs.metadata ?? {}, await this.#isNamespaced(apiVersion, kind));
        const faults = isPatch(call.type) ? [] : ((await schemaFaults(plain(inputs))) ?? []);
        const failures: CheckFailure[] = faults.map(({ path, reason }) => ({ property: path, reason }));
        const name = plain(inputs.metadata).name;
        if (typeof name === "string") {
            failures.push(...nameFaults(kind, name).map((reason) => ({ property: "metadata.name", reason })));
        }
        return { inputs, failures };
    }

    diff({ type, id, oldInputs, news }: DiffCall): DiffResult {
        const changes = differences(oldInputs, news);
        const paths = type === releaseType ? releaseReplaceOn : replaceOn(String(news.kind), this.args.mutable);
        const replaces = [...changes.keys()].filter((path) =>
            paths.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`)),
        );
        const annotations = plain(news).metadata?.annotations ?? {};
        const live = this.#get(type, id);
        if (annotations["pulumi.com/replaceUnready"] === "true" && live?.properties.status?.failed > 0) {
            const path = 'metadata.annotations["pulumi.com/replaceUnready"]';
            changes.set(path, "update");
            replaces.push(path);
        }
        return {
            changes,
            replaces,
            deleteBeforeReplace: identityOf(type, plain(oldInputs)) === identityOf(type, plain(news)),
        };
    }

    async create({ type, inputs, preview }: CreateCall): Promise<Made> {
        const taken = withoutInternal(inputs);
        const bare = plain(taken);
        if (preview) {
            return { id: "", properties: type === releaseType ? { ...taken, ...unknownRelease() } : taken };
        }
        const { cloud, cluster } = this.args;
        const id = idOf(type, bare);
        const nonce = cloud.randomHex(32);
        const change = this.#call(type, "create", id);
        const made = await this.#change(change, taken, async () => {
            cluster.mustBeReachable();
            await this.#refuse(type, bare);
            const name = identityOf(type, bare);
            const before = cloud.objects().find((other) => other.scope === cluster.scope && other.name === name);
            if (before !== undefined) {
                this.#refuseSecond(type, before, bare, name);
            }
            const made = this.#live(type, taken, nonce);
            const stored: CloudObject = {
                package: "kubernetes",
                type,
                scope: cluster.scope,
                id,
                name,
                region: cluster.region,
                nonce,
                inputs: bare,
                properties: plain(made),
                secrets: Object.keys(made).filter((key) => hasSecret(made[key])),
            };
            cloud.put(stored);
            return { object: stored, properties: made };
        });
        return this.#awaited(made.object, { id, properties: made.properties }, taken);
    }

    async update({ type, id, inputs, olds, preview, ignoreChanges }: UpdateCall): Promise<Properties> {
        const asked = withoutInternal(inputs);
        const live = this.#get(type, id);
        // The provider leaves ignored fields that somebody else set as they are in the cluster, whatever the inputs say.
        const taken = live === undefined ? asked : keepLive(asked, live.properties, ignoreChanges);
        if (preview) {
            return type === releaseType
                ? { ...olds, ...taken }
                : { ...taken, metadata: merged(olds.metadata, taken.metadata), status: olds.status };
        }
        const { cloud, cluster } = this.args;
        const change = this.#call(type, "update", id);
        const changed = await this.#change(change, taken, async () => {
            cluster.mustBeReachable();
            const before = this.#get(type, id);
            if (before === undefined) {
                throw new Error(`${identityOf(type, plain(taken))} not found in ${cluster.scope}`);
            }
            await this.#refuse(type, plain(taken));
            const made = this.#live(type, taken, before.nonce, before);
            const stored = {
                ...before,
                inputs: plain(taken),
                properties: plain(made),
                secrets: Object.keys(made).filter((key) => hasSecret(made[key])),
            };
            cloud.put(stored);
            return { object: stored, properties: made };
        });
        const made = await this.#awaited(changed.object, { id, properties: changed.properties }, taken);
        return made.properties;
    }

    async delete({ type, id }: ReadCall): Promise<void> {
        const { cloud, cluster, deleteUnreachable } = this.args;
        await cloud.change(this.#call(type, "delete", id), () => {
            if (!deleteUnreachable) {
                cluster.mustBeReachable();
            }
            const object = this.#get(type, id);
            if (object === undefined) {
                return;
            }
            // A namespace takes along what is in it.
            const inside = (other: CloudObject) =>
                other.scope === object.scope &&
                (other.inputs.metadata?.namespace ?? other.inputs.namespace) === object.inputs.metadata?.name;
            const contents = object.inputs.kind === "Namespace" ? cloud.objects().filter(inside) : [];
            [...contents, object].forEach((one) => cloud.remove(one));
        });
    }

    read({ type, id }: ReadCall): ReadResult | undefined {
        this.args.cluster.mustBeReachable();
        const object = this.#get(type, id);
        if (object === undefined) {
            return undefined;
        }
        const marked = (values: Properties) =>
            Object.fromEntries(
                Object.entries(values).map(([key, value]) => [
                    key,
                    object.secrets.includes(key) ? new Secret(value) : value,
                ]),
            );
        return { id, properties: marked(object.properties), inputs: marked(object.inputs) };
    }

    invoke(token: string): Properties {
        throw new Error(
            `${token} is not modelled by the kubernetes double: add it to testbed/doubles/kubernetes/objects.ts`,
        );
    }

    #get(type: string, id: string): CloudObject | undefined {
        return this.args.cloud.get(type, this.args.cluster.scope, id);
    }

    #call(type: string, operation: Operation, id: string) {
        const { scope, region } = this.args.cluster;
        return { package: "kubernetes", type, operation, scope, region, id };
    }

    /** A change of the cloud. What is made and never becomes ready stays in the engine's state, as not initialised. */
    async #change(
        call: ChangeCall & { readonly id: string },
        inputs: Properties,
        make: () => Promise<{ readonly object: CloudObject; readonly properties: Properties }>,
    ) {
        try {
            return await this.args.cloud.change(call, make);
        } catch (error) {
            if (!(error instanceof NeverReady)) throw error;
            throw new InitFailed({ id: call.id, properties: error.made.properties }, inputs, [error.message]);
        }
    }

    #metadata(
        { name, olds, randomSeed }: CheckCall,
        kind: string,
        given: Properties,
        namespaced: boolean | undefined,
    ): Properties {
        if (given instanceof Unknown || given instanceof Secret) {
            return given;
        }
        const metadata: Properties = { ...given };
        if (metadata.name === undefined && metadata.generateName === undefined) {
            metadata.name = automaticName({
                name,
                property: "name",
                olds: { ...olds.metadata, __defaults: ["name"] },
                randomSeed,
                maxLength: 63,
            });
            metadata.annotations = { ...metadata.annotations, "pulumi.com/autonamed": "true" };
        }
        if (namespaced === true && metadata.namespace === undefined) {
            metadata.namespace = this.args.defaultNamespace;
        }
        return metadata;
    }

    /** Undefined where the cluster does not have the kind. */
    async #isNamespaced(apiVersion: string, kind: string): Promise<boolean | undefined> {
        if (await isBuiltIn(apiVersion, kind.replace(/Patch$/, ""))) {
            return isNamespaced(kind.replace(/Patch$/, ""));
        }
        return customKinds(this.args.cloud, this.args.cluster.scope).find(
            (one) => one.apiVersion === apiVersion && one.kind === kind,
        )?.namespaced;
    }

    async #refuse(type: string, inputs: Properties): Promise<void> {
        const { cluster } = this.args;
        const { apiVersion, kind, metadata } = inputs;
        const isRelease = type === releaseType;
        const namespaced = isRelease ? inputs.createNamespace !== true : await this.#isNamespaced(apiVersion, kind);
        if (namespaced === undefined) {
            const from = bringers(apiVersion, kind);
            const hint =
                from.length > 0
                    ? `; it comes with ${from.join(" or ")}, which has to be there first`
                    : "; no chart or add-on in testbed/doubles/kubernetes/customKinds.ts brings it";
            throw new Error(`no matches for kind "${kind}" in version "${apiVersion}" in ${cluster.scope}${hint}`);
        }
        const namespace = isRelease ? inputs.namespace : metadata?.namespace;
        if (namespaced && !cluster.hasNamespace(namespace)) {
            throw new Error(`namespaces "${namespace}" not found in ${cluster.scope}`);
        }
        if (!isRelease && !namespaced && metadata?.namespace !== undefined) {
            throw new Error(
                `${kind} "${metadata.name}" belongs to no namespace, but metadata.namespace is "${metadata.namespace}"`,
            );
        }
    }

    /** Server-side apply takes over an object that is just the same, and refuses one that somebody else manages. */
    #refuseSecond(type: string, before: CloudObject, inputs: Properties, name: string): void {
        if (type === releaseType) {
            throw new Error(`cannot re-use a name that is still in use: ${name} in ${this.args.cluster.scope}`);
        }
        if (!isPatch(type) && !same(before.inputs, inputs)) {
            throw new Error(
                `Apply failed with conflicts: ${name} already exists in ${this.args.cluster.scope} with other content and another manager`,
            );
        }
    }

    #live(type: string, inputs: Properties, nonce: string, before?: CloudObject): Properties {
        if (type === releaseType) {
            return liveRelease(inputs, (before?.properties.status?.revision ?? 0) + 1);
        }
        const generation = (before?.properties.metadata?.generation ?? 0) + 1;
        const uid = [8, 4, 4, 4, 12]
            .map((length, index) => nonce.slice(index * 4, index * 4 + length).padEnd(length, "0"))
            .join("-");
        const system = {
            uid,
            creationTimestamp: "2026-01-01T00:00:00Z",
            generation,
            resourceVersion: String(generation),
        };
        const status =
            before?.properties.status ?? liveStatus(plain(inputs), { region: this.args.cluster.region, nonce });
        return { ...inputs, metadata: merged(inputs.metadata, system), ...(status === undefined ? {} : { status }) };
    }

    /** Waits for what the engine would wait for: a Job that runs to its end. One that has failed stays failed. */
    async #awaited(object: CloudObject, made: Made, inputs: Properties): Promise<Made> {
        const { metadata, spec } = object.inputs;
        if (
            object.type !== "kubernetes:batch/v1:Job" ||
            spec?.suspend === true ||
            object.properties.status?.succeeded > 0
        ) {
            return made;
        }
        const finished = this.#finishJob(object, made, inputs);
        if (metadata.annotations?.["pulumi.com/skipAwait"] === "true") {
            // It runs all the same; nobody waits for how it ends.
            finished.catch(() => {});
            return made;
        }
        return finished;
    }

    async #finishJob(object: CloudObject, made: Made, inputs: Properties): Promise<Made> {
        const { namespace, name } = object.inputs.metadata;
        const before = object.properties.status;
        const { scope: cluster, region, properties: manifest } = object;
        const result =
            before?.failed > 0
                ? { succeeded: false, message: before.conditions[0].message }
                : await this.args.cloud.runJob({ cluster, region, namespace, name, manifest });
        const condition = {
            type: result.succeeded ? "Complete" : "Failed",
            status: "True",
            ...(result.message === undefined ? {} : { message: result.message }),
        };
        const status = { [result.succeeded ? "succeeded" : "failed"]: 1, conditions: [condition] };
        this.args.cloud.put({ ...object, properties: { ...manifest, status } });
        const finished = { id: made.id, properties: { ...made.properties, status } };
        if (!result.succeeded) {
            throw new InitFailed(finished, inputs, [
                `Job ${namespace}/${name} failed: ${result.message ?? "no message"}`,
            ]);
        }
        return finished;
    }
}

/** The inputs with the cluster's own values at those paths. */
function keepLive(inputs: Properties, live: Properties, paths: readonly string[]): Properties {
    return paths.reduce((kept, path) => keepAt(kept, live, path.split(".")), inputs);
}

function keepAt(inputs: Properties, live: Properties | undefined, [key = "", ...rest]: readonly string[]): Properties {
    if (live?.[key] === undefined || inputs[key] instanceof Secret || inputs[key] instanceof Unknown) return inputs;
    return { ...inputs, [key]: rest.length === 0 ? live[key] : keepAt(inputs[key] ?? {}, live[key], rest) };
}

function isPatch(type: string): boolean {
    return type.endsWith("Patch");
}

function unknownRelease(): Properties {
    return { status: new Unknown(), resourceNames: new Unknown() };
}

function withoutInternal(inputs: Properties): Properties {
    return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
}

function merged(metadata: Properties, added: Properties): Properties {
    return metadata instanceof Secret ? new Secret({ ...metadata.value, ...added }) : { ...metadata, ...added };
}

function idOf(type: string, inputs: Properties): string {
    const { name, namespace } = type === releaseType ? inputs : (inputs.metadata ?? {});
    return namespace === undefined ? String(name) : `${namespace}/${name}`;
}

/** What can exist once in a cluster: group, kind, namespace and name. A patch is of its own. */
function identityOf(type: string, inputs: Properties): string {
    if (type === releaseType) {
        return `Release ${idOf(type, inputs)}`;
    }
    const group = String(inputs.apiVersion).split("/").slice(0, -1).join("/");
    return `${isPatch(type) ? "Patch of " : ""}${group === "" ? "" : `${group}/`}${inputs.kind} ${idOf(type, inputs)}`;
}
