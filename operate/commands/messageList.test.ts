import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MessageList, writeLists } from "./messageList";

interface Message {
    readonly seq: number;
    readonly subject: string;
}

const message = (seq: number): Message => ({ seq, subject: `orders.ü\n"${seq}"` });
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("a list of messages", () => {
    let dir: string;
    let file: string;
    beforeAll(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-list-"));
        file = path.join(dir, "list.json");
    });
    afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

    it("shows the first of them, and has all of them in the file, more than are held at once", async () => {
        const [long, empty] = [new MessageList<Message>(2, file), new MessageList<Message>(2, file)];
        for (const list of [long, empty]) list.restart();
        for (const seq of numbers(1, 5_000)) long.add(message(seq));
        await writeLists(file, [
            { summary: { messages: 5_000, stream: "LONG" }, key: "messages", list: long },
            { summary: { stream: "EMPTY", at: 7 }, key: "messages", list: empty },
        ]);
        for (const list of [long, empty]) list.close();
        expect(long.shown).toEqual([message(1), message(2)]);
        expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual([
            { stream: "LONG", messages: numbers(1, 5_000).map(message) },
            { stream: "EMPTY", at: 7, messages: [] },
        ]);
        expect(fs.readdirSync(dir)).toEqual(["list.json"]);
    });

    it("begins anew where the comparison does", async () => {
        const list = new MessageList<Message>(9, file);
        list.restart();
        for (const seq of numbers(1, 3_000)) list.add(message(seq));
        list.restart();
        for (const seq of [7, 8]) list.add(message(seq));
        await writeLists(file, [{ summary: { stream: "AGAIN" }, key: "messages", list }]);
        list.close();
        expect(list.shown).toEqual([message(7), message(8)]);
        expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual([
            { stream: "AGAIN", messages: [message(7), message(8)] },
        ]);
    });

    it("writes a document without lists as an empty one", async () => {
        await writeLists(file, []);
        expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual([]);
    });

    it("leaves no draft where no file is wanted", () => {
        const list = new MessageList<Message>(1);
        list.restart();
        list.add(message(1));
        list.close();
        expect(list.shown).toEqual([message(1)]);
    });
});
