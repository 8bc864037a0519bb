import type { RegionProfile, StreamProfile, SystemProfile } from "../infra/profile";

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
    readonly max_msgs?: number;
    readonly mirror?: { readonly name: string };
    readonly mirror_direct?: true;
    readonly sources?: readonly { readonly name: string; readonly opt_start_seq?: number }[];
}

interface SubjectTransform {
    readonly src: string;
    readonly dest: string;
}

export interface StreamOptions {
    /**
     * Whether core subscribers of the stream's subjects go on receiving what is published, now that publishes are
     * mapped to the region's own subjects. Costs about 0.3 ms an acknowledgement, and a second copy over the gateways.
     * @default true
     */
    readonly republish?: boolean;
}

/** A publisher may send a message again, with its identifier, for this long: ten minutes, in nanoseconds. */
const duplicateWindow = 600 * 1_000_000_000;

/** Production's stream: takes the primary region's subjects and stores them under the names that clients know. */
export function originStream(profile: SystemProfile, stream: StreamProfile, options: StreamOptions = {}): StreamConfig {
    return writable(common(stream, stream.name, profile.regions.primary), profile.regions.primary, stream, options);
}

/** The standby's copy. No `duplicate_window`: a mirror refuses it, and a second run of the job would differ. */
export function mirrorStream(profile: SystemProfile, stream: StreamProfile): StreamConfig {
    return {
        ...common(stream, stream.mirror, profile.regions.dr),
        ...(stream.mirrorMaxMessages !== undefined && { max_msgs: stream.mirrorMaxMessages }),
        mirror: { name: stream.name },
        mirror_direct: true,
    };
}

/** The subject of a stream that takes no writes; an empty list would become the stream's name. */
export function parkedSubject(streamName: string): string {
    return `parked.${streamName}`;
}

function common(stream: StreamProfile, name: string, region: RegionProfile) {
    return {
        name,
        storage: "file",
        retention: "limits",
        num_replicas: stream.replicas,
        placement: { cluster: region.natsCluster },
        allow_direct: true,
        deny_delete: true,
    } as const;
}

function writable(
    base: ReturnType<typeof common>,
    region: RegionProfile,
    stream: StreamProfile,
    { republish = true }: StreamOptions,
): StreamConfig {
    const scoped = `${region.short}.${stream.subject}`;
    return {
        ...base,
        subjects: [scoped],
        subject_transform: { src: scoped, dest: stream.subject },
        // Matches the transformed subject.
        ...(republish && { republish: { src: stream.subject, dest: stream.subject } }),
        duplicate_window: duplicateWindow,
    };
}
