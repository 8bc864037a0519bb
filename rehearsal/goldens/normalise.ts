import type { RawExport } from "../../engine/state/parseExport";
import { stripSecrets } from "../../engine/state/stripSecrets";
import type { Draws } from "./draws";

/** What a stack deploys, by URN; nothing in it depends on the run. */
export type Normalised = Readonly<Record<string, unknown>>;

/** What the engine says of a resource and no program decides. */
const ofTheRun = ["urn", "created", "modified", "sourcePosition", "stackTrace"];

/** The engine's export: secrets stripped, resources by URN, and every draw of the run named by its origin. */
export function normalise(raw: RawExport, draws: Draws): Normalised {
    const resources = (stripSecrets(raw).deployment.resources ?? [])
        .map((resource) => ({ urn: shortUrn(resource.urn), resource: entry(resource) }))
        .sort((one, other) => (one.urn < other.urn ? -1 : 1));
    for (const { urn, resource } of resources) learn(draws, urn, resource);
    return Object.fromEntries(resources.map(({ urn, resource }) => [urn, draws.replace(resource)]));
}

/** What one phase brings to a stack: resources that are new or that changed, whole; and the URNs of those that went. */
export function since(before: Normalised | undefined, after: Normalised): Normalised {
    if (before === undefined) return after;
    const changed = Object.entries(after).filter(
        ([urn, resource]) => JSON.stringify(before[urn]) !== JSON.stringify(resource),
    );
    const gone = Object.keys(before).filter((urn) => !(urn in after));
    return { ...Object.fromEntries(changed), ...(gone.length > 0 && { gone }) };
}

interface Entry {
    readonly inputs: Readonly<Record<string, unknown>>;
    /** Those that do not just repeat their input: what the provider made of it. */
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly [other: string]: unknown;
}

function entry(resource: Record<string, any>): Entry {
    const kept = Object.fromEntries(Object.entries(resource).filter(([key]) => !ofTheRun.includes(key)));
    const { inputs = {}, outputs = {}, dependencies, propertyDependencies, parent, provider, ...rest } = kept;
    return {
        ...rest,
        ...(parent && { parent: shortUrn(parent) }),
        // The engine's identifier of the provider follows its URN.
        ...(provider && { provider: shortUrn(provider).replace(/::[^:]*$/, "") }),
        ...listed("dependencies", dependencies),
        ...byProperty(propertyDependencies),
        inputs,
        outputs: Object.fromEntries(
            Object.entries(outputs).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(inputs[key])),
        ),
    };
}

function listed(key: string, urns: readonly string[] | null = []): object {
    return urns === null || urns.length === 0 ? {} : { [key]: urns.map(shortUrn).sort() };
}

function byProperty(of: Readonly<Record<string, readonly string[] | null>> | null = {}): object {
    const held = Object.entries(of ?? {}).flatMap(([key, urns]) => Object.entries(listed(key, urns)));
    return held.length === 0 ? {} : { propertyDependencies: Object.fromEntries(held) };
}

/** Where draws come from: a resource's identifier, its automatic names, and what else its provider made. */
function learn(draws: Draws, urn: string, { id, inputs, outputs }: Entry): void {
    const name = urn.split("::").slice(1).join("::");
    draws.learn(name, id);
    const automatic = Array.isArray(inputs.__defaults) ? inputs.__defaults : [];
    for (const key of automatic) draws.learn(`${name} ${key}`, inputs[String(key)]);
    for (const key of Object.keys(outputs).sort()) draws.learn(`${name} ${key}`, outputs[key]);
}

function shortUrn(urn: string): string {
    return String(urn).split("::").slice(2).join("::");
}
