import { setTimeout as delay } from "node:timers/promises";
import type { Seconds } from "../../components/model/duration";
import type { StreamProfile, SystemProfile } from "../../components/model/profile";
import type { StreamApi } from "./streamApi";
import { surveyStreams, type StreamPair } from "./survey";

/** Two elections of a stream's leader, one after the other: each takes up to 9 s, and until then the stream does not answer. */
export const electionSeconds: Seconds = 20;

export interface PatienceOptions {
    /** Whether a pair has to be looked at again. */
    readonly unsettled: (pair: StreamPair) => boolean;
    /** How long at most, in seconds. @default electionSeconds */
    readonly seconds?: Seconds;
    /** Pause between two looks, in milliseconds. @default 1000 */
    readonly everyMs?: number;
    /** Told once, with the names of the streams that do not answer. */
    readonly onSilence?: (names: readonly string[]) => void;
}

/**
 * Surveys until what was found may be acted on. A single look takes a region that is electing a leader for one that is lost; what
 * is still silent after `seconds` is given back as it is.
 */
export async function surveyPatiently(
    api: StreamApi,
    profile: SystemProfile,
    streams: readonly StreamProfile[],
    { unsettled, seconds = electionSeconds, everyMs = 1_000, onSilence }: PatienceOptions,
): Promise<StreamPair[]> {
    const deadline = performance.now() + seconds * 1000;
    for (let told = false; ; told = true) {
        const pairs = await surveyStreams(api, profile, streams);
        const open = pairs.filter(unsettled);
        if (open.length === 0 || performance.now() >= deadline) return pairs;
        if (!told) onSilence?.(open.flatMap(silentOnes));
        await delay(everyMs, undefined, { signal: api.signal });
    }
}

/** Whether one of the two does not answer, and may only be electing a leader. */
export function isSilent(pair: StreamPair): boolean {
    return silentOnes(pair).length > 0;
}

/**
 * Whether it is too early to call the origin lost: its mirror heard from it a moment ago, or cannot tell. A mirror that has not for
 * longer than any election has waited already, and one that is promoted, or on its way there, was decided about before.
 */
export function mayBeElecting({ origin, standby, lag }: StreamPair): boolean {
    if (standby.duty === "no answer") return true;
    return origin.duty === "no answer" && standby.duty === "mirror" && (lag?.heardAgo ?? 0) < electionSeconds;
}

function silentOnes({ origin, standby }: StreamPair): string[] {
    return [origin, standby].filter(({ duty }) => duty === "no answer").map(({ name }) => name);
}
