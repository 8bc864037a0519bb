import type { Mark, Spec } from "vega";
import type { Html } from "../html/html";
import type { TimelineEvent } from "../result";
import { axisLook, colour, draw, font } from "./draw";
import { barHeight, layoutTimeline } from "./timelineLayout";

/** Shapes as well as colours tell the tones apart. */
const shapes = { good: "circle", bad: "cross", neutral: "diamond" } as const;

/** A drill's timeline: lanes × time, bars for spans, points for instants. */
export function drawTimeline(events: readonly TimelineEvent[]): Promise<Html> {
    return draw(timelineSpec(events));
}

function timelineSpec(events: readonly TimelineEvent[]): Spec {
    const { width, height, axis, lanes, events: placed, leaders } = layoutTimeline(events);
    const labels = placed.flatMap(({ label }) => (label === undefined ? [] : [label]));
    const toned = placed.map((event) => ({
        ...event,
        shape: shapes[event.tone],
        height: event.kind === "run" ? barHeight / 2 : barHeight,
        fill: `var(--${event.tone}-soft)`,
        stroke: `var(--${event.tone})`,
    }));
    return {
        width,
        height,
        // Not "pad": without a browser's fonts Vega takes labels for wider than they are.
        padding: { left: 4, right: 4, top: 4, bottom: 44 },
        autosize: { type: "none" },
        data: [
            { name: "lanes", values: lanes },
            { name: "bars", values: toned.filter((event) => event.kind !== "point") },
            { name: "points", values: toned.filter((event) => event.kind === "point") },
            { name: "leaders", values: [...leaders] },
            { name: "labels", values: labels },
        ],
        scales: [
            {
                name: "time",
                type: "linear",
                domain: [...axis.domain],
                range: [axis.from, axis.to],
                zero: false,
                nice: false,
            },
        ],
        axes: [
            {
                ...axisLook,
                orient: "bottom",
                scale: "time",
                grid: true,
                gridOpacity: 0.6,
                tickCount: 8,
                title: `time since the disruption or the start (${axis.unit})`,
            },
        ],
        marks: [
            laneRules(width),
            disruption(axis.domain, height),
            bars(),
            leaderRules(),
            points(),
            texts("lanes", 600),
            texts("labels", 400),
        ],
    };
}

function laneRules(width: number): Mark {
    const encode = { x: { value: 0 }, x2: { value: width }, y: { field: "bottom" }, stroke: { value: colour.line } };
    return { type: "rule", from: { data: "lanes" }, encode: { update: encode } };
}

function leaderRules(): Mark {
    const encode = {
        x: { field: "x" },
        y: { field: "y" },
        y2: { field: "y2" },
        stroke: { value: colour.muted },
        opacity: { value: 0.7 },
    };
    return { type: "rule", from: { data: "leaders" }, encode: { update: encode } };
}

function disruption([from, to]: readonly [number, number], height: number): Mark {
    const visible = from <= 0 && to >= 0 ? 0.8 : 0;
    const encode = {
        x: { scale: "time", value: 0 },
        y: { value: 0 },
        y2: { value: height },
        stroke: { value: colour.muted },
        strokeDash: { value: [3, 3] },
        opacity: { value: visible },
    };
    return { type: "rule", encode: { update: encode } };
}

function bars(): Mark {
    const encode = {
        x: { field: "x" },
        x2: { field: "x2" },
        yc: { field: "y" },
        height: { field: "height" },
        cornerRadius: { value: 3 },
        fill: { field: "fill" },
        stroke: { field: "stroke" },
    };
    return { type: "rect", from: { data: "bars" }, encode: { update: encode } };
}

function points(): Mark {
    const encode = {
        x: { field: "x" },
        y: { field: "y" },
        shape: { field: "shape" },
        size: { value: 90 },
        fill: { field: "stroke" },
        stroke: { value: "var(--surface)" },
        strokeWidth: { value: 1.5 },
    };
    return { type: "symbol", from: { data: "points" }, encode: { update: encode } };
}

function texts(data: "lanes" | "labels", fontWeight: 400 | 600): Mark {
    const encode = {
        x: { field: "x" },
        y: { field: "y" },
        text: { field: "text" },
        baseline: { value: "middle" as const },
        font: { value: font },
        fontSize: { value: 12 },
        fontWeight: { value: fontWeight },
        fill: { value: colour.ink },
    };
    return { type: "text", from: { data }, encode: { update: encode } };
}
