import type { Axis, Mark, Spec } from "vega";
import type { Distribution } from "../details";
import type { Html } from "../html/html";
import { axisLook, colour, draw } from "./draw";
import { cumulative, histogram } from "./statistics";

const size = { width: 400, height: 180 } as const;

/** How often each value came up. */
export function drawHistogram(distribution: Distribution): Promise<Html> {
    const bins = histogram(distribution.samples);
    const domain = valueDomain(distribution, bins[0]?.from ?? 0, bins[bins.length - 1]?.to ?? 1);
    const bar = {
        x: { scale: "x", field: "from" },
        x2: { scale: "x", field: "to", offset: -1 },
        y: { scale: "y", field: "count" },
        y2: { scale: "y", value: 0 },
    };
    return draw({
        ...plot(distribution, domain, [0, Math.max(...bins.map((bin) => bin.count))], axis("y", "samples")),
        data: [{ name: "bins", values: bins }],
        marks: [
            { type: "rect", from: { data: "bins" }, encode: { update: { ...bar, fill: { value: colour.accent } } } },
            ...limitRule(distribution, domain, 8),
        ],
    });
}

/** The share of samples at or below each value. */
export function drawCumulative(distribution: Distribution): Promise<Html> {
    const steps = cumulative(distribution.samples);
    const [first = 0, last = 1] = [steps[0]?.value, steps[steps.length - 1]?.value];
    const domain = valueDomain(distribution, first, last > first ? last : first + 1);
    const line = {
        x: { scale: "x", field: "value" },
        y: { scale: "y", field: "share" },
        interpolate: { value: "step-after" as const },
    };
    return draw({
        ...plot(distribution, domain, [0, 1], { ...axis("y", "share at or below"), format: "%" }),
        data: [
            {
                name: "steps",
                values: [
                    { value: domain[0], share: 0 },
                    { value: first, share: 0 },
                    ...steps,
                    { value: domain[1], share: 1 },
                ],
            },
        ],
        marks: [
            {
                type: "line",
                from: { data: "steps" },
                encode: { update: { ...line, stroke: { value: colour.accent }, strokeWidth: { value: 2 } } },
            },
            ...limitRule(distribution, domain, size.height - 10),
        ],
    });
}

/** Whether the limit is near enough to the samples to be drawn with them. */
export function showsLimit({ samples, limit }: Distribution): boolean {
    const last = samples.reduce((a, b) => Math.max(a, b), 0);
    return limit !== undefined && limit <= 2.5 * last;
}

function valueDomain(distribution: Distribution, first: number, last: number): [number, number] {
    if (!showsLimit(distribution) || distribution.limit === undefined) return [first, last];
    const reach = (last - first) * 0.04;
    return [Math.min(first, distribution.limit - reach), Math.max(last, distribution.limit + reach)];
}

function plot({ title, unit }: Distribution, x: [number, number], y: [number, number], yAxis: Axis): Spec {
    return {
        ...size,
        padding: 4,
        autosize: { type: "pad" },
        scales: [
            { name: "x", type: "linear", domain: x, range: "width", zero: false, nice: false },
            { name: "y", type: "linear", domain: y, range: "height", nice: true },
        ],
        axes: [{ ...axis("x", `${title} (${unit})`), grid: false }, yAxis],
    };
}

function axis(scale: "x" | "y", title: string): Axis {
    return {
        ...axisLook,
        orient: scale === "x" ? "bottom" : "left",
        scale,
        title,
        grid: true,
        gridOpacity: 0.6,
        tickCount: scale === "x" ? 7 : 5,
    };
}

function limitRule(distribution: Distribution, domain: [number, number], labelAt: number): Mark[] {
    if (!showsLimit(distribution) || distribution.limit === undefined) return [];
    const across = { x: { scale: "x", value: distribution.limit }, y: { value: 0 }, y2: { value: size.height } };
    const left = distribution.limit > (domain[0] + domain[1]) / 2;
    const text = {
        x: { scale: "x", value: distribution.limit, offset: left ? -6 : 6 },
        y: { value: labelAt },
        text: { value: `limit ${distribution.limit} ${distribution.unit}` },
        align: { value: left ? ("right" as const) : ("left" as const) },
        fill: { value: colour.bad },
        fontSize: { value: 12 },
        font: { value: axisLook.labelFont },
    };
    return [
        {
            type: "rule",
            encode: {
                update: {
                    ...across,
                    stroke: { value: colour.bad },
                    strokeWidth: { value: 1.5 },
                    strokeDash: { value: [5, 3] },
                },
            },
        },
        { type: "text", encode: { update: text } },
    ];
}
