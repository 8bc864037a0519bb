import { createHash } from "node:crypto";
import type { Cloud, CloudObject } from "../cloud";
import { differences } from "../wire/differences";
import type {
    CheckCall,
    CheckFailure,
    CheckResult,
    ConfiguredProvider,
    CreateCall,
    DiffCall,
    DiffResult,
    Made,
    ReadCall,
    ReadResult,
    UpdateCall,
} from "../wire/provider";
import {
    hasSecret,
    hasUnknown,
    plain,
    Secret,
    secretStrings,
    unknown,
    type Properties,
    type Value,
} from "../wire/values";
import { automaticName } from "./automaticName";
import type { InvokeTable, ModelContext, Reference, ResourceModel, ResourceTable } from "./resourceModel";
import type { Sdk } from "./sdk";

/** What a table-driven provider is made of. */
export interface TableProviderArgs {
    readonly package: string;
    readonly sdk: Sdk;
    readonly cloud: Cloud;
    readonly resources: ResourceTable;
    readonly invokes: InvokeTable;
    /** The provider's region; "" where the package knows none. */
    readonly region: string;
    /** Tags that the provider puts on everything that has tags. */
    readonly defaultTags: Readonly<Record<string, string>>;
    /** The file that should have an entry for the token, relative to the project. */
    readonly fileOf: (token: string) => string;
}

/** A provider whose resource types are entries of a table. */
export class TableProvider implements ConfiguredProvider {
    constructor(private readonly args: TableProviderArgs) {}

    check({ type, name, olds, news, randomSeed }: CheckCall): CheckResult {
        const model = this.#model(type);
        const declared = this.args.sdk.resource(type)?.inputs;
        const inputs: Properties = { ...model.defaults, ...news };
        const failures: CheckFailure[] = [];
        if (
            model.autoname !== undefined &&
            absent(inputs[model.autoname]) &&
            absent(inputs[`${model.autoname}Prefix`])
        ) {
            inputs[model.autoname] = automaticName({
                name,
                olds,
                property: model.autoname,
                randomSeed,
                maxLength: model.maxName,
            });
            inputs.__defaults = [model.autoname];
        }
        if (declared?.has("region") === true && absent(inputs.region)) {
            inputs.region = this.args.region;
        }
        if (declared?.has("tags") === true && Object.keys(this.args.defaultTags).length > 0) {
            inputs.tags = mergeTags(this.args.defaultTags, inputs.tags);
        }
        failures.push(...this.args.sdk.check(type, inputs));
        return { inputs, failures };
    }

    diff({ type, oldInputs, news }: DiffCall): DiffResult {
        const model = this.#model(type);
        const changes = differences(oldInputs, news);
        const replaceOn = ["region", ...(model.replaceOn ?? []), ...(model.alsoReplaceOn?.(news) ?? [])];
        const replaces = [...changes.keys()].filter((path) => replaceOn.some((one) => isUnder(path, one)));
        const key = (inputs: Properties) => (hasUnknown(inputs) ? undefined : model.unique?.(plain(inputs)));
        const sameKey = model.unique !== undefined && key(oldInputs) !== undefined && key(oldInputs) === key(news);
        return { changes, replaces, deleteBeforeReplace: sameKey };
    }

    async create({ type, inputs, preview }: CreateCall): Promise<Made> {
        const model = this.#model(type);
        const wanted = withoutInternal(inputs);
        if (preview) {
            return { id: "", properties: this.#planned(type, wanted) };
        }
        this.#refuseUnknown(type, wanted);
        const bare = plain(wanted);
        const region = this.#regionOf(bare);
        const scope = this.#scope(model, region);
        return this.args.cloud.change({ package: this.args.package, type, operation: "create", scope, region }, () => {
            const nonce = this.args.cloud.randomHex(32);
            const context = this.#context(type, "", region, nonce);
            const unique = model.unique?.(bare);
            const taken =
                unique !== undefined &&
                this.args.cloud.find(type, (object) => object.scope === scope && object.name === unique) !== undefined;
            if (taken && model.overwrites?.(bare) !== true) {
                throw new Error(
                    `${model.conflict ?? "AlreadyExists"}: ${type} "${unique}" already exists (${describeScope(scope)})`,
                );
            }
            this.#refuse(model, bare, context);
            const id = model.id(bare, context);
            const properties = this.#made(model, wanted, this.#context(type, id, region, nonce));
            this.args.cloud.put(
                this.#object({ type, scope, id, name: unique ?? id, region, nonce, inputs: bare }, properties),
            );
            return { id, properties };
        });
    }

    async update({ type, id, inputs, olds, oldInputs, preview }: UpdateCall): Promise<Properties> {
        const model = this.#model(type);
        const wanted = withoutInternal(inputs);
        // An input that is no longer given leaves nothing behind; what AWS made up stays.
        const kept = Object.fromEntries(Object.entries(olds).filter(([key]) => !(key in oldInputs)));
        if (preview) {
            return { ...kept, ...wanted, ...this.#tagsAll(wanted) };
        }
        this.#refuseUnknown(type, wanted);
        const bare = plain(wanted);
        const region = this.#regionOf(bare);
        const scope = this.#scope(model, region);
        return this.args.cloud.change(
            { package: this.args.package, type, operation: "update", scope, region, id },
            () => {
                const existing = this.args.cloud.get(type, scope, id);
                if (existing === undefined) {
                    throw new Error(`NotFound: ${type} "${id}" does not exist (${describeScope(scope)})`);
                }
                const context = this.#context(type, id, region, existing.nonce);
                this.#refuse(model, bare, context);
                const properties = { ...kept, ...this.#made(model, wanted, context) };
                this.args.cloud.put(
                    this.#object(
                        { ...existing, name: model.unique?.(bare) ?? existing.name, inputs: bare },
                        properties,
                    ),
                );
                return properties;
            },
        );
    }

    async delete({ type, id, properties }: ReadCall): Promise<void> {
        const model = this.#model(type);
        const bare = plain(properties);
        const region = this.#regionOf(bare);
        const scope = this.#scope(model, region);
        await this.args.cloud.change(
            { package: this.args.package, type, operation: "delete", scope, region, id },
            () => {
                const object = this.args.cloud.get(type, scope, id);
                if (object === undefined) {
                    return;
                }
                const holders = this.#holders(object);
                if (holders.length > 0) {
                    throw new Error(
                        `DependencyViolation: ${type} "${id}" cannot be deleted while these use it: ${holders.join(", ")}`,
                    );
                }
                const reasons = model.refuseDelete?.(object, this.#context(type, id, region)) ?? [];
                if (reasons.length > 0) {
                    throw new Error(reasons.join("; "));
                }
                [...(model.deleteWith?.(object, this.args.cloud) ?? []), object].forEach((one) =>
                    this.args.cloud.remove(one),
                );
            },
        );
    }

    read({ type, id, properties }: ReadCall): ReadResult | undefined {
        const model = this.#model(type);
        const region = this.#regionOf(plain(properties));
        const object = this.args.cloud.get(type, this.#scope(model, region), id);
        if (object === undefined) {
            const builtIn = model.builtIn?.(id, this.#context(type, id, region));
            return builtIn && { id, properties: builtIn, inputs: {} };
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

    invoke(token: string, args: Properties): Properties {
        const model = this.args.invokes[token];
        if (model === undefined) {
            throw new Error(
                `${token} is not modelled by the ${this.args.package} double: add it to ${this.args.fileOf(token)}`,
            );
        }
        const bare = plain(args);
        const region = this.#regionOf(bare);
        const visible = (type: string) =>
            this.args.cloud
                .ofType(type)
                .filter(({ scope }) => scope === region || scope === "account" || scope === "global");
        const result = model(bare, { cloud: this.args.cloud, account: this.args.cloud.accountId, region, visible });
        return hasSecret(args)
            ? Object.fromEntries(Object.entries(result).map(([key, value]) => [key, new Secret(value)]))
            : result;
    }

    #model(type: string): ResourceModel {
        const model = this.args.resources[type];
        if (model === undefined) {
            throw new Error(
                `${type} is not modelled by the ${this.args.package} double: add an entry to ${this.args.fileOf(type)}`,
            );
        }
        return model;
    }

    #regionOf(inputs: Properties): string {
        return typeof inputs.region === "string" ? inputs.region : this.args.region;
    }

    #scope(model: ResourceModel, region: string): string {
        return (model.reach ?? "region") === "region" ? region : model.reach!;
    }

    /** The outputs of a create that is only planned: what AWS makes up is not known yet. */
    #planned(type: string, inputs: Properties): Properties {
        const outputs = this.args.sdk.resource(type)?.outputs ?? new Map();
        const open = [...outputs]
            .filter(([key, field]) => field.required && absent(inputs[key]))
            .map(([key]) => [key, unknown]);
        return { ...Object.fromEntries(open), ...inputs, ...this.#tagsAll(inputs) };
    }

    #made(model: ResourceModel, inputs: Properties, context: ModelContext): Properties {
        const outputs = model.outputs?.(plain(inputs), context) ?? {};
        const declared = this.args.sdk.resource(context.type)?.outputs;
        const invented = Object.keys(outputs).filter((key) => declared?.has(key) === false);
        if (invented.length > 0) {
            throw new Error(`${this.args.fileOf(context.type)}: ${context.type} has no output ${invented.join(", ")}`);
        }
        const secrets = secretStrings(inputs);
        const marked = Object.entries(outputs).map(([key, value]) => {
            const isSecret =
                model.secrets?.includes(key) === true ||
                holdsSecret(value, secrets) ||
                (key in inputs && hasSecret(inputs[key]));
            return [key, isSecret ? new Secret(value) : value];
        });
        return { ...inputs, ...Object.fromEntries(marked), ...this.#tagsAll(inputs) };
    }

    #tagsAll(inputs: Properties): Properties {
        return inputs.tags === undefined ? {} : { tagsAll: inputs.tags };
    }

    #object(base: Omit<CloudObject, "package" | "properties" | "secrets">, properties: Properties): CloudObject {
        const secrets = Object.keys(properties).filter((key) => hasSecret(properties[key]));
        return { ...base, package: this.args.package, properties: plain(properties), secrets };
    }

    #refuseUnknown(type: string, inputs: Properties): void {
        if (hasUnknown(inputs)) {
            throw new Error(`${type}: the engine asked to create it although an input is not known yet`);
        }
    }

    #refuse(model: ResourceModel, inputs: Properties, context: ModelContext): void {
        const reasons: string[] = [];
        for (const [property, reference] of Object.entries(model.references ?? {})) {
            for (const value of [inputs[property]].flat().filter((one) => !absent(one))) {
                const found = context.find(reference.type, value);
                const what = `${property} names ${reference.type} "${String(value)}"`;
                if (found === undefined) {
                    reasons.push(
                        `${reference.missing ?? "NotFound"}: ${what}, which does not exist here (region ${context.region})`,
                    );
                } else if (reference.sameRegion === true && found.region !== context.region) {
                    reasons.push(`PermanentRedirect: ${what}, which is in ${found.region}, not in ${context.region}`);
                }
            }
        }
        reasons.push(...(reasons.length === 0 ? (model.refuse?.(inputs, context) ?? []) : []));
        if (reasons.length > 0) {
            throw new Error(reasons.join("; "));
        }
    }

    /** What would be left without what it needs if the object went. */
    #holders(object: CloudObject): string[] {
        return this.args.cloud.objects().flatMap((other) => {
            const references = Object.entries(this.args.resources[other.type]?.references ?? {});
            const holds = references.some(
                ([property, reference]: [string, Reference]) =>
                    reference.holds === true &&
                    reference.type === object.type &&
                    (object.scope !== object.region || other.region === object.region) &&
                    [other.inputs[property]].flat().some((value) => names(object, value)),
            );
            return holds ? [`${other.type} "${other.id}"`] : [];
        });
    }

    #context(type: string, id: string, region: string, nonce = ""): ModelContext {
        const { cloud } = this.args;
        const account = cloud.accountId;
        return {
            cloud,
            account,
            region,
            type,
            id,
            hash: (length, purpose = "") => digest(`${type} ${id} ${nonce} ${purpose}`, length),
            random: (length) => cloud.randomHex(length),
            arn: (service, resource, { global = false, accountless = false } = {}) =>
                `arn:aws:${service}:${global ? "" : region}:${accountless ? "" : account}:${resource}`,
            find: (wanted, reference) => {
                const found = cloud.find(
                    wanted,
                    (object) =>
                        (object.scope !== object.region || object.region === region) && names(object, reference),
                );
                const builtIn =
                    found === undefined && typeof reference === "string"
                        ? this.args.resources[wanted]?.builtIn?.(reference, this.#context(wanted, reference, region))
                        : undefined;
                return found ?? (builtIn && builtInObject(this.args.package, wanted, String(reference), builtIn));
            },
        };
    }
}

/** Digits that depend on the text only. */
export function digest(text: string, length: number): string {
    return createHash("sha512").update(text).digest("hex").slice(0, length);
}

function builtInObject(packageName: string, type: string, id: string, properties: Properties): CloudObject {
    return {
        package: packageName,
        type,
        scope: "global",
        id,
        name: id,
        region: "",
        nonce: "",
        inputs: {},
        properties,
        secrets: [],
    };
}

/** Whether a reference means this object: by id, name, ARN or its own name property. */
function names(object: CloudObject, reference: Value): boolean {
    return (
        !absent(reference) &&
        [object.id, object.name, object.properties.arn, object.properties.name].includes(reference)
    );
}

function absent(value: Value): boolean {
    return value === undefined || value === null || value === "";
}

/** Whether a changed path is, or lies below, one that needs a replacement; "*" is every path. */
function isUnder(path: string, one: string): boolean {
    return one === "*" || path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`);
}

function withoutInternal(inputs: Properties): Properties {
    return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
}

/** The provider's tags under the resource's own; an unknown or secret map of tags is merged as far as it can be. */
function mergeTags(defaults: Readonly<Record<string, string>>, tags: Value): Value {
    if (tags instanceof Secret) {
        return new Secret(mergeTags(defaults, tags.value));
    }
    return tags === unknown ? unknown : { ...defaults, ...(tags ?? {}) };
}

function holdsSecret(value: Value, secrets: readonly string[]): boolean {
    const text = secrets.length === 0 ? "" : JSON.stringify(value ?? null);
    return secrets.some((secret) => secret.length >= 4 && text.includes(JSON.stringify(secret).slice(1, -1)));
}

function describeScope(scope: string): string {
    return scope === "account" ? "in this account" : scope === "global" ? "in all accounts and regions" : `in ${scope}`;
}
