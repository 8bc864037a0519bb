import type { NatsConnection } from "@nats-io/transport-node";

/** What a server says of itself; without data it could not. */
export interface ServerAnswer<Data> {
    readonly server: { readonly name: string; readonly cluster?: string };
    readonly data?: Data;
}

/** Which answers are waited for, in milliseconds. */
export interface AskOptions {
    /** @default 2000 */
    readonly maxWaitMs?: number;
    /** Ends sooner, once no answer came for that long. @default never */
    readonly stallMs?: number;
}

/** Asks every server of the super-cluster, with the system account. Those that do not answer in time are not among the answers. */
export async function askEveryServer<Data>(
    system: NatsConnection,
    what: "ACCOUNTZ" | "JSZ" | "VARZ",
    body: object | undefined = undefined,
    { maxWaitMs: maxWait = 2_000, stallMs: stall }: AskOptions = {},
): Promise<ServerAnswer<Data>[]> {
    const strategy = stall === undefined ? ({ strategy: "timer" } as const) : ({ strategy: "stall", stall } as const);
    const asked = await system.requestMany(
        `$SYS.REQ.SERVER.PING.${what}`,
        body === undefined ? "" : JSON.stringify(body),
        { ...strategy, maxWait },
    );
    const answers: ServerAnswer<Data>[] = [];
    for await (const answer of asked) answers.push(answer.json());
    return answers;
}
