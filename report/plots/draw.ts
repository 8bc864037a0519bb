import type { Spec } from "vega";
import { Html, markup } from "../html/html";

/** Colours are the page's own variables, so that a plot follows light and dark and print without a script. */
export const colour = {
    ink: "var(--ink)",
    muted: "var(--muted)",
    line: "var(--line)",
    accent: "var(--accent)",
    bad: "var(--bad)",
} as const;

export const font = "system-ui, sans-serif";

/** The look that axes of every plot share. */
export const axisLook = {
    labelColor: colour.muted,
    labelFont: font,
    labelFontSize: 12,
    titleColor: colour.muted,
    titleFont: font,
    titleFontSize: 12,
    titleFontWeight: "normal",
    domainColor: colour.line,
    tickColor: colour.line,
    gridColor: colour.line,
} as const;

/** Draws a Vega specification as SVG, without a browser. Vega is loaded only here: it takes half a second that other commands need not pay. */
export async function draw(spec: Spec): Promise<Html> {
    const vega = await import("vega");
    const view = new vega.View(vega.parse(spec), { renderer: "none" });
    try {
        return markup(await view.toSVG());
    } finally {
        view.finalize();
    }
}
