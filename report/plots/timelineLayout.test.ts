import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TimelineEvent } from "../result";
import { serverLoss } from "../testing/sampleResult";
import { layoutTimeline, type PlacedText } from "./timelineLayout";

const event = fc.record({
    lane: fc.constantFrom("nats-0", "nats-1", "client"),
    at: fc.double({ min: -10, max: 100, noNaN: true }),
    length: fc.option(fc.double({ min: 0, max: 50, noNaN: true })),
    label: fc.string({ maxLength: 50 }),
    tone: fc.constantFrom("good" as const, "bad" as const, undefined),
});
const events = fc
    .array(event, { minLength: 1, maxLength: 80 })
    .map((all): TimelineEvent[] =>
        all.map(({ length, ...rest }) => ({ ...rest, until: length === null ? undefined : rest.at + length })),
    );

const overlap = (a: PlacedText, b: PlacedText) => {
    const end = (text: PlacedText) => text.x + [...text.text].length * 6;
    return Math.abs(a.y - b.y) < 12 && a.x < end(b) && b.x < end(a);
};

describe("the layout of a timeline", () => {
    it("gives each lane its place in the order of its first event", () => {
        const { lanes } = layoutTimeline(serverLoss.timeline);
        expect(lanes.map((lane) => lane.text)).toEqual(["nats-0", "nats-1", "publisher"]);
    });

    it("labels everything in a drill with few events", () => {
        const { events: placed } = layoutTimeline(serverLoss.timeline);
        expect(placed.map(({ caption, label }) => label?.text === caption)).toEqual(
            serverLoss.timeline.map(() => true),
        );
    });

    it("labels five events within two seconds of two minutes", () => {
        const close = [0, 0.5, 1, 1.5, 2].map((at): TimelineEvent => ({ lane: "meta", at, label: `event at ${at}` }));
        const { events: placed } = layoutTimeline([...close, { lane: "client", at: 0, until: 120, label: "outage" }]);
        expect(placed.filter((one) => one.label === undefined)).toEqual([]);
    });

    it("never lets one label cover another, or leave the plot", () => {
        fc.assert(
            fc.property(events, (all) => {
                const { events: placed, width, height } = layoutTimeline(all);
                const labels = placed.flatMap(({ label }) => (label === undefined || label.text === "" ? [] : [label]));
                expect(labels.filter((a, index) => labels.slice(index + 1).some((b) => overlap(a, b)))).toEqual([]);
                expect(
                    labels.filter(({ x, y, text }) => x < 0 || x + text.length * 6 > width || y < 0 || y > height),
                ).toEqual([]);
            }),
        );
    });

    it("draws every event between the ends of the axis", () => {
        fc.assert(
            fc.property(events, (all) => {
                const { events: placed, axis } = layoutTimeline(all);
                expect(placed.filter(({ x, x2 }) => x < axis.from - 0.01 || x2 > axis.to + 2.01)).toEqual([]);
            }),
        );
    });

    it("draws thousands of instants as runs, broken where the tone changes", () => {
        const many = Array.from({ length: 3_000 }, (_, index): TimelineEvent => ({
            lane: "publisher",
            at: index / 100,
            label: "acknowledged",
            tone: index >= 1_000 && index < 1_200 ? "bad" : "good",
        }));
        const { events: placed } = layoutTimeline(many);
        expect(placed.map(({ kind, tone, caption }) => [kind, tone, caption])).toEqual([
            ["run", "good", "acknowledged ×1000"],
            ["run", "bad", "acknowledged ×200"],
            ["run", "good", "acknowledged ×1800"],
        ]);
    });

    it("counts in minutes where a drill takes long, and shows a drill of one instant", () => {
        expect(layoutTimeline([{ lane: "a", at: 7_200, label: "end" }]).axis).toMatchObject({
            unit: "min",
            domain: [0, 120],
        });
        expect(layoutTimeline([{ lane: "a", at: 0, label: "only" }]).axis).toMatchObject({ unit: "s", domain: [0, 1] });
    });
});
