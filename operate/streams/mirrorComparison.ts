import { compareStreams, readIdentities, type MessageIdentity } from "./accounting";
import type { Replica, StreamApi } from "./streamApi";

/** A message that a mirror holds and its origin does not. */
export interface MirrorMessage {
    readonly seq: number;
    readonly id?: string;
    readonly subject: string;
    readonly time: Date;
}

/** A mirror beside its origin, all of it. */
export interface MirrorComparison {
    readonly mirror: string;
    readonly origin: string;
    /** Messages of the origin that were compared, sequence by sequence. */
    readonly compared: number;
    /** Sequences that only one of the two has, or that hold different messages. */
    readonly different: readonly number[];
    /** How far the mirror's end is past its origin's. */
    readonly ahead: number;
    /** What would be gone with the mirror; by identifier, so that a message that moved to another sequence is not counted. */
    readonly mirrorOnly: readonly MirrorMessage[];
}

export function isEqual({ different, ahead }: MirrorComparison): boolean {
    return different.length === 0 && ahead === 0;
}

/**
 * Compares a mirror with its origin up to the origin's present end. A mirror that is still behind, or whose servers are not in step,
 * is an error: ask again. One that is ahead is not: its origin was restored or made anew, and what it is sent next the mirror
 * takes for what it has.
 */
export async function compareMirror(api: StreamApi, origin: string, mirror: string): Promise<MirrorComparison> {
    const { last_seq: to } = (await api.existing(origin)).state;
    const copy = await api.existing(mirror);
    requireInStep(copy.cluster?.replicas, mirror);
    const end = copy.state.last_seq;
    if (end < to) throw new Error(`${mirror} is at ${end} of ${to}`);
    // Read again: what came in between is in the mirror by right.
    const ahead = Math.max(0, end - (await api.existing(origin)).state.last_seq);
    const { compared, different } = await compareStreams(api.connection, origin, mirror, to);
    const mirrorOnly = different.length > 0 || ahead > 0 ? await onlyInMirror(api, origin, mirror) : [];
    return { mirror, origin, compared, different, ahead, mirrorOnly };
}

/** From the mirror's very beginning: what its origin discarded long ago may be wanted as well. */
async function onlyInMirror(api: StreamApi, origin: string, mirror: string): Promise<MirrorMessage[]> {
    const known = new Set<string>();
    await readWhole(api, origin, (message) => known.add(keyOf(message)));
    const only: MirrorMessage[] = [];
    await readWhole(api, mirror, (message) => {
        if (known.has(keyOf(message))) return;
        const { seq, id, subject, time } = message;
        only.push({ seq, ...(id !== undefined && { id }), subject, time });
    });
    return only;
}

/** A mirror keeps the time at which its origin stored a message: it tells equal messages apart that have no identifier. */
function keyOf({ id, content, time }: MessageIdentity): string {
    return `${id ?? time.getTime()} ${content}`;
}

async function readWhole(api: StreamApi, stream: string, visit: (message: MessageIdentity) => void): Promise<void> {
    const { messages, last_seq: to } = (await api.existing(stream)).state;
    if (messages === 0) return;
    const reached = await readIdentities(api.connection, stream, 1, to, visit);
    if (reached < to) throw new Error(`${stream}: read up to ${reached} of ${to}`);
}

export function requireInStep(replicas: readonly Replica[] = [], stream: string): void {
    const behind = replicas.filter((replica) => !replica.current || replica.offline).map((replica) => replica.name);
    if (behind.length > 0) throw new Error(`${stream}: ${behind.join(", ")} not in step yet`);
}

/** What a look at a few messages shows of a mirror that diverged. */
export interface Divergence {
    readonly seq: number;
    /** Sequences that were looked at. */
    readonly sampled: number;
}

/**
 * Whether some of the messages that both sides hold are not the same: one request to each side for every sequence of the sample. Undefined if
 * all are. That is no proof: what a restore spoiled lies between two parts that are equal.
 */
export async function sampleDivergence(
    api: StreamApi,
    origin: string,
    mirror: string,
    first: number,
    last: number,
): Promise<Divergence | undefined> {
    const sequences = sampleOf(first, last);
    const same = await Promise.all(
        sequences.map(async (seq) => {
            const [one, other] = await Promise.all([origin, mirror].map((stream) => api.messageAt(stream, seq)));
            // Gone from one of them by its limits: no difference.
            return !one || !other || (one.time === other.time && one.subject === other.subject);
        }),
    );
    const index = same.indexOf(false);
    return index < 0 ? undefined : { seq: sequences[index] as number, sampled: sequences.length };
}

/**
 * The first sequence and the last, and between them sequences that lie the denser the nearer they are to the end: the distance to the end
 * grows by a quarter from one to the next. A run of N messages that differ is hit for certain until 4 N more came after it.
 */
export function sampleOf(first: number, last: number): number[] {
    const sample = new Set([first]);
    for (let distance = 0; last - distance > first; distance = Math.max(distance + 1, Math.floor(distance * 1.25)))
        sample.add(last - distance);
    return [...sample].sort((one, other) => one - other);
}
