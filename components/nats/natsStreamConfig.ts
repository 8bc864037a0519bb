import type { RegionProfile, StreamProfile, SystemProfile } from "../model/profile";
import { asDestination } from "./natsSubjects";

/** A stream's settings, with the names and units of the JetStream API: what `nats stream add --config` reads. */
export interface StreamConfig {
    readonly name: string;
    readonly storage: "file";
    readonly retention: "limits";
    readonly num_replicas: number;
    /** Always set: a stream without it, made while a region is down, lands in the other one. */
    readonly placement: { readonly cluster: string };
    readonly allow_direct: true;
    readonly deny_delete: true;
    readonly subjects?: readonly string[];
    readonly subject_transform?: SubjectTransform;
    readonly republish?: SubjectTransform;
    /** Nanoseconds. */
    readonly duplicate_window?: number;
    /** Nanoseconds; 0 or absent is for ever. */
    readonly max_age?: number;
    readonly max_msgs?: number;
    readonly max_msgs_per_subject?: number;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly mirror?: { readonly name: string };
    readonly mirror_direct?: true;
    readonly sources?: readonly { readonly name: string; readonly opt_start_seq?: number }[];
}

interface SubjectTransform {
    readonly src: string;
    readonly dest: string;
}

/** Whether core subscribers of the stream's subject go on receiving what is published to it. */
export function republishes({ republish }: Pick<StreamProfile, "republish">): boolean {
    return republish ?? true;
}

/** A publisher may send a message again, with its identifier, for this long: ten minutes, in nanoseconds. */
const duplicateWindow = 600 * 1_000_000_000;

/**
 * The stream's own window; without one ten minutes. A stream that keeps its messages for less than that has a window as long as
 * that: the server refuses a longer one (10052), and a fence that is refused leaves two writers.
 */
function windowOf({ duplicate_window: own, max_age: age }: Pick<StreamConfig, "duplicate_window" | "max_age">): number {
    const wanted = own || duplicateWindow;
    return age ? Math.min(wanted, age) : wanted;
}

/** Settings that decide what a stream accepts and keeps: a promoted mirror takes them from its origin. */
const carriedKeys = [
    "max_age",
    "max_bytes",
    "max_msgs",
    "max_msgs_per_subject",
    "max_msg_size",
    "discard",
    "discard_new_per_subject",
    "duplicate_window",
    "compression",
    "consumer_limits",
    "allow_rollup_hdrs",
    "allow_msg_ttl",
    "subject_delete_marker_ttl",
    "allow_atomic",
    "allow_batched",
    "allow_msg_schedules",
] as const;

/**
 * A mirror's settings with those of its origin that clients can notice: what the origin accepts, the promoted stream accepts, and
 * keeps for as long. Place, replicas, retention and protection stay the standby's own.
 */
export function withOriginSettings(config: StreamConfig, origin: StreamConfig): StreamConfig {
    const carried = Object.entries(origin).filter(([key]) => (carriedKeys as readonly string[]).includes(key));
    return { ...config, ...Object.fromEntries(carried) };
}

/**
 * A stream in which the standby keeps what recovery needs. It lies in the standby's cluster, so that the primary region may be gone. Its limit is a
 * count: with an age limit a long outage would take the last messages away.
 */
export function standbyOwnStream(
    cluster: string,
    {
        name,
        subject,
        ...limit
    }: { readonly name: string; readonly subject: string } & (
        { readonly max_msgs: number } | { readonly max_msgs_per_subject: number }
    ),
): StreamConfig {
    return {
        name,
        subjects: [subject],
        storage: "file",
        retention: "limits",
        ...limit,
        num_replicas: 3,
        placement: { cluster },
        allow_direct: true,
        deny_delete: true,
    };
}

/** Production's stream: takes the primary region's subjects and stores them under the names that clients know. */
export function originStream(profile: Pick<SystemProfile, "regions">, stream: StreamProfile): StreamConfig {
    return writable(common(stream, stream.name, profile.regions.primary), profile.regions.primary, stream);
}

/** The standby's copy. No `duplicate_window`: a mirror refuses it, and a second run of the job would differ. */
export function mirrorStream(profile: Pick<SystemProfile, "regions">, stream: StreamProfile): StreamConfig {
    return {
        ...common(stream, stream.mirror, profile.regions.dr),
        ...(stream.mirrorMaxMessages !== undefined && { max_msgs: stream.mirrorMaxMessages }),
        mirror: { name: stream.name },
        mirror_direct: true,
    };
}

/**
 * The stream with a region's subjects of its own: production's way of being, and a promoted mirror's. It holds
 * whatever it is sent, so the roadmap's limit on the mirror is lifted: what came in during an outage must outlive it.
 */
export function writable(config: StreamConfig, region: RegionProfile, stream: StreamProfile): StreamConfig {
    return {
        ...standing(config, region, stream),
        subjects: [scopedSubject(region, stream)],
        // Matches the transformed subject.
        ...(republishes(stream) && { republish: { src: stream.subject, dest: asDestination(stream.subject) } }),
    };
}

/**
 * The stream taking no writes: the fence of a lost origin, and the moment between two writers. The transform stays:
 * without it a message that slips in is stored under its raw subject.
 */
export function parked(config: StreamConfig, region: RegionProfile, stream: StreamProfile): StreamConfig {
    return { ...standing(config, region, stream), subjects: [`parked.${config.name}`] };
}

/** Whether nothing is published to the stream any more. An empty list of subjects would become the stream's name. */
export function isParked(config: StreamConfig): boolean {
    return (
        config.mirror === undefined && config.subjects?.length === 1 && config.subjects[0] === `parked.${config.name}`
    );
}

/** Whether the stream takes the region's writes. */
export function isWritable(config: StreamConfig, region: RegionProfile, stream: StreamProfile): boolean {
    return config.mirror === undefined && (config.subjects ?? []).includes(scopedSubject(region, stream));
}

/** `use1.orders.>`: what a publish to `orders.>` becomes for a client in that region. */
export function scopedSubject(region: Pick<RegionProfile, "short">, stream: Pick<StreamProfile, "subject">): string {
    return `${region.short}.${stream.subject}`;
}

/** What the two states of a stream that is no mirror share; settings that are not ours are kept. */
function standing(config: StreamConfig, region: RegionProfile, stream: StreamProfile): StreamConfig {
    const dropped = ["mirror", "mirror_direct", "sources", "republish", "subjects"] as const;
    return {
        ...without(config, ...dropped, ...(config.mirror ? (["max_msgs"] as const) : [])),
        subject_transform: { src: scopedSubject(region, stream), dest: asDestination(stream.subject) },
        duplicate_window: windowOf(config),
    };
}

/** The settings less some that a stream need not have. */
export function without(config: StreamConfig, ...keys: readonly OptionalKey[]): StreamConfig {
    const kept = Object.entries(config).filter(([key]) => !(keys as readonly string[]).includes(key));
    return Object.fromEntries(kept) as unknown as StreamConfig;
}

type OptionalKey = {
    [Key in keyof StreamConfig]-?: undefined extends StreamConfig[Key] ? Key : never;
}[keyof StreamConfig];

function common(stream: StreamProfile, name: string, region: RegionProfile): StreamConfig {
    return {
        name,
        storage: "file",
        retention: "limits",
        num_replicas: stream.replicas,
        placement: { cluster: region.natsCluster },
        allow_direct: true,
        deny_delete: true,
    };
}
