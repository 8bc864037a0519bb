import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { originStream } from "./natsStreamConfig";
import { failbackObstacles, promotionObstacles, type LiveSettings } from "./streamPromotability";

const plain: LiveSettings = { name: "ORDERS", retention: "limits", storage: "file", discard: "old", max_msgs: -1 };

describe("what stands in the way of a promotion and a failback", () => {
    it("is nothing for the streams that the program creates", () => {
        for (const stream of fixtureSystem.streams)
            expect(promotionObstacles(originStream(fixtureSystem, stream))).toEqual([]);
    });

    it.each<[string, Partial<LiveSettings>]>([
        ["limits by age, size and number, with discard old", { discard: "old", max_msgs: 1_000, max_bytes: 1 }],
        ["discard new without a limit", { discard: "new", max_msgs: -1, max_bytes: -1 }],
        ["no limit a subject, as the server says it", { max_msgs_per_subject: -1 }],
        ["settings that an old server leaves out", { retention: undefined, storage: undefined, discard: undefined }],
    ])("is nothing for a stream with %s", (_what, settings) => {
        expect(promotionObstacles({ ...plain, ...settings })).toEqual([]);
    });

    it.each<[string, Partial<LiveSettings>, RegExp]>([
        [
            "a work queue",
            { retention: "workqueue" },
            /^ORDERS has retention "workqueue": .* Recreate it with retention "limits"/,
        ],
        ["an interest stream", { retention: "interest" }, /^ORDERS has retention "interest": /],
        ["a stream in memory", { storage: "memory" }, /^ORDERS is stored in memory: .* Recreate it with file storage/],
        [
            "a limit a subject",
            { max_msgs_per_subject: 1 },
            /^ORDERS keeps 1 messages a subject: .* Set max_msgs_per_subject to -1/,
        ],
        ["discard new with a number", { discard: "new", max_msgs: 10 }, /^ORDERS refuses new messages when it is full/],
        ["discard new with a size", { discard: "new", max_bytes: 10 }, /^ORDERS refuses new messages when it is full/],
        ["no acknowledgements", { no_ack: true }, /^ORDERS acknowledges nothing \(no_ack\)/],
        ["a seal", { sealed: true }, /^ORDERS is sealed/],
    ])("is named with the way out for %s", (_what, settings, text) => {
        const found = promotionObstacles({ ...plain, ...settings });
        expect(found).toEqual([expect.stringMatching(text)]);
    });

    it("is all that there is, at once", () => {
        expect(promotionObstacles({ ...plain, retention: "workqueue", storage: "memory", no_ack: true })).toHaveLength(
            3,
        );
    });
});

describe("what stands in the way of a failback alone", () => {
    it.each<[string, Partial<LiveSettings>, number]>([
        ["a work queue", { retention: "workqueue" }, 1],
        ["a limit a subject", { max_msgs_per_subject: 1 }, 1],
        ["a full stream that refuses", { discard: "new", max_msgs: 10 }, 1],
        ["memory storage, which takes messages back", { storage: "memory" }, 0],
        ["no acknowledgements", { no_ack: true }, 0],
    ])("%s", (_what, settings, count) => {
        expect(failbackObstacles({ ...plain, ...settings })).toHaveLength(count);
    });
});
