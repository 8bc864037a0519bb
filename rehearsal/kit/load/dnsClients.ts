import type { Seconds } from "../../../components/model/duration";
import type { Side } from "../environments/dnsPair";

/** How a client deals with DNS and connections. */
export interface ClientKind {
    readonly id: "honours-ttl" | "keep-alive" | "overstays-ttl";
    readonly title: string;
    /** Seconds that it keeps an answer, whatever the TTL says. @default the TTL */
    readonly holds?: Seconds;
    /** Keeps its connection as long as it works, and asks DNS only for a new one. */
    readonly keepsConnection: boolean;
    /** Whether the API's recovery contract is for it. A client that ignores the TTL gets a figure, and no promise. */
    readonly contract: boolean;
}

export const clientKinds: readonly ClientKind[] = [
    { id: "honours-ttl", title: "client that honours the TTL", keepsConnection: false, contract: true },
    { id: "keep-alive", title: "client with keep-alive", keepsConnection: true, contract: true },
    {
        id: "overstays-ttl",
        title: "client that keeps answers for 300 s",
        holds: 300,
        keepsConnection: false,
        contract: false,
    },
];

/** Seconds between two requests of a client, and before it tries again. */
export const requestInterval: Seconds = 1;
/** After this long without an answer a client gives a request up, and its connection with it. */
export const requestTimeout: Seconds = 5;
/** When a load balancer closes a kept connection at the latest (ALB's default of `client_keep_alive`). */
const longestConnection: Seconds = 3_600;

/** What a client meets. Times are seconds on one clock. */
export interface ClientView {
    /** What DNS answers at that time. */
    readonly answer: (at: Seconds) => { readonly side: Side | undefined; readonly ttl: Seconds };
    /** Whether requests to that side are answered, refused, or never answered. */
    readonly reach: (side: Side, at: Seconds) => "answers" | "refuses" | "silent";
}

export interface ClientOptions {
    readonly from: Seconds;
    readonly until: Seconds;
    /** When it asked DNS last, before `from`. */
    readonly askedAt: Seconds;
    /** Stop at the first answer after this time. */
    readonly stopAfterAnswerFrom?: Seconds;
}

/** A stretch of time in which all requests of a client fared alike. */
export interface ClientSpan {
    readonly from: Seconds;
    until: Seconds;
    readonly got: Side | "no answer";
}

/** Runs one client over what happened: its requests one after another, as spans. Nothing in here depends on anything else. */
export function runClient(
    kind: ClientKind,
    view: ClientView,
    { from, until, askedAt, stopAfterAnswerFrom }: ClientOptions,
): ClientSpan[] {
    const spans: ClientSpan[] = [];
    const first = view.answer(askedAt);
    let cached = { side: first.side, expires: askedAt + (kind.holds ?? first.ttl) };
    let connection: { side: Side; since: Seconds } | undefined =
        kind.keepsConnection && first.side ? { side: first.side, since: from } : undefined;

    for (let at = from; at < until;) {
        if (connection === undefined && at >= cached.expires) {
            const { side, ttl } = view.answer(at);
            cached = { side, expires: at + (kind.holds ?? ttl) };
        }
        const side = connection?.side ?? cached.side;
        const fate = side === undefined ? "refuses" : view.reach(side, at);
        const spent = fate === "silent" ? requestTimeout : 0;
        note(spans, at, at + spent, fate === "answers" && side !== undefined ? side : "no answer");
        if (fate === "answers" && stopAfterAnswerFrom !== undefined && at >= stopAfterAnswerFrom) break;

        if (fate !== "answers") connection = undefined;
        else if (kind.keepsConnection) connection ??= { side: side!, since: at };
        if (connection !== undefined && at - connection.since >= longestConnection) connection = undefined;
        at += spent + requestInterval;
    }
    return spans;
}

function note(spans: ClientSpan[], at: Seconds, until: Seconds, got: ClientSpan["got"]): void {
    const last = spans.at(-1);
    if (last?.got === got) {
        last.until = until;
        return;
    }
    if (last !== undefined) last.until = at;
    spans.push({ from: at, until, got });
}

/** Seconds from the loss to the client's next answer; undefined if none came. */
export function outageAfter(spans: readonly ClientSpan[], loss: Seconds): Seconds | undefined {
    const down = spans.find(({ got, until }) => got === "no answer" && until >= loss);
    if (down === undefined) return 0;
    const next = spans.find(({ got, from }) => got !== "no answer" && from >= down.from);
    return next === undefined ? undefined : next.from - loss;
}
