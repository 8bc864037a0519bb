import type { StreamProfile } from "../../components/model/profile";
import type { MessageSink } from "./mirrorComparison";
import { lastMirroredOf } from "./promote";
import { readAll } from "./readMessages";
import { compareStreams, type StreamDifference } from "./streamDifference";
import type { StreamApi } from "./streamApi";

/** A message that the lost region acknowledged and the standby did not have when it took over. */
export interface TailMessage {
    readonly seq: number;
    readonly id?: string;
    readonly subject: string;
    readonly time: Date;
    /** Its publisher sent it again, and the standby took it. */
    readonly sentAgain: boolean;
}

/** What the two sides of a promoted stream have apart from each other. */
export interface OriginTail {
    readonly stream: string;
    readonly lastMirrored: number;
    /** Messages that the standby lacks. */
    readonly messages: number;
    /** Those of them that the standby took as well, sent again by their publishers. */
    readonly sentAgain: number;
    /** Messages that the standby took itself. */
    readonly standbyOwn: number;
}

/** Sequences of the origin whose messages are held at once, about 20 MB: for each of those pieces the standby is read once. */
const pieceLength = 65_536;

/**
 * What the returned origin has that the standby lacks: everything after the last mirrored message, less what a failback
 * has already sourced. Changes nothing.
 *
 * @param list is given each of those messages
 */
export async function originTail(
    api: StreamApi,
    stream: StreamProfile,
    list?: MessageSink<TailMessage>,
): Promise<OriginTail> {
    list?.restart();
    const [origin, standby] = await Promise.all([api.existing(stream.name), api.existing(stream.mirror)]);
    const lastMirrored = lastMirroredOf(standby.config);
    const first = lastMirrored + 1;
    const end = origin.state.last_seq;
    const count = { messages: 0, sentAgain: 0, standbyOwn: 0 };
    // Once at least, to count what the standby took itself.
    for (let from = first; from === first || from <= end; from += pieceLength) {
        const piece: Omit<TailMessage, "sentAgain">[] = [];
        await readAll(api.connection, stream.name, from, Math.min(end, from + pieceLength - 1), (message) => {
            if (message.source?.split(" ")[0]?.split(":")[0] === stream.mirror) return;
            const { seq, id, subject, time } = message;
            piece.push({ seq, ...(id !== undefined && { id }), subject, time });
        });
        if (from > first && piece.length === 0) continue;
        const wanted = new Set(piece.flatMap(({ id }) => id ?? []));
        const again = new Set<string>();
        let standbyOwn = 0;
        await readAll(api.connection, stream.mirror, first, standby.state.last_seq, ({ id }) => {
            standbyOwn += 1;
            if (id !== undefined && wanted.has(id)) again.add(id);
        });
        count.standbyOwn = standbyOwn;
        for (const message of piece) {
            const sentAgain = message.id !== undefined && again.has(message.id);
            count.messages += 1;
            if (sentAgain) count.sentAgain += 1;
            list?.add({ ...message, sentAgain });
        }
    }
    return { stream: stream.name, lastMirrored, ...count };
}

/** Whether both sides are the same stream up to the takeover. */
export interface CommonPart extends Pick<StreamDifference, "compared" | "different" | "firstDifferent"> {
    readonly stream: string;
    /** Mirrored messages that the origin does not have any more: it lost what it had acknowledged. */
    readonly originLost: number;
}

/** Compares the part that came by mirror: an origin that lost or remade it must not take the writes back. */
export async function compareCommonPart(api: StreamApi, stream: StreamProfile, last: number): Promise<CommonPart> {
    const [origin, standby] = await Promise.all([api.existing(stream.name), api.existing(stream.mirror)]);
    const lastMirrored = lastMirroredOf(standby.config);
    const to = Math.min(lastMirrored, origin.state.last_seq);
    const { compared, different, firstDifferent } = await compareStreams(
        api.connection,
        stream.name,
        stream.mirror,
        to,
        lastMirrored - last + 1,
    );
    return {
        stream: stream.name,
        compared,
        different,
        ...(firstDifferent !== undefined && { firstDifferent }),
        originLost: lastMirrored - to,
    };
}
