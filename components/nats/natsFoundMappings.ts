import type { RegionProfile, StreamProfile, SystemProfile } from "../model/profile";
import { destinationPattern, subjectRoot, subjectsOverlap } from "./natsSubjects";

/** A mapping as nats.conf has it: a subject, or destinations with their shares. */
type Mappings = Readonly<Record<string, unknown>>;

interface Destination {
    readonly destination: string;
    readonly weight: unknown;
    readonly cluster?: string;
}

/** What a mapping of the user's own is merged with. */
export interface MappingContext {
    readonly streams: readonly Pick<StreamProfile, "name" | "subject">[];
    /** Regions that hold streams. */
    readonly regions: readonly Pick<RegionProfile, "short" | "natsCluster">[];
    /** The subjects that the program maps itself. */
    readonly mapped: readonly string[];
}

/**
 * The user's own mappings, so that they go on reaching the streams. The server maps once: what one of theirs makes of a subject is not
 * mapped again, so a destination inside a stream's subject gets the region's prefix here, by cluster. All others stay as they are.
 */
export function mergedMappings(found: Mappings, context: MappingContext): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(found).map(([source, value]): [string, unknown] => {
            const destinations = destinationsOf(value);
            if (!destinations.some(({ destination }) => reach(destination, context) !== "none")) return [source, value];
            return [
                source,
                context.regions.flatMap((region) =>
                    destinations.map(({ destination, weight }) => ({
                        destination: `${region.short}.${destination}`,
                        weight,
                        cluster: region.natsCluster,
                    })),
                ),
            ];
        }),
    );
}

/** Why mappings of the user's own cannot be merged, each by its source; empty if they can be. */
export function foundMappingIssues(found: Mappings, context: MappingContext): string[] {
    const scoped = context.regions.flatMap(({ short }) => context.streams.map(({ subject }) => `${short}.${subject}`));
    return Object.entries(found).flatMap(([source, value]) => {
        const taken = [...context.mapped, ...scoped].find((subject) => subjectsOverlap(source, subject));
        if (taken !== undefined)
            return [
                `mappings: "${source}" overlaps ${taken}, which the patch maps, and the server takes either of the two. ` +
                    "Give the clients that use it another subject first",
            ];
        const destinations = destinationsOf(value);
        if (destinations.some(({ destination, weight }) => typeof destination !== "string" || weight === undefined))
            return [
                `mappings: "${source}" has ${JSON.stringify(value)}; allowed are a subject, and objects with destination, weight and cluster`,
            ];
        const into = destinations.map(({ destination }) => reach(destination, context));
        if (into.every((one) => one === "none")) return [];
        const text = JSON.stringify(value);
        if (into.includes("perhaps"))
            return [
                `mappings: "${source}" leads to ${text}, which is inside a stream's subject for some messages only. ` +
                    "Name the first words of the destination, a mapping for each",
            ];
        if (into.includes("none"))
            return [
                `mappings: "${source}" leads to ${text}, of which a part is inside a stream's subject. ` +
                    "Allowed are destinations that all are, or none",
            ];
        return destinations.some(({ cluster }) => cluster !== undefined)
            ? [
                  `mappings: "${source}" leads to ${text}, which names a cluster; the patch names one for each region. ` +
                      "Allowed are destinations without cluster where they lead into a stream",
              ]
            : [];
    });
}

function destinationsOf(value: unknown): Destination[] {
    if (typeof value === "string") return [{ destination: value, weight: "100%" }];
    return [value].flat().map((one) => {
        const { dest, ...rest } = one as Destination & { readonly dest?: string };
        return { ...rest, destination: rest.destination ?? dest };
    });
}

/** Whether a destination is inside a stream's subject: its words are, or may become so where they are words of the source. */
function reach(destination: string, { streams }: MappingContext): "inside" | "perhaps" | "none" {
    const pattern = destinationPattern(destination);
    const isInside = ({ subject }: { readonly subject: string }) => pattern.startsWith(`${subjectRoot(subject)}.`);
    if (streams.some(isInside)) return "inside";
    return streams.some(({ subject }) => subjectsOverlap(pattern, subject)) ? "perhaps" : "none";
}

/** What of a system the merge reads. */
export function mappingContext(
    { streams, regions }: Pick<SystemProfile, "streams" | "regions">,
    mapped: readonly string[],
): MappingContext {
    return { streams, regions: [regions.primary, regions.dr], mapped };
}
