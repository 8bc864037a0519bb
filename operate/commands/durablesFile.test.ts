import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDurablesFile, writeDurablesFile } from "./durablesFile";

describe("the file of the durables' positions", () => {
    let dir: string;
    beforeEach(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-durables-"));
    });
    afterEach(() => fs.rmSync(dir, { recursive: true }));

    it("comes back as it was written, and leaves no draft", async () => {
        const worker = {
            name: "worker",
            config: { durable_name: "worker", ack_policy: "explicit" },
            ack_floor: { stream_seq: 7 },
        };
        const info = { config: { name: "EVENTS", max_age: 7 }, state: {} } as any;
        const file = path.join(dir, "durables.json");
        await writeDurablesFile(file, "2026-01-31T03:00:00.000Z", [{ info, durables: [worker] }]);
        expect(readDurablesFile(file)).toEqual({
            exportedAt: "2026-01-31T03:00:00.000Z",
            streams: { EVENTS: [{ durable: "worker", ackFloor: 7, config: worker.config }] },
            origins: { EVENTS: info.config },
        });
        expect(fs.readdirSync(dir)).toEqual(["durables.json"]);
    });

    it.each([
        ["not there", undefined, /cannot be read \(ENOENT\); it wants a file that streams durables export wrote/],
        ["no JSON", "{", /cannot be read \(it is no JSON\)/],
        [
            "something else",
            '{"exportedAt": "today", "streams": {"EVENTS": [{"consumers": [{"name": "worker", "ack_floor": {"stream_seq": -1}}], "missing": ["other"]}]}}',
            /- exportedAt: [^]*- streams\.EVENTS\.0\.consumers\.0\.ack_floor\.stream_seq: [^]*- streams\.EVENTS\.0\.consumers\.0\.config: [^]*- streams\.EVENTS\.0\.missing: consumers are missing[^]*- origins: /,
        ],
    ])("is refused when it is %s", (name, text, message) => {
        const other = path.join(dir, name);
        if (text !== undefined) fs.writeFileSync(other, text);
        expect(() => readDurablesFile(other)).toThrow(message);
    });
});
