import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { originStream } from "../../../components/nats/natsStreamConfig";
import { promotionObstacles } from "../../../components/nats/streamPromotability";
import { fixtureSystem } from "../../../components/testing/fixtureSystem";
import { dealt, lacking, streamKinds, withKinds } from "./kinds";

const config = originStream(fixtureSystem, fixtureSystem.streams[0]!);

describe("the kinds of streams", () => {
    it("can all be promoted and failed back", () => {
        expect(promotionObstacles(withKinds(config, streamKinds))).toEqual([]);
    });

    it("are all dealt, each to one stream, however many streams there are", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 20 }), (streams) => {
                const hands = dealt(streams);
                expect(hands).toHaveLength(streams);
                expect(hands.flat().toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(
                    streamKinds.toSorted((a, b) => a.id.localeCompare(b.id)),
                );
            }),
        );
    });

    it("are lacking where a stream has another value or none, but for what is the standby's own", () => {
        const [kind] = streamKinds;
        expect(lacking(withKinds(config, streamKinds), streamKinds)).toBe("");
        expect(lacking(config, [kind!], ["max_age"])).toBe(
            `${config.name}: duplicate_window is ${JSON.stringify(config.duplicate_window)}, not 240000000000`,
        );
    });
});
