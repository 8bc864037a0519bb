import {
    isParked,
    isWritable,
    mirrorStream,
    parked,
    without,
    writable,
    type StreamConfig,
} from "../../components/nats/natsStreamConfig";
import type { RegionProfile, StreamProfile, SystemProfile } from "../../components/model/profile";
import { TailComparison } from "./accounting";
import { StandbyLease, type Closing, type Lease } from "./failbackLease";
import { compareMirror, isEqual, requireInStep, type MirrorComparison } from "./mirrorComparison";
import { lastMirroredOf, settledSequence } from "./promote";
import { untilDone, type RetryOptions, type StreamApi } from "./streamApi";

/** How the writes went back to the origin. */
export interface Failback {
    readonly stream: string;
    /** Messages that the standby had taken itself; all of them are in the origin now. */
    readonly tail: number;
    /** From the park of the standby to the origin taking writes: neither takes any. Milliseconds of performance.now. */
    readonly closedFrom: number;
    readonly closedUntil: number;
}

export interface FailbackOptions extends RetryOptions {
    /** The standby goes on taking writes until at most this many are not in the origin yet. @default 200 */
    readonly nearly?: number;
    /** Told of every step. */
    readonly onStep?: (step: string) => void;
    /** Who closes the standby and opens the origin. @default the standby's `FailbackLease` */
    readonly lease?: Lease;
}

/**
 * Brings the standby's messages back into the origin and the writes with them. The origin, still parked, sources what the standby took
 * after its last mirrored message. When one of those is there and nearly all are, the standby is parked under a lease; only when the
 * comparison by identifier finds nothing missing does the origin take writes again. If that takes longer than the lease, or this process
 * ends, the standby takes writes again by itself.
 *
 * Before it: the region is back, the origin is parked (`fenceOrigin`), both streams are backed up. Run again after an
 * interruption, it goes on where it stopped.
 *
 * @throws what is missing; the standby takes writes then
 */
export async function failback(
    api: StreamApi,
    profile: SystemProfile,
    stream: StreamProfile,
    options: FailbackOptions = {},
): Promise<Failback> {
    const { primary, dr } = profile.regions;
    const retry = { signal: api.signal, ...options };
    const lease = options.lease ?? new StandbyLease(api.connection);
    const step = <T>(what: string, attempt: () => Promise<T>, limits: RetryOptions = {}) => {
        options.onStep?.(what);
        return untilDone(`failback of ${stream.name}: ${what}`, attempt, { ...retry, ...limits });
    };

    const lastMirrored = await step("both streams answer, the origin parked", async () => {
        const standby = await api.existing(stream.mirror);
        if (standby.config.mirror) throw new Error(`${stream.mirror} is a mirror still: there is nothing to fail back`);
        const origin = await api.existing(stream.name);
        if (!isParked(origin.config))
            throw new Error(`${stream.name} takes ${origin.config.subjects?.join(", ")}: fence it first`);
        requireInStep(origin.cluster?.replicas, stream.name);
        return lastMirroredOf(standby.config);
    });
    await step("the standby's lease can be had", () => lease.required());
    await step(`the origin sources ${stream.mirror} from ${lastMirrored + 1}`, async () => {
        const { config } = await api.existing(stream.name);
        if (config.sources?.length) return;
        const sources = [{ name: stream.mirror, opt_start_seq: lastMirrored + 1 }];
        await api.update({ ...parked(config, primary, stream), sources });
    });

    const comparison = new TailComparison(api.connection, stream.mirror, stream.name, lastMirrored);
    const atMost = async (limit: number) => {
        const missing = await comparison.refresh();
        const { tail } = comparison;
        if (missing > limit || (tail > 0 && missing === tail))
            throw new Error(`${missing} of the standby's ${tail} messages are not in the origin`);
    };
    await step("the origin has nearly all messages", () => atMost(options.nearly ?? 200));
    const closedFrom = performance.now();
    const closing = await step("the standby takes no writes", () => closeStandby(api, profile, stream, lease));
    const before = (): RetryOptions => ({
        everyMs: 50,
        seconds: Math.max(0, closing.endsAt - performance.now()) / 1000,
    });
    let asked = false;
    try {
        const last = await settledSequence(api, stream.mirror, 50);
        await step("the origin has every message", () => atMost(0), before());
        options.onStep?.("the origin takes writes");
        asked = true;
        await closing.open(last);
    } catch (error) {
        // Only the reply may be lost.
        if (!asked || !(await isOpen(api, stream.name, primary, stream))) {
            await closing.reopen().catch(() => undefined);
            const where = async () => {
                if (await isOpen(api, stream.mirror, dr, stream)) return "standby";
                if (await isOpen(api, stream.name, primary, stream)) return "origin";
                throw new Error("neither takes writes");
            };
            const open = await step("one of both takes writes", where);
            const reason = error instanceof Error ? error.message : String(error);
            if (open === "standby") throw new Error(`${reason}; ${stream.mirror} takes writes again`, { cause: error });
        }
    }
    return { stream: stream.name, tail: comparison.tail, closedFrom, closedUntil: performance.now() };
}

/** The settings that the two streams have now, open and parked, go with the request: whoever is left needs no one else to open one again. */
async function closeStandby(
    api: StreamApi,
    { regions }: SystemProfile,
    stream: StreamProfile,
    lease: Lease,
): Promise<Closing> {
    const [standby, origin] = await Promise.all([api.existing(stream.mirror), api.existing(stream.name)]);
    if (standby.config.mirror || !isParked(origin.config))
        throw new Error(`${stream.name} is not parked, or ${stream.mirror} is a mirror: another failback has ended`);
    return lease.close(
        { open: writable(standby.config, regions.dr, stream), parked: parked(standby.config, regions.dr, stream) },
        {
            open: writable(origin.config, regions.primary, stream),
            // The sources stay, so that the next try goes on where this one stopped.
            parked: { ...parked(origin.config, regions.primary, stream), sources: origin.config.sources },
        },
    );
}

async function isOpen(api: StreamApi, name: string, region: RegionProfile, stream: StreamProfile): Promise<boolean> {
    return api.info(name).then(
        (info) => info !== undefined && isWritable(info.config, region, stream),
        () => false,
    );
}

/** How the standby's copy was made anew. */
export interface Rebuild {
    readonly stream: string;
    /** Messages compared, sequence by sequence, and found equal. */
    readonly compared: number;
}

export interface RebuildOptions extends FailbackOptions {
    /**
     * A mirror that differs from its origin is deleted and made anew if at most this many messages are gone with it: those that only the
     * mirror has. Without it such a mirror stays as it is.
     */
    readonly discard?: number;
}

/**
 * Makes the parked standby stream a mirror again, or a mirror that differs from its origin one that does not. A mirror cannot be made
 * of a stream that exists, so it is deleted, and only after a second mirror was proved equal: at no moment is the origin the only copy.
 */
export async function rebuildMirror(
    api: StreamApi,
    profile: SystemProfile,
    stream: StreamProfile,
    options: RebuildOptions = {},
): Promise<Rebuild> {
    const retry = { signal: api.signal, ...options };
    const wanted = mirrorStream(profile, stream);
    // Without the roadmap's limit: this copy has to prove that nothing is missing.
    const second: StreamConfig = { ...without(wanted, "max_msgs"), name: `${stream.mirror}_TMP` };
    const step = <T>(what: string, attempt: () => Promise<T>) => {
        options.onStep?.(what);
        return untilDone(`rebuild of ${stream.mirror}: ${what}`, attempt, retry);
    };

    const existing = await step("its state is read", () => api.info(stream.mirror).then((info) => info ?? null));
    if (existing?.config.mirror) {
        const found = await step("it is compared with the origin", () =>
            compareMirror(api, stream.name, stream.mirror),
        );
        if (isEqual(found)) {
            await step("no second mirror is left", () => api.remove(second.name));
            return { stream: stream.mirror, compared: found.compared };
        }
        requireDiscard(found, options.discard);
    } else if (existing && !isParked(existing.config))
        throw new Error(`${stream.mirror} takes writes: fail back first`);
    // Halfway through a failback the parked stream is the only copy of what the standby took.
    const origin = await step("the origin takes writes", () => api.existing(stream.name));
    if (!isWritable(origin.config, profile.regions.primary, stream))
        throw new Error(`${stream.name} takes no writes: finish the failback first`);
    await step("a second mirror is made", () => present(api, second));
    await step("the second mirror equals the origin", async () => {
        await present(api, second);
        const found = await compareMirror(api, stream.name, second.name);
        if (isEqual(found)) return;
        // Left by an attempt that was given up, before the origin became another.
        await api.remove(second.name);
        throw new Error(`${second.name} was of another ${stream.name}: it is made again`);
    });
    await step("the old standby stream is deleted", () => api.remove(stream.mirror));
    await step("the mirror is made", () => present(api, wanted));
    const compared = await step("the mirror equals the origin", () => equal(api, stream.name, stream.mirror));
    await step("the second mirror is deleted", () => api.remove(second.name));
    return { stream: stream.mirror, compared };
}

/** A mirror's own messages go only by number: one more than was said, and it stays. */
function requireDiscard({ mirror, origin, mirrorOnly }: MirrorComparison, discard: number | undefined): void {
    if (discard === undefined) throw new Error(`${mirror} differs from ${origin}; it stays as it is`);
    if (mirrorOnly > discard)
        throw new Error(
            `${mirror} holds ${mirrorOnly} messages that ${origin} lacks, and ${discard} are to be discarded; it stays as it is`,
        );
}

async function present(api: StreamApi, config: StreamConfig): Promise<void> {
    if (!(await api.info(config.name))) await api.create(config);
}

/** Equal up to the origin's present end; the number of messages that were compared. */
async function equal(api: StreamApi, origin: string, mirror: string): Promise<number> {
    const found = await compareMirror(api, origin, mirror);
    if (found.ahead > 0) throw new Error(`${mirror} is ${found.ahead} messages ahead of ${origin}`);
    const { compared, different, firstDifferent } = found;
    if (different > 0) throw new Error(`${different} of ${compared} messages differ, the first at ${firstDifferent}`);
    return compared;
}
