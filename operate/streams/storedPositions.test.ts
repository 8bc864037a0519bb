import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { storedPositions } from "./storedPositions";
import type { StreamMessage } from "./streamApi";

const document = (exportedAt: string, durables = 3) =>
    JSON.stringify({
        exportedAt,
        streams: {
            ORDERS: [
                {
                    consumers: Array.from({ length: durables }, (_, index) => ({
                        name: `ü${index}`,
                        ack_floor: { stream_seq: index },
                        config: { durable_name: `ü${index}`, ack_policy: "explicit" },
                    })),
                },
            ],
        },
        origins: {},
    });

const early = "2026-01-31T03:00:00Z";
const late = "2026-01-31T03:01:00Z";

/** The messages of a checkpoint, each part of so many bytes, as the script stores them. */
function parts(text: string, bytes: number): Omit<StreamMessage, "seq">[] {
    const whole = Buffer.from(text);
    const checkpoint = createHash("sha256").update(whole).digest("hex");
    const of = Math.ceil(whole.length / bytes);
    return Array.from({ length: of }, (_, index) => ({
        headers: new Map([
            ["Drkit-Checkpoint", checkpoint],
            ["Drkit-Part", `${index + 1}/${of}`],
        ]),
        data: whole.subarray(index * bytes, (index + 1) * bytes),
    }));
}

const stored = (messages: readonly Omit<StreamMessage, "seq">[], first = 1) =>
    storedPositions({
        message: async (_stream, which) => {
            const at = "seq" in which ? which.seq - first : messages.length - 1;
            const found = messages[at];
            return found && { ...found, seq: at + first };
        },
    });

describe("the stored positions", () => {
    it("are none where nothing was stored", async () => {
        expect(await stored([])).toBeUndefined();
    });

    it.each([1_000_000, 100, 7])(
        "are read whole, from parts of %i bytes, which cut characters as well",
        async (bytes) => {
            const found = await stored(parts(document(late), bytes));
            expect(found?.exportedAt).toBe(late);
            expect(found?.streams["ORDERS"]?.map(({ durable }) => durable)).toEqual(["ü0", "ü1", "ü2"]);
        },
    );

    it("are those before, where the last ones are not whole", async () => {
        const [whole, cut] = [parts(document(early), 100), parts(document(late), 100)];
        for (let length = 1; length < cut.length; length += 1)
            expect((await stored([...whole, ...cut.slice(0, length)]))?.exportedAt).toBe(early);
        const damaged = cut.map((part, index) => (index === 1 ? { ...part, data: Buffer.from("x") } : part));
        expect((await stored([...whole, ...damaged]))?.exportedAt).toBe(early);
    });

    it("are the last ones that ended, where two runs stored theirs among each other", async () => {
        const [one, other] = [parts(document(early), 200), parts(document(late), 200)];
        const mixed = one.flatMap((part, index) => [part, ...other.slice(index, index + 1)]);
        expect((await stored([...mixed, ...other.slice(one.length)]))?.exportedAt).toBe(late);
    });

    it("are refused where none is whole, rather than taken in part", async () => {
        const cut = parts(document(late), 100).slice(1);
        await expect(stored(cut, 41)).rejects.toThrow(
            `stream DURABLE_POSITIONS holds no whole checkpoint: of each one up to message ${40 + cut.length} parts are missing`,
        );
    });

    it("are read as a version without parts stored them", async () => {
        expect((await stored([{ headers: new Map(), data: Buffer.from(document(early)) }]))?.exportedAt).toBe(early);
    });

    it("do not hold consumers that the server made to feed a mirror or a source", async () => {
        const text = document(late, 1).replace(
            '"ack_policy":"explicit"',
            '"ack_policy":"flow_control","sourcing":true,"metadata":{"_nats.mirror.stream":"ORDERS_MIRROR"}',
        );
        expect((await stored(parts(text, 1_000)))?.streams["ORDERS"]).toEqual([]);
    });
});
