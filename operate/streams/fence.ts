import { isParked, originStream, parked, type StreamConfig } from "../../components/nats/natsStreamConfig";
import type { StreamProfile, SystemProfile } from "../../components/model/profile";
import { requireNoFailback } from "./failbackLease";
import { untilDone, type RetryOptions, type StreamApi } from "./streamApi";

/** How an origin was kept from taking writes. */
export interface Fence {
    readonly stream: string;
    /** `absent`: the origin does not exist any more, so it needs no fence. `given back`: a failback has ended, and the origin takes the writes. */
    readonly outcome: "parked" | "absent" | "given back";
    /** Answers other than yes on the way. */
    readonly refusals: number;
}

export interface FenceOptions extends RetryOptions {
    /** The origin's settings, where they differ from the ones this program creates: an offline stream cannot be asked. */
    readonly origin?: StreamConfig;
    /** The standby is promoted: the fence waits while a failback is under way, and ends with it. @default false: its mirror is promoted next */
    readonly promoted?: boolean;
}

/**
 * Parks the lost origin, again and again until the server has it: the call times out within minutes of a crash though
 * it is applied, is refused later (10118), and succeeds when the region returns. It has to run through that return, so
 * that the origin takes no write beside the promoted stream. What slips in all the same is found as part of the tail.
 */
export async function fenceOrigin(
    api: StreamApi,
    profile: SystemProfile,
    stream: StreamProfile,
    options: FenceOptions = {},
): Promise<Fence> {
    let refusals = 0;
    const config = parked(options.origin ?? originStream(profile, stream), profile.regions.primary, stream);
    return untilDone(
        `fencing ${stream.name}`,
        async () => {
            const found = await api.info(stream.name).catch(() => "offline" as const);
            if (found === undefined) return { stream: stream.name, outcome: "absent", refusals };
            if (found !== "offline" && isParked(found.config))
                return { stream: stream.name, outcome: "parked", refusals };
            if (options.promoted && (await isGivenBack(api, stream)))
                return { stream: stream.name, outcome: "given back", refusals };
            // An answer counts; whether the stream itself has it is read in the next round.
            await api.update(found === "offline" ? config : parked(found.config, profile.regions.primary, stream));
            throw new Error("accepted, not yet confirmed by the stream");
        },
        {
            seconds: 7 * 24 * 3600,
            everyMs: 1_000,
            signal: api.signal,
            ...options,
            onRefusal: (reason) => {
                refusals += 1;
                options.onRefusal?.(reason);
            },
        },
    );
}

/** Whether the writes went back to the origin: it must not be parked then. @throws while that is under way */
async function isGivenBack(api: StreamApi, stream: StreamProfile): Promise<boolean> {
    const state = await requireNoFailback(api, stream.name);
    const standby = await api.info(stream.mirror);
    if (!standby || !(standby.config.mirror || isParked(standby.config))) return false;
    return standby.config.mirror !== undefined || state === "done";
}
