import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readDurablesFile, writeDurablesFile } from "./durablesFile";

describe("the file of the durables' positions", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "kgents-durables-"));
    const file = path.join(dir, "durables.json");
    afterAll(() => fs.rmSync(dir, { recursive: true }));

    it("comes back as it was written, and leaves no draft", async () => {
        const content = { exportedAt: "2026-01-31T03:00:00.000Z", streams: { EVENTS: [{ durable: "worker", ackFloor: 7, config: { ack_policy: "explicit" } }] }, origins: { EVENTS: { name: "EVENTS", max_age: 7 } as any } };
        await writeDurablesFile(file, content);
        expect(readDurablesFile(file)).toEqual(content);
        expect(fs.readdirSync(dir)).toEqual(["durables.json"]);
    });

    it.each([
        ["not there", undefined, /cannot be read \(ENOENT\); it wants a file that streams durables export wrote/],
        ["no JSON", "{", /cannot be read \(it is no JSON\)/],
        ["something else", '{"exportedAt": "today", "streams": {"EVENTS": [{"durable": "worker", "ackFloor": -1}]}}', /- exportedAt: [^]*- streams\.EVENTS\.0\.ackFloor: [^]*- streams\.EVENTS\.0\.config: [^]*- origins: /],
    ])("is refused when it is %s", (name, text, message) => {
        const other = path.join(dir, name);
        if (text !== undefined) fs.writeFileSync(other, text);
        expect(() => readDurablesFile(other)).toThrow(message);
    });
});
