import type { NatsUserProfile, RegionProfile, SystemProfile } from "../model/profile";
import { subjectRoot } from "./natsSubjects";

/** Regions that hold streams; the witness never does. */
export function dataRegions(profile: Pick<SystemProfile, "regions">): RegionProfile[] {
    return [profile.regions.primary, profile.regions.dr];
}

/**
 * A user's permissions, as found, with the region's subjects: permissions are checked after the mapping, so what a list allows or
 * denies is allowed or denied for what it becomes as well; and the other region's subjects are denied. What may not be subscribed to
 * may not be in either region's form, in which it travels.
 */
export function scopedPermissions(
    profile: Pick<SystemProfile, "streams" | "regions">,
    region: RegionProfile,
    found: NatsUserProfile["permissions"] = {},
): Record<string, unknown> {
    const { publish: foundPublish, subscribe: foundSubscribe, ...rest } = found;
    const [publish, subscribe] = [allowAndDeny(foundPublish), allowAndDeny(foundSubscribe)];
    const others = dataRegions(profile).filter((other) => other.role !== region.role);
    const everywhere = (subject: string) => dataRegions(profile).flatMap((one) => twinsOf(profile, one, subject));
    const withTwins = (list: readonly string[], twins: (subject: string) => string[]) => [
        ...new Set([...list, ...list.flatMap(twins)]),
    ];
    return {
        ...rest,
        publish: {
            ...(publish.allow && { allow: withTwins(publish.allow, (subject) => twinsOf(profile, region, subject)) }),
            deny: [
                ...new Set([
                    ...withTwins(publish.deny ?? [], everywhere),
                    ...others.flatMap((other) => profile.streams.map((stream) => `${other.short}.${stream.subject}`)),
                ]),
            ],
        },
        ...(foundSubscribe !== undefined && {
            subscribe: subscribe.deny
                ? {
                      ...(subscribe.allow && { allow: subscribe.allow }),
                      deny: withTwins(subscribe.deny, everywhere),
                  }
                : foundSubscribe,
        }),
    };
}

/** The two lists of a permission; a subject or a list alone is what is allowed. */
function allowAndDeny(found: unknown): { readonly allow?: string[]; readonly deny?: string[] } {
    if (found === undefined) return {};
    const { allow, deny } = isObject(found) ? found : { allow: found, deny: undefined };
    return {
        ...(allow !== undefined && { allow: subjects(allow) }),
        ...(deny !== undefined && { deny: subjects(deny) }),
    };
}

/** What publishes to a subject become in a region: those of a stream, and in the standby the calls to a stream's consumers. */
function twinsOf(profile: Pick<SystemProfile, "streams">, region: RegionProfile, subject: string): string[] {
    if (subject.startsWith("$JS.")) {
        const words = subject.split(".");
        const streams = region.role === "dr" ? profile.streams.filter(({ name }) => words.includes(name)) : [];
        return streams.map(({ name, mirror }) => words.map((word) => (word === name ? mirror : word)).join("."));
    }
    const words = subject.split(".");
    return profile.streams.flatMap((stream) => {
        const wanted = subjectRoot(stream.subject).split(".");
        // The subject is inside the stream's, or is wider than it: then all of the stream's become possible.
        const meets = wanted.every(
            (word, index) => words[index] === word || words[index] === "*" || words.slice(0, index + 1).includes(">"),
        );
        if (!meets) return [];
        const isWider = words.slice(0, wanted.length).includes(">");
        const within = isWider ? [] : words.slice(wanted.length);
        // The words of a stream alone are no subject of it, and a stream of "word.*" has none of more words.
        if ((!isWider && within.length === 0) || (stream.subject.endsWith("*") && within.length > 1)) return [];
        const isAll = isWider || (stream.subject.endsWith("*") && within[0] === ">");
        // Words of the stream in place of a wildcard: what it allows besides is no stream's.
        return [`${region.short}.${isAll ? stream.subject : [...wanted, ...within].join(".")}`];
    });
}

function subjects(list: unknown): string[] {
    return [list].flat().map(String);
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
