import { DigestTable } from "./digestTable";
import { digestOf, readAll, type PassingMessage } from "./readMessages";
import { compareStreams, type SequenceRange, type StreamDifference } from "./streamDifference";
import type { Replica, StreamApi } from "./streamApi";

/** A message that a mirror holds and its origin does not. */
export interface MirrorMessage {
    readonly seq: number;
    readonly id?: string;
    readonly subject: string;
    readonly time: Date;
}

/** A mirror beside its origin, all of it. */
export interface MirrorComparison extends Pick<StreamDifference, "compared" | "different" | "firstDifferent"> {
    readonly mirror: string;
    readonly origin: string;
    /** How far the mirror's end is past its origin's. */
    readonly ahead: number;
    /** Messages that would be gone with the mirror; by identifier, so that a message that moved to another sequence is not counted. */
    readonly mirrorOnly: number;
}

/** Takes one message after the other; begins anew when a comparison does. */
export interface MessageSink<Message> {
    restart(): void;
    add(message: Message): void;
}

export function isEqual({ different, ahead }: Pick<MirrorComparison, "different" | "ahead">): boolean {
    return different === 0 && ahead === 0;
}

/**
 * Compares a mirror with its origin up to the origin's present end. A mirror that is still behind, or whose servers are not in step,
 * is an error: ask again. One that is ahead is not: its origin was restored or made anew, and what it is sent next the mirror
 * takes for what it has.
 *
 * @param list is given each message that only the mirror has
 */
export async function compareMirror(
    api: StreamApi,
    origin: string,
    mirror: string,
    list?: MessageSink<MirrorMessage>,
): Promise<MirrorComparison> {
    list?.restart();
    const { last_seq: to } = (await api.existing(origin)).state;
    const copy = await api.existing(mirror);
    requireInStep(copy.cluster?.replicas, mirror);
    const end = copy.state.last_seq;
    if (end < to) throw new Error(`${mirror} is at ${end} of ${to}`);
    // Read again: what came in between is in the mirror by right.
    const ahead = Math.max(0, end - (await api.existing(origin)).state.last_seq);
    return api.turns.take(async () => {
        const { unequal, ...difference } = await compareStreams(api.connection, origin, mirror, to);
        const found = { mirror, origin, ...difference, ahead, mirrorOnly: 0 };
        if (isEqual(found)) return found;
        // From the mirror's very beginning: what its origin discarded long ago may be wanted as well.
        const begin = (await api.existing(origin)).state.first_seq;
        const apart = [
            { from: 1, to: begin - 1 },
            ...unequal.map((range) => ({ from: Math.max(begin, range.from), to: range.to })),
            { from: Math.max(begin, to + 1), to: end },
        ];
        return { ...found, mirrorOnly: await onlyInMirror(api, origin, mirror, apart, list) };
    });
}

/** Digests held at once, 18 MB: for each so many messages that differ the origin is read once more. */
const digestsAtOnce = 690_000;
/** Sequences that are read before it is seen whether there is room for more. */
const pieceLength = 32_768;

/** Looks for the messages of some ranges of a mirror in all of its origin. Returns how many are nowhere there. */
async function onlyInMirror(
    api: StreamApi,
    origin: string,
    mirror: string,
    ranges: readonly SequenceRange[],
    list?: MessageSink<MirrorMessage>,
): Promise<number> {
    const { first_seq: first } = (await api.existing(mirror)).state;
    const table = new DigestTable(digestsAtOnce);
    let only = 0;
    let searched: SequenceRange[] = [];
    const search = async () => {
        if (table.size === 0) return;
        await readWhole(api, origin, (message) => table.meet(keyOf(message)));
        for (const { from, to } of searched) {
            await readAll(api.connection, mirror, from, to, (message) => {
                if (table.wasMet(keyOf(message))) return;
                const { seq, id, subject, time } = message;
                only += 1;
                list?.add({ seq, ...(id !== undefined && { id }), subject, time });
            });
        }
        table.clear();
        searched = [];
    };
    for (const range of ranges) {
        for (let from = Math.max(first, range.from); from <= range.to;) {
            const to = Math.min(range.to, from + pieceLength - 1);
            await readAll(api.connection, mirror, from, to, (message) => table.add(keyOf(message)));
            searched.push({ from, to });
            from = to + 1;
            if (table.capacity - table.size < pieceLength) await search();
        }
    }
    await search();
    return only;
}

/** A mirror keeps the time at which its origin stored a message: it tells equal messages apart that have no identifier. */
function keyOf(message: PassingMessage): Buffer {
    return digestOf(message, String(message.time.getTime()));
}

async function readWhole(api: StreamApi, stream: string, visit: (message: PassingMessage) => void): Promise<void> {
    const { messages, last_seq: to } = (await api.existing(stream)).state;
    if (messages > 0) await readAll(api.connection, stream, 1, to, visit);
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
 *
 * @param sameSubjects whether the mirror keeps the subjects
 */
export async function sampleDivergence(
    api: StreamApi,
    origin: string,
    mirror: string,
    first: number,
    last: number,
    sameSubjects = true,
): Promise<Divergence | undefined> {
    const sequences = sampleOf(first, last);
    const same = await Promise.all(
        sequences.map(async (seq) => {
            const [one, other] = await Promise.all([origin, mirror].map((stream) => api.messageAt(stream, seq)));
            // Gone from one of them by its limits: no difference.
            return !one || !other || (one.time === other.time && (!sameSubjects || one.subject === other.subject));
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
