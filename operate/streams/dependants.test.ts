import { describe, expect, it } from "vitest";
import { dependantsAmong, dependantsElsewhere, findDependants, isOwn, type Settings } from "./dependants";
import type { StreamApi, StreamInfo, StreamMessage } from "./streamApi";

const settings = [
    { name: "EVENTS" },
    { name: "EVENTS_MIRROR", mirror: { name: "EVENTS" } },
    {
        name: "ALL",
        sources: [
            { name: "EVENTS", filter_subject: "a" },
            { name: "EVENTS", filter_subject: "b" },
            { name: "ORDERS" },
            { name: "OTHER" },
        ],
    },
    // Another account's stream of the same name.
    { name: "THEIRS", mirror: { name: "EVENTS", external: { api: "$JS.other.API" } } },
] as unknown as Settings[];

describe("the streams that depend on others", () => {
    it("are all that mirror or source one of them by the account's own API", () => {
        expect(dependantsAmong(settings, ["EVENTS", "ORDERS"])).toEqual([
            { name: "EVENTS_MIRROR", from: "EVENTS", as: "mirror" },
            { name: "ALL", from: "EVENTS", as: "source" },
            { name: "ALL", from: "ORDERS", as: "source" },
        ]);
        expect(dependantsAmong(settings, ["NONE"])).toEqual([]);
    });

    it("are in other accounts those that take from an account that is not theirs, each once, whichever servers hold it", () => {
        const answer = (server: string) => ({
            server: { name: server },
            data: {
                account_details: [
                    { name: "APP", stream_detail: settings.map((config) => ({ config })) },
                    { name: "AUDIT", stream_detail: settings.map((config) => ({ config })) },
                    { name: "EMPTY" },
                ],
            },
        });
        const silent = { server: { name: "n2" } };
        expect(dependantsElsewhere([answer("n0"), answer("n1"), silent], "APP", ["EVENTS"])).toEqual([
            { name: "THEIRS", from: "EVENTS", as: "mirror", account: "AUDIT" },
        ]);
    });

    it("are judged with their origin where they are the standby's own", () => {
        const system = {
            streams: [{ name: "EVENTS", mirror: "EVENTS_MIRROR", subject: "events.>", replicas: 3 as const }],
        };
        const dependant = { name: "EVENTS_MIRROR", from: "EVENTS", as: "mirror" as const };
        expect(isOwn(dependant, system)).toBe(true);
        expect(isOwn({ ...dependant, name: "EVENTS_MIRROR_TMP" }, system)).toBe(true);
        // Halfway through a failback.
        expect(isOwn({ name: "EVENTS", from: "EVENTS_MIRROR", as: "source" }, system)).toBe(true);
        expect(isOwn({ ...dependant, name: "AUDIT" }, system)).toBe(false);
        expect(isOwn({ ...dependant, account: "AUDIT" }, system)).toBe(false);
        // A mirror of something else, with the name of a standby's copy.
        expect(isOwn({ ...dependant, from: "ORDERS" }, system)).toBe(false);
    });
});

describe("a dependant", () => {
    /** A stream of texts; one that was sourced says from where: "ORDERS 7". */
    type Held = readonly { readonly text: string; readonly source?: string }[];
    const texts = (word: string, count: number): Held =>
        Array.from({ length: count }, (_, index) => ({ text: `${word} ${index + 1}` }));
    const sourced = (held: Held, of = "ORDERS"): Held =>
        held.map(({ text }, index) => ({ text, source: `${of} ${index + 1} > > orders.x` }));

    async function faults(orders: Held, copies: Record<string, { config: object; held: Held }>) {
        const all: Record<string, { config: object; held: Held }> = { ORDERS: { config: {}, held: orders }, ...copies };
        const infoOf = (name: string) =>
            ({
                config: { name, ...all[name]!.config },
                state: { messages: 0, first_seq: 1, last_seq: all[name]!.held.length },
            }) as unknown as StreamInfo;
        const at = (name: string, seq: number) => all[name]?.held[seq - 1];
        const api = {
            streams: async () => ({ found: Object.keys(all).map(infoOf), silent: ["LOST"] }),
            existing: async (name: string) => infoOf(name),
            messageAt: async (name: string, seq: number) => {
                const found = at(name, seq);
                return found && { time: found.text, subject: "orders.x" };
            },
            message: async (name: string, { seq }: { seq: number }): Promise<StreamMessage | undefined> => {
                const found = at(name, seq);
                const headers = new Map(found?.source ? [["Nats-Stream-Source", found.source]] : []);
                return found && { seq, headers, data: Buffer.from(found.text) };
            },
        } as unknown as StreamApi;
        const { found, silent, everyAccount } = await findDependants(api, ["ORDERS"]);
        expect({ silent, everyAccount }).toEqual({ silent: ["LOST"], everyAccount: false });
        return Object.fromEntries(found.map(({ name, fault }) => [name, fault]));
    }
    const mirror = { mirror: { name: "ORDERS" } };
    const source = { sources: [{ name: "ORDERS" }] };

    it("is well while it has what its origin has, up to where it is", async () => {
        const held = texts("m", 40);
        expect(
            await faults(held, {
                COPY: { config: mirror, held: held.slice(0, 35) },
                ALL: { config: source, held: [...sourced(held).slice(10), ...texts("own", 3)] },
                NEW: { config: mirror, held: [] },
            }),
        ).toEqual({ COPY: undefined, ALL: undefined, NEW: undefined });
    });

    it("is told apart by how many messages it is going to skip, where its origin was restored", async () => {
        const held = texts("m", 30);
        expect(
            await faults(held.slice(0, 20), {
                COPY: { config: mirror, held },
                ALL: { config: source, held: sourced(held) },
            }),
        ).toEqual({
            COPY: "it ends at message 30 and ORDERS at 20: it skips the next 10 messages of ORDERS",
            ALL: "it took messages up to 30 of ORDERS, which ends at 20: it skips the next 10 messages of ORDERS",
        });
    });

    it("is found still when its origin has grown beyond it, by a message that is another one", async () => {
        const now = [...texts("m", 20), ...texts("new", 15)];
        const old = [...texts("m", 20), ...texts("late", 10), ...texts("new", 15).slice(10)];
        expect(
            await faults(now, { COPY: { config: mirror, held: old }, ALL: { config: source, held: sourced(old) } }),
        ).toEqual({
            COPY: expect.stringMatching(/^it holds another message than ORDERS at 2\d$/),
            ALL: expect.stringMatching(/^it took another message 2\d of ORDERS than ORDERS has there$/),
        });
    });
});
