import { setTimeout as delay } from "node:timers/promises";
import {
    isParked,
    isWritable,
    parked,
    withOriginSettings,
    writable,
    type StreamConfig,
} from "../../components/nats/natsStreamConfig";
import type { StreamProfile, SystemProfile } from "../../components/model/profile";
import { requireNoFailback } from "./failbackLease";
import { untilDone, type RetryOptions, type StreamApi } from "./streamApi";

/** Kept in the promoted stream's own metadata, where it outlives whoever promoted: the origin's last message that arrived. */
export const lastMirroredKey = "drkit.last-mirrored";

/** How a mirror became a stream that takes writes. */
export interface Promotion {
    readonly stream: string;
    /** Sequence of the last mirrored message; what the standby took itself begins at the next one. */
    readonly lastMirrored: number;
}

export interface PromoteOptions extends RetryOptions {
    /** Pause between the readings that have to agree, in milliseconds. @default 150 */
    readonly settleMs?: number;
    /** The origin's settings as it has or had them: the promoted stream gets those that clients can notice. @default the mirror's own */
    readonly origin?: StreamConfig;
    /** Told of every step. */
    readonly onStep?: (step: string) => void;
}

/**
 * Makes the standby's mirror take the standby region's writes, in two steps: first it is no mirror and takes nothing,
 * its last sequence is read until it stands still, then it gets its subjects. In one step messages land after the
 * sequence was read, and a failback counts them twice.
 *
 * Every step looks at what is there first, so a promotion that was interrupted is simply run again.
 */
export async function promote(
    api: StreamApi,
    profile: SystemProfile,
    stream: StreamProfile,
    options: PromoteOptions = {},
): Promise<Promotion> {
    const region = profile.regions.dr;
    const retry = { signal: api.signal, ...options };
    const step = <T>(what: string, attempt: () => Promise<T>) => {
        options.onStep?.(what);
        return untilDone(`promoting ${stream.mirror}: ${what}`, attempt, retry);
    };

    await step("it stops being a mirror", async () => {
        const { config } = await api.existing(stream.mirror);
        if (config.mirror) await api.update(parked(config, region, stream));
    });
    return step("it takes its subjects", async () => {
        const { config } = await api.existing(stream.mirror);
        if (isWritable(config, region, stream)) return { stream: stream.mirror, lastMirrored: lastMirroredOf(config) };
        if (!isParked(config))
            throw new Error(
                `${stream.mirror} is neither a mirror nor parked; its subjects are ${config.subjects?.join(", ")}`,
            );
        // Kept where a failback was given up halfway: what the standby took itself began there, and the origin has sourced from there.
        const kept = config.metadata?.[lastMirroredKey];
        if (kept !== undefined) await requireGivenUp(api, profile, stream);
        const lastMirrored =
            kept === undefined ? await settledSequence(api, stream.mirror, options.settleMs) : lastMirroredOf(config);
        const metadata = { ...config.metadata, [lastMirroredKey]: String(lastMirrored) };
        const settings = options.origin ? withOriginSettings(config, options.origin) : config;
        await api.update({ ...writable(settings, region, stream), metadata });
        return { stream: stream.mirror, lastMirrored };
    });
}

/** A parked standby takes writes again only if no failback is under way, and none has ended. @throws what is */
async function requireGivenUp(api: StreamApi, profile: SystemProfile, stream: StreamProfile): Promise<void> {
    await requireNoFailback(api, stream.name);
    const origin = await api.info(stream.name).catch(() => undefined);
    if (origin && isWritable(origin.config, profile.regions.primary, stream))
        throw new Error(`${stream.name} takes writes: a failback has ended. Run streams rebuild-mirror`);
}

/** The sequence that a promotion kept; its absence means that the stream was promoted by other means. */
export function lastMirroredOf(config: StreamConfig): number {
    const value = Number(config.metadata?.[lastMirroredKey] ?? Number.NaN);
    if (Number.isInteger(value) && value >= 0) return value;
    throw new Error(
        `${config.name} takes writes, and its metadata lacks ${lastMirroredKey}: it was not promoted by this program; ` +
            "set that key to the sequence of the last mirrored message",
    );
}

/** The last sequence of a stream that takes nothing any more: three readings that agree, as messages may be on their way. */
export async function settledSequence(api: StreamApi, name: string, settleMs = 150): Promise<number> {
    const wanted = 3;
    let last = -1;
    for (let agreed = 0; agreed < wanted;) {
        const { state } = await api.existing(name);
        agreed = state.last_seq === last ? agreed + 1 : 1;
        last = state.last_seq;
        if (agreed < wanted) await delay(settleMs, undefined, { signal: api.signal });
    }
    return last;
}
