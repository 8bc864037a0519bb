import { isParked, isWritable, type StreamConfig } from "../../components/nats/natsStreamConfig";
import { promotionObstacles } from "../../components/nats/streamPromotability";
import { formatDuration, type Seconds } from "../../components/model/duration";
import type { RegionProfile, StreamProfile, SystemProfile } from "../../components/model/profile";
import { sampleDivergence, type Divergence } from "./mirrorComparison";
import { lastMirroredKey } from "./promote";
import { StreamApiError, type Replica, type StreamApi, type StreamInfo } from "./streamApi";

/** What one of the two streams of a pair is doing. `no answer`: its region is gone, or its servers have no leader. */
export type StreamDuty = "takes writes" | "parked" | "mirror" | "other subjects" | "absent" | "no answer";

export interface StreamStanding {
    readonly name: string;
    readonly duty: StreamDuty;
    /** The NATS cluster that holds it; undefined if it does not answer. */
    readonly cluster?: string;
    readonly leader?: string;
    /** Servers that hold it and keep step, the leader included, of those that should. */
    readonly inStep?: { readonly servers: number; readonly of: number };
    readonly messages?: number;
    readonly lastSeq?: number;
    /** Of a promoted stream: the last message that came by mirror. */
    readonly lastMirrored?: number;
    /** Its settings, of the origin alone. */
    readonly settings?: StreamConfig;
    /** Why it did not answer. */
    readonly reason?: string;
}

/** How far a mirror is behind; what is not known is undefined. */
export interface MirrorLag {
    /** Since it last heard from its origin, in seconds; undefined means never. A dead link shows here, and only here. */
    readonly heardAgo?: Seconds;
    /** Messages that it lacks; undefined while the origin does not answer. */
    readonly messages?: number;
    /** Age of the oldest message that it lacks; while the origin does not answer, the time since it was last heard. */
    readonly age?: Seconds;
}

/** An origin with its standby copy, and what is wrong with them. */
export interface StreamPair {
    readonly stream: StreamProfile;
    readonly origin: StreamStanding;
    readonly standby: StreamStanding;
    readonly lag?: MirrorLag;
    /** A message that a mirror and its origin do not have in common, of those that were looked at; undefined if none is, or nobody could look. */
    readonly divergence?: Divergence;
    /** Why the origin, with the settings that it has, cannot be promoted and failed back; empty if it can, or does not answer. */
    readonly obstacles: readonly string[];
    /** Who takes writes. */
    readonly writes: "origin" | "standby" | "nobody" | "both" | "unknown";
    /** What a person has to look at; empty in the ordinary layout. */
    readonly findings: readonly string[];
}

/** Looks at one origin and its copy. Changes nothing, and needs no meta leader. */
export async function surveyStream(api: StreamApi, profile: SystemProfile, stream: StreamProfile): Promise<StreamPair> {
    const { primary, dr } = profile.regions;
    const [origin, standby] = await Promise.all([look(api, stream.name), look(api, stream.mirror)]);
    const [lag, divergence] = await Promise.all([
        mirrorLag(api, stream, origin, standby),
        divergenceOf(api, stream, origin, standby),
    ]);
    const pair = {
        stream,
        origin: {
            ...standing(stream.name, origin, primary, stream),
            ...(origin.info && { settings: origin.info.config }),
        },
        standby: standing(stream.mirror, standby, dr, stream),
        lag,
        divergence,
        obstacles: origin.info ? promotionObstacles(origin.info.config) : [],
    };
    const writes = whoTakesWrites(pair.origin.duty, pair.standby.duty);
    return { ...pair, writes, findings: findings({ ...pair, writes }, profile) };
}

export function surveyStreams(
    api: StreamApi,
    profile: SystemProfile,
    streams: readonly StreamProfile[],
): Promise<StreamPair[]> {
    return Promise.all(streams.map((stream) => surveyStream(api, profile, stream)));
}

type Look = { readonly info?: StreamInfo; readonly reason?: string };

async function look(api: StreamApi, name: string): Promise<Look> {
    try {
        return { info: await api.info(name) };
    } catch (error) {
        api.signal?.throwIfAborted();
        if (error instanceof StreamApiError && !/offline|unavailable/i.test(error.message)) throw error;
        return { reason: error instanceof Error ? error.message : String(error) };
    }
}

function standing(name: string, { info, reason }: Look, region: RegionProfile, stream: StreamProfile): StreamStanding {
    if (reason !== undefined) return { name, duty: "no answer", reason };
    if (!info) return { name, duty: "absent" };
    const { config, state, cluster } = info;
    const replicas = cluster?.replicas ?? [];
    const lastMirrored = Number(config.metadata?.[lastMirroredKey] ?? Number.NaN);
    return {
        name,
        duty: config.mirror
            ? "mirror"
            : isParked(config)
              ? "parked"
              : isWritable(config, region, stream)
                ? "takes writes"
                : "other subjects",
        cluster: cluster?.name,
        leader: cluster?.leader,
        inStep: {
            servers: (cluster?.leader ? 1 : 0) + replicas.filter(keepsStep).length,
            of: config.num_replicas,
        },
        messages: state.messages,
        lastSeq: state.last_seq,
        ...(Number.isInteger(lastMirrored) && { lastMirrored }),
    };
}

/** The limits of `nats server check stream` in NATS's own documentation (facts/nats.md): operations, and nanoseconds of silence. */
const stepLimits = { lag: 100, silence: 10e9 };

/** A follower that lacks an operation or two of a stream that is written to is well; a silent one, or one far behind, is not. */
export function keepsStep({ current, offline, active = 0, lag }: Replica): boolean {
    if (offline) return false;
    return current || (lag !== undefined && lag <= stepLimits.lag && active <= stepLimits.silence);
}

async function mirrorLag(
    api: StreamApi,
    stream: StreamProfile,
    origin: Look,
    standby: Look,
): Promise<MirrorLag | undefined> {
    if (!standby.info?.config.mirror) return undefined;
    const active = standby.info.mirror?.active ?? -1;
    const heardAgo = active < 0 ? undefined : active / 1e9;
    if (!origin.info) return { heardAgo, age: heardAgo };
    let messages = origin.info.state.last_seq - standby.info.state.last_seq;
    if (messages < 0) {
        // Both were asked at once: what came in between is in the mirror by right. What is negative still is a divergence.
        const again = (await look(api, stream.name)).info ?? origin.info;
        messages = Math.min(0, again.state.last_seq - standby.info.state.last_seq);
    }
    if (messages <= 0) return { heardAgo, messages, age: 0 };
    const oldest = await api.messageAt(stream.name, standby.info.state.last_seq + 1).catch(() => undefined);
    return {
        heardAgo,
        messages,
        age: oldest ? Math.max(0, (Date.now() - new Date(oldest.time).getTime()) / 1000) : heardAgo,
    };
}

async function divergenceOf(
    api: StreamApi,
    stream: StreamProfile,
    origin: Look,
    standby: Look,
): Promise<Divergence | undefined> {
    if (!origin.info || !standby.info?.config.mirror) return undefined;
    const states = [origin.info.state, standby.info.state];
    const first = Math.max(1, ...states.map((state) => state.first_seq));
    const last = Math.min(...states.map((state) => state.last_seq));
    return first > last
        ? undefined
        : sampleDivergence(api, stream.name, stream.mirror, first, last).catch(() => undefined);
}

export function whoTakesWrites(origin: StreamDuty, standby: StreamDuty): StreamPair["writes"] {
    const [first, second] = [origin, standby].map((duty) => duty === "takes writes" || duty === "other subjects");
    if (first && second) return "both";
    if (first) return "origin";
    // A lost origin takes none that reach the standby: whether it takes any in its own region nobody here can tell.
    if (second) return "standby";
    return origin === "no answer" || standby === "no answer" ? "unknown" : "nobody";
}

/** Past this without a word from its origin a mirror's link is dead: a heartbeat comes every second. */
const silenceLimit: Seconds = 30;

/** Of a mirror without a connection to its origin. One that holds messages had one: its server opens it again and again where it can store nothing. */
export function unheardText({ origin, standby }: Pick<StreamPair, "origin" | "standby">): string {
    return (standby.lastSeq ?? 0) === 0
        ? `${standby.name} has never heard from ${origin.name}`
        : `${standby.name} has no connection to ${origin.name}: its link is dead, or its servers are full`;
}

function findings(pair: Omit<StreamPair, "findings">, { regions, contracts }: SystemProfile): string[] {
    const { primary, dr } = regions;
    const { origin, standby, writes, lag, divergence } = pair;
    const found: string[] = [];
    const limit = contracts.mirrorLag.limit;
    if (origin.duty === "no answer")
        found.push(`${origin.name} does not answer: its region is lost, or has no leader (${origin.reason})`);
    if (standby.duty === "no answer")
        found.push(`${standby.name} does not answer: its region is lost, or has no leader (${standby.reason})`);
    if (origin.duty === "absent")
        found.push(`${origin.name} does not exist: the job nats-streams of the primary's stack creates it`);
    if (standby.duty === "absent")
        found.push(
            `${standby.name} does not exist: streams rebuild-mirror, or the job nats-mirrors of the standby's stack, makes it`,
        );
    if (origin.duty === "other subjects")
        found.push(`${origin.name} takes subjects that are not its region's: streams retrofit`);
    if (standby.duty === "other subjects")
        found.push(`${standby.name} takes subjects that are not its region's: was it promoted by hand?`);
    if (writes === "both") found.push(`${origin.name} and ${standby.name} both take writes: streams fence, at once`);
    if (writes === "nobody") {
        found.push(
            `neither ${origin.name} nor ${standby.name} takes writes: a promotion or a failback stopped halfway, run it again`,
        );
    }
    if (writes === "standby" && origin.duty === "no answer")
        found.push(`${origin.name} is not known to be fenced: keep streams fence running`);
    if (writes === "standby" && origin.duty === "parked") {
        found.push(
            `${standby.name} is promoted, ${origin.name} fenced: streams tail, then streams failback, when the region is well`,
        );
    }
    if (writes === "origin" && standby.duty === "parked")
        found.push(`${standby.name} is no mirror: streams rebuild-mirror`);
    for (const [one, region] of [
        [origin, primary],
        [standby, dr],
    ] as const) {
        if (one.cluster !== undefined && one.cluster !== region.natsCluster) {
            found.push(`${one.name} is in cluster ${one.cluster}; it belongs into ${region.natsCluster}`);
        }
        if (one.inStep && one.inStep.servers < one.inStep.of)
            found.push(`${one.name}: ${one.inStep.servers} of ${one.inStep.of} servers in step`);
    }
    found.push(...pair.obstacles);
    if (lag && lag.heardAgo === undefined) found.push(unheardText(pair));
    if (lag?.heardAgo !== undefined && lag.heardAgo > silenceLimit) {
        found.push(`${standby.name} heard from ${origin.name} ${Math.round(lag.heardAgo)} s ago: its link is dead`);
    }
    if (lag?.age !== undefined && lag.age > limit) {
        found.push(`${standby.name} is ${Math.round(lag.age)} s behind; the contract is ${formatDuration(limit)}`);
    }
    if (lag?.messages !== undefined && lag.messages < 0) {
        found.push(
            `${standby.name} has ${-lag.messages} messages more than ${origin.name}: they diverged, or the origin lost some: streams rebuild-mirror`,
        );
    }
    if (divergence) {
        found.push(
            `${standby.name} holds another message than ${origin.name} at ${divergence.seq}: they diverged, streams rebuild-mirror`,
        );
    }
    return found;
}
