import { describe, expect, it } from "vitest";
import { feedsAnotherStream } from "./feedingConsumers";

describe("a consumer that feeds another stream", () => {
    it.each([
        ["the server made it for a mirror", { ack_policy: "none", metadata: { "_nats.mirror.stream": "COPY" } }],
        ["the server made it for a source", { ack_policy: "none", metadata: { "_nats.src.stream": "ALL" } }],
        ["the server made it on a work queue", { ack_policy: "flow_control", sourcing: true }],
        ["somebody made it for a mirror to name", { ack_policy: "flow_control" }],
    ])("is known where %s", (_where, config) => {
        expect(feedsAnotherStream(config)).toBe(true);
    });

    it("is none that a client acknowledges, whatever else is noted of it", () => {
        const metadata = { "_nats.level": "1", "_nats.ver": "2.14.9", team: "billing" };
        expect(feedsAnotherStream({ ack_policy: "explicit", metadata })).toBe(false);
        expect(feedsAnotherStream({ ack_policy: "none" })).toBe(false);
        expect(feedsAnotherStream({})).toBe(false);
    });
});
