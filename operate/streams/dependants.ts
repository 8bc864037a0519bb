import type { NatsConnection } from "@nats-io/transport-node";
import type { SystemProfile } from "../../components/model/profile";
import { askEveryServer, type ServerAnswer } from "./everyServer";
import { sampleDivergence, sampleOf } from "./mirrorComparison";
import type { StreamApi, StreamInfo } from "./streamApi";

/** What a stream takes messages from, as its settings say. */
interface Upstream {
    readonly name: string;
    /** Another account's or domain's API. */
    readonly external?: { readonly api?: string };
    readonly subject_transforms?: readonly unknown[];
}

/** A stream that takes its messages from another one. */
export interface Dependant {
    readonly name: string;
    /** The stream that it takes them from. */
    readonly from: string;
    readonly as: "mirror" | "source";
    /** The account that it is in, where that is not the account of `from`. */
    readonly account?: string;
    /** Why it is not what it should be; undefined if nothing was found. */
    readonly fault?: string;
}

export interface Dependants {
    readonly found: readonly Dependant[];
    /** Streams whose settings nobody told: they may depend on anything. */
    readonly silent: readonly string[];
    /** Whether other accounts were looked at as well. */
    readonly everyAccount: boolean;
    /** Why nobody could be asked for all streams, where that is so. */
    readonly reason?: string;
}

/** A stream's settings, which are all that is needed to know what it depends on. */
export type Settings = Pick<StreamInfo["config"], "name">;

/**
 * Whether a dependant is the standby's copy of its origin, the second copy that a rebuild makes, or an origin that a failback lets source the
 * standby: those are judged with their stream.
 */
export function isOwn({ name, from, account }: Dependant, { streams }: Pick<SystemProfile, "streams">): boolean {
    const pairs = streams.flatMap(({ name: origin, mirror }) => [
        [mirror, origin],
        [`${mirror}_TMP`, origin],
        [origin, mirror],
    ]);
    return account === undefined && pairs.some(([one, other]) => name === one && from === other);
}

/** The streams among `settings` that take messages from one of `names` by the account's own API. */
export function dependantsAmong(
    settings: readonly Settings[],
    names: readonly string[],
    account?: string,
): Dependant[] {
    return settings.flatMap((config) => {
        const {
            name,
            mirror,
            sources = [],
        } = config as Settings & { mirror?: Upstream; sources?: readonly Upstream[] };
        // Within an account an external stream is one of another account; in another account it may be ours.
        const isOurs = ({ name: from, external }: Upstream) =>
            names.includes(from) && (external !== undefined) === (account !== undefined);
        // It may source the same one more than once, with other filters.
        const sourced = new Set((sources ?? []).filter(isOurs).map((upstream) => upstream.name));
        const where = account === undefined ? {} : { account };
        return [
            ...(mirror && isOurs(mirror) ? [{ name, from: mirror.name, as: "mirror" as const, ...where }] : []),
            ...[...sourced].map((from) => ({ name, from, as: "source" as const, ...where })),
        ];
    });
}

/**
 * Every stream that takes messages from one of `names`, whether the system knows it or not, and what is wrong with it. Other accounts are looked
 * at with a connection of the system account only, and what is in them cannot be read.
 */
export async function findDependants(
    api: StreamApi,
    names: readonly string[],
    system?: NatsConnection,
): Promise<Dependants> {
    const { found: streams, silent } = await api.streams();
    const own = dependantsAmong(
        streams.map(({ config }) => config),
        names,
    );
    const judged = own.map(async (dependant) => ({ ...dependant, ...(await faultOf(api, dependant)) }));
    const others = system ? dependantsElsewhere(await everyAccount(system), await accountOf(api), names) : [];
    return { found: [...(await Promise.all(judged)), ...others], silent, everyAccount: system !== undefined };
}

async function faultOf(api: StreamApi, dependant: Dependant): Promise<{ fault?: string }> {
    try {
        const fault = await (dependant.as === "mirror" ? mirrorFault(api, dependant) : sourceFault(api, dependant));
        return fault === undefined ? {} : { fault };
    } catch (error) {
        api.signal?.throwIfAborted();
        return { fault: `it cannot be compared with ${dependant.from}: ${(error as Error).message}` };
    }
}

/** A mirror keeps the sequences of what it mirrors, and takes the next messages of a stream made anew for those that it has. */
async function mirrorFault(api: StreamApi, { name, from }: Dependant): Promise<string | undefined> {
    const mirror = await api.existing(name);
    const { first_seq: first, last_seq: last } = (await api.existing(from)).state;
    const end = mirror.state.last_seq;
    if (end > last)
        return `it ends at message ${end} and ${from} at ${last}: it skips the next ${end - last} messages of ${from}`;
    const begin = Math.max(1, first, mirror.state.first_seq);
    if (begin > end) return undefined;
    const { subject_transforms: transforms = [] } = mirror.config.mirror as Upstream;
    const divergence = await sampleDivergence(api, from, name, begin, end, transforms.length === 0);
    return divergence && `it holds another message than ${from} at ${divergence.seq}`;
}

/**
 * What a stream took of a source has to be what the source has there. A source that was restored or recreated goes on with lower sequences, and
 * what is below those that were taken is skipped; so it is looked at a sample of what was taken, dense at the end.
 */
async function sourceFault(api: StreamApi, { name, from }: Dependant): Promise<string | undefined> {
    const { first_seq: first, last_seq: end } = (await api.existing(name)).state;
    if (first > end) return undefined;
    const sample = await Promise.all(sampleOf(Math.max(1, first), end).map((seq) => api.message(name, { seq })));
    const { last_seq: last } = (await api.existing(from)).state;
    const taken = sample.flatMap((message) => {
        const [stream = "", seq] = message?.headers.get("Nats-Stream-Source")?.split(" ") ?? [];
        return message && stream.split(":")[0] === from ? { seq: Number(seq), data: message.data } : [];
    });
    const furthest = Math.max(0, ...taken.map(({ seq }) => seq));
    if (furthest > last)
        return `it took messages up to ${furthest} of ${from}, which ends at ${last}: it skips the next ${furthest - last} messages of ${from}`;
    const same = await Promise.all(
        taken.map(async ({ seq, data }) => (await api.message(from, { seq }))?.data.equals(data) ?? true),
    );
    const other = taken[same.indexOf(false)];
    return other && `it took another message ${other.seq} of ${from} than ${from} has there`;
}

type AccountAnswer = ServerAnswer<{
    readonly account_details?: readonly {
        readonly name: string;
        readonly stream_detail?: readonly { readonly config?: Settings }[];
    }[];
}>;

/** What every server says of the streams that it holds, with their settings. */
function everyAccount(system: NatsConnection): Promise<readonly AccountAnswer[]> {
    return askEveryServer(system, "JSZ", { accounts: true, streams: true, config: true, limit: 10_000 });
}

/** The account that the API's calls are of. */
async function accountOf(api: StreamApi): Promise<string | undefined> {
    const answer = await api.connection.request("$SYS.REQ.USER.INFO", "", { timeout: 2_000 });
    return answer.json<{ data?: { account?: string } }>().data?.account;
}

/** The streams of other accounts that take messages from a stream of one of `names`; each server that holds one tells the same. */
export function dependantsElsewhere(
    answers: readonly AccountAnswer[],
    own: string | undefined,
    names: readonly string[],
): Dependant[] {
    const found = new Map<string, Dependant>();
    for (const { name: account, stream_detail: details = [] } of answers.flatMap(
        ({ data }) => data?.account_details ?? [],
    )) {
        if (account === own) continue;
        const settings = details.flatMap(({ config }) => config ?? []);
        for (const dependant of dependantsAmong(settings, names, account))
            found.set(`${account} ${dependant.name} ${dependant.from}`, dependant);
    }
    return [...found.values()];
}
