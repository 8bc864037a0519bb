import { describe, expect, it } from "vitest";
import { idOf, numberedMessage } from "./numberedMessages";
import { longestGap } from "./publisher";
import { accountFor } from "./messageAccount";

const where = { run: "run", subject: "agentese.rehearsal" };
/** Message n is begun at n and acknowledged 2 later: two are on their way at the same time. */
const acked = (...numbers: number[]) => ({
    begunAt: new Map(numbers.map((number) => [`run-${number}`, number])),
    acked: new Map(numbers.map((number) => [`run-${number}`, number + 2])),
});
const stored = (...ids: (string | undefined)[]) =>
    ids.map((id, index) => ({ seq: index + 1, subject: where.subject, id }));

describe("accountFor", () => {
    it("finds nothing wrong where each acknowledged message is stored once", () => {
        expect(accountFor(acked(0, 1), stored("run-0", "run-1"), where)).toEqual({
            acked: 2,
            stored: 2,
            missing: [],
            duplicated: [],
            storedUnacked: [],
            corrupted: 0,
            misnamed: 0,
            outOfOrder: 0,
        });
    });

    it.each([
        ["a message that is missing", acked(0, 1), stored("run-0"), { missing: ["run-1"], stored: 1 }],
        ["one that is stored twice", acked(0), stored("run-0", "run-0"), { duplicated: ["run-0"], stored: 2 }],
        ["one that was never acknowledged", acked(0), stored("run-0", "run-1"), { storedUnacked: ["run-1"] }],
        ["one whose payload was changed", acked(0), stored("run-0", undefined), { corrupted: 1 }],
        [
            "those stored after one that was begun when they were acknowledged",
            acked(0, 1, 5),
            stored("run-5", "run-1", "run-0"),
            { outOfOrder: 2 },
        ],
        [
            "no disorder between messages that were on their way together",
            acked(0, 1),
            stored("run-1", "run-0"),
            { outOfOrder: 0 },
        ],
        [
            "one under another subject",
            acked(0),
            [{ seq: 1, subject: "use1.agentese.rehearsal", id: "run-0" }],
            { misnamed: 1 },
        ],
    ])("finds %s", (_, publisher, messages, expected) => {
        expect(accountFor(publisher, messages, where)).toMatchObject(expected);
    });

    it("leaves messages of other runs out", () => {
        expect(accountFor(acked(0), stored("other-0", "run-0"), where)).toMatchObject({ stored: 1, storedUnacked: [] });
    });
});

describe("numberedMessage", () => {
    it("carries an identifier that the payload proves", () => {
        const message = numberedMessage("run", "agentese.rehearsal", 7);
        expect(message.id).toBe("run-7");
        expect(idOf(message.payload)).toBe("run-7");
        expect(idOf(message.payload.replace("run-7", "run-8"))).toBeUndefined();
        expect(idOf("not ours")).toBeUndefined();
    });
});

describe("longestGap", () => {
    it("is the longest time between two acknowledgements", () => {
        expect(longestGap([0, 100, 2_100, 2_200])).toEqual({ seconds: 2, from: 100, until: 2_100 });
    });

    it("looks only at what ended after a moment, the gap around it included", () => {
        expect(longestGap([0, 5_000, 5_100, 6_100], 5_500)).toEqual({ seconds: 1, from: 5_100, until: 6_100 });
    });

    it("is nothing without two acknowledgements", () => {
        expect(longestGap([5])).toMatchObject({ seconds: 0 });
    });
});
