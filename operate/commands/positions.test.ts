import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { StreamApi } from "../streams/streamApi";
import { describePositions, findPositions, type FoundPositions } from "./positions";
import { placeRefusals } from "./streamsDurables";

const at = "2026-01-31T03:00:00Z";
const consumer = (name: string) => ({ name, config: { durable_name: name }, ack_floor: { stream_seq: 7 } });
const kept = {
    exportedAt: at,
    streams: { AGENTESE: [{ consumers: [consumer("worker"), { ...consumer("passing"), config: {} }] }] },
    origins: { AGENTESE: { config: { name: "AGENTESE", max_age: 1 } } },
};

/** An API whose calls are answered in their order. */
function apiOf(...answers: object[]): StreamApi {
    const connection = { request: async () => ({ json: () => answers.shift() }) };
    return new StreamApi(connection as never);
}
const message = (text: string) => ({ message: { data: Buffer.from(text).toString("base64") } });
const refusal = (code: number) => ({ error: { code: 404, err_code: code, description: "not found" } });

describe("the positions that a promotion goes by", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-positions-"));
    afterAll(() => fs.rmSync(dir, { recursive: true }));

    it("are what the standby keeps: its durables, and the origins as they were", async () => {
        expect(await findPositions({ options: {} }, apiOf(message(JSON.stringify(kept))))).toEqual({
            source: "stream DURABLE_POSITIONS",
            positions: {
                exportedAt: at,
                streams: { AGENTESE: [{ durable: "worker", ackFloor: 7, config: { durable_name: "worker" } }] },
                origins: { AGENTESE: { name: "AGENTESE", max_age: 1 } },
            },
        });
    });

    it("are a file's where one is named, in the same form, and the standby is not asked", async () => {
        const file = path.join(dir, "durables.json");
        fs.writeFileSync(file, JSON.stringify({ ...kept, exportedAt: "2025-01-01T00:00:00Z" }));
        expect(await findPositions({ options: { file } }, apiOf())).toMatchObject({
            source: file,
            positions: { exportedAt: "2025-01-01T00:00:00Z" },
        });
    });

    it.each([
        [
            "no stream",
            refusal(10059),
            "the standby keeps no positions, stream DURABLE_POSITIONS is absent or empty (CronJob durable-positions makes it)",
        ],
        [
            "an empty stream",
            refusal(10037),
            "the standby keeps no positions, stream DURABLE_POSITIONS is absent or empty (CronJob durable-positions makes it)",
        ],
        [
            "a stream without a leader",
            { error: { code: 503, err_code: 10008, description: "unavailable" } },
            "the standby's positions cannot be read, stream DURABLE_POSITIONS: STREAM.MSG.GET.DURABLE_POSITIONS: unavailable (10008)",
        ],
        [
            "something else",
            message('{"exportedAt": 1}'),
            expect.stringContaining("holds no positions:\n- exportedAt: "),
        ],
    ])("are said to be absent for %s, which stops no promotion", async (_what, answer, none) => {
        const found = await findPositions({ options: {} }, apiOf(answer));
        expect(found).toEqual({ source: "stream DURABLE_POSITIONS", none });
        expect(describePositions(found)).toBe(found.none);
    });

    it.each([
        [42, "42 s"],
        [600, "10 min"],
        [3 * 3_600, "3 h"],
        [3 * 86_400, "3 d"],
    ])("are told with their age, %d s", (age, spoken) => {
        const found: FoundPositions = { source: "stream X", positions: { exportedAt: at, streams: {}, origins: {} } };
        expect(describePositions(found, Date.parse(at) + age * 1000)).toBe(
            `positions of ${at}, ${spoken} ago, in stream X`,
        );
    });
});

describe("placing durables", () => {
    const pair = {
        stream: kgents.streams[0] as StreamProfile,
        standby: { name: "AGENTESE_MIRROR", duty: "takes writes" as const },
    };
    const found: FoundPositions = {
        source: "durables.json",
        positions: { exportedAt: at, streams: { AGENTESE: [] }, origins: {} },
    };

    it("wants a promoted stream, and positions of it", () => {
        expect(placeRefusals(pair, found)).toEqual([]);
        expect(placeRefusals({ ...pair, standby: { ...pair.standby, duty: "mirror" } }, found)).toEqual([
            "AGENTESE_MIRROR is not promoted (mirror). Run streams promote first",
        ]);
        expect(placeRefusals({ ...pair, stream: kgents.streams[1] as StreamProfile }, found)).toEqual([
            "durables.json has no positions of EVENTS; it has AGENTESE. Use --stream",
        ]);
        expect(placeRefusals(pair, { source: "stream X", none: "there are none" })).toEqual([
            "AGENTESE_MIRROR: there are none. Use --file, or make its durables as your applications do",
        ]);
    });
});

describe("the durables of a stream", () => {
    const page = (total: number, names: string[], missing?: string[]) => ({
        total,
        consumers: names.map(consumer),
        ...(missing && { missing }),
    });

    it("are read page by page", async () => {
        const durables = await apiOf(page(3, ["a", "b"]), page(3, ["c"])).durables("S");
        expect(durables.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    });

    it("are not read where one does not answer, which the server only mentions", async () => {
        await expect(apiOf(page(2, ["a"], ["b"])).durables("S")).rejects.toThrow("S: no answer from consumers b");
    });
});
