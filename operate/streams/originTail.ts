import type { StreamProfile } from "../../components/model/profile";
import { compareStreams, readIdentities } from "./accounting";
import { lastMirroredOf } from "./promote";
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
    readonly messages: readonly TailMessage[];
    /** Messages that the standby took itself. */
    readonly standbyOwn: number;
}

/**
 * What the returned origin has that the standby lacks: everything after the last mirrored message, less what a failback
 * has already sourced. Changes nothing.
 */
export async function originTail(api: StreamApi, stream: StreamProfile): Promise<OriginTail> {
    const [origin, standby] = await Promise.all([api.existing(stream.name), api.existing(stream.mirror)]);
    const lastMirrored = lastMirroredOf(standby.config);
    const own = new Set<string>();
    let standbyOwn = 0;
    await readAll(api, stream.mirror, lastMirrored + 1, standby.state.last_seq, ({ id }) => {
        standbyOwn += 1;
        if (id !== undefined) own.add(id);
    });
    const messages: TailMessage[] = [];
    await readAll(api, stream.name, lastMirrored + 1, origin.state.last_seq, ({ seq, id, subject, time, source }) => {
        if (source?.split(" ")[0]?.split(":")[0] === stream.mirror) return;
        messages.push({
            seq,
            ...(id !== undefined && { id }),
            subject,
            time,
            sentAgain: id !== undefined && own.has(id),
        });
    });
    return { stream: stream.name, lastMirrored, messages, standbyOwn };
}

async function readAll(
    api: StreamApi,
    stream: string,
    from: number,
    to: number,
    visit: Parameters<typeof readIdentities>[4],
): Promise<void> {
    const reached = await readIdentities(api.connection, stream, from, to, visit);
    if (reached < to && from <= to) throw new Error(`${stream}: read up to ${reached} of ${to}; run it again`);
}

/** Whether both sides are the same stream up to the takeover. */
export interface CommonPart {
    readonly stream: string;
    readonly compared: number;
    /** Sequences that differ, or that one side lacks. */
    readonly different: readonly number[];
    /** Mirrored messages that the origin does not have any more: it lost what it had acknowledged. */
    readonly originLost: number;
}

/** Compares the part that came by mirror: an origin that lost or remade it must not take the writes back. */
export async function compareCommonPart(api: StreamApi, stream: StreamProfile, last: number): Promise<CommonPart> {
    const [origin, standby] = await Promise.all([api.existing(stream.name), api.existing(stream.mirror)]);
    const lastMirrored = lastMirroredOf(standby.config);
    const to = Math.min(lastMirrored, origin.state.last_seq);
    const { compared, different } = await compareStreams(
        api.connection,
        stream.name,
        stream.mirror,
        to,
        lastMirrored - last + 1,
    );
    return { stream: stream.name, compared, different, originLost: lastMirrored - to };
}
