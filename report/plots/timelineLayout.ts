// By hand: Vega draws marks where it is told, and places no labels that keep clear of one another along an axis.
import type { TimelineEvent } from "../result";

export type Tone = "good" | "bad" | "neutral";

/** A text of the plot; `x` is where it begins, `y` its middle. */
export interface PlacedText {
    readonly x: number;
    readonly y: number;
    readonly text: string;
}

/** Events in pixels along the time axis: a span, an instant, or a run of instants too many to tell apart. */
interface Spot {
    readonly kind: "bar" | "point" | "run";
    readonly x: number;
    /** The same as `x` for a point. */
    readonly x2: number;
    readonly tone: Tone;
    readonly caption: string;
}

/** A spot at its height in the plot. */
export interface PlacedEvent extends Spot {
    readonly y: number;
    /** Absent where the plot has no room for it; the table beside the plot has every label. */
    readonly label?: PlacedText;
}

/** A thin line from an event to its label, where the label stands below it. */
export interface Leader {
    readonly x: number;
    readonly y: number;
    readonly y2: number;
}

export interface TimelineLayout {
    readonly width: number;
    readonly height: number;
    /** Where the time axis begins and ends, in pixels, and what it shows there. */
    readonly axis: {
        readonly from: number;
        readonly to: number;
        readonly domain: readonly [number, number];
        readonly unit: "s" | "min";
    };
    readonly lanes: readonly (PlacedText & { readonly bottom: number })[];
    readonly events: readonly PlacedEvent[];
    readonly leaders: readonly Leader[];
}

export const barHeight = 16;
const rowHeight = 24;
const labelRowHeight = 16;
const lanePadding = 6;
const pixelsPerCharacter = 6.5;
const pointRadius = 6;
const maxBarRows = 4;
const maxLabelRows = 6;
const laneNameCharacters = 28;
const labelCharacters = 34;
/** A lane with more instants than this draws those that follow one another closely as one run. */
const busyLane = 30;
/** A lane that is still fuller than this labels only what went wrong. */
const mostLabels = 24;

interface Box {
    readonly x: number;
    readonly x2: number;
    readonly y: number;
    readonly y2: number;
}

/**
 * Places events on lanes × time so that a drill with a dozen events and one with thousands are both readable: bars of a
 * lane that overlap get rows of their own, instants of a busy lane become runs with a count, and a label is drawn beside
 * its event, else below it with a thin line, else not at all; it never covers another one. What went wrong is labelled first.
 */
export function layoutTimeline(events: readonly TimelineEvent[], width = 960): TimelineLayout {
    const axis = timeAxis(events, width);
    const perSecond = (axis.to - axis.from) / (axis.domain[1] - axis.domain[0]) / (axis.unit === "min" ? 60 : 1);
    const scale = (at: number) =>
        axis.from + at * perSecond - (axis.domain[0] * (axis.to - axis.from)) / (axis.domain[1] - axis.domain[0]);
    const lanes: TimelineLayout["lanes"][number][] = [];
    const placed: PlacedEvent[] = [];
    const leaders: Leader[] = [];
    let top = 0;
    for (const name of new Set(events.map((event) => event.lane))) {
        const lane = new Lane(
            spotsOf(
                events.filter((event) => event.lane === name),
                scale,
            ),
            top + lanePadding,
            width,
        );
        placed.push(...lane.events);
        leaders.push(...lane.leaders);
        const bottom = lane.bottom + lanePadding;
        lanes.push({ text: shorten(name, laneNameCharacters), x: 0, y: top + lanePadding + rowHeight / 2, bottom });
        top = bottom;
    }
    return { width, height: top, axis, lanes, events: placed, leaders };
}

/** One lane: bars first, in rows; points on the first row; then labels where there is room. */
class Lane {
    readonly events: PlacedEvent[];
    readonly leaders: Leader[] = [];
    bottom: number;
    private readonly taken: Box[];
    private readonly lines: Box[] = [];
    private readonly labelTop: number;

    constructor(
        spots: readonly Spot[],
        top: number,
        private readonly right: number,
    ) {
        const rowEnds: number[] = [];
        const rows = spots.map((spot) => (spot.kind === "bar" ? takeRow(rowEnds, spot.x, spot.x2) : 0));
        const places = spots.map((spot, index) => ({ ...spot, y: top + rowHeight * ((rows[index] ?? 0) + 0.5) }));
        this.taken = places.map(bounds);
        this.labelTop = top + rowHeight * Math.max(1, rowEnds.length);
        this.bottom = this.labelTop;
        const labels = new Map<Spot, PlacedText>();
        // From right to left: a label runs to the right of its line, so what comes next cannot have to cross it.
        // Where not everything will find room, what went wrong goes first all the same.
        const wanted =
            places.length > mostLabels
                ? places.filter((place) => place.tone === "bad" || place.kind === "run")
                : places;
        const urgent = wanted.length > maxLabelRows;
        for (const place of wanted.toSorted((a, b) => (urgent ? urgency(a) - urgency(b) : 0) || b.x - a.x)) {
            const label = this.beside(place) ?? this.below(place);
            if (label !== undefined) labels.set(place, label);
        }
        this.events = places.map((place) => ({ ...place, label: labels.get(place) }));
    }

    /** Inside a bar that is long enough, else directly right of the event. */
    private beside(place: PlacedEvent): PlacedText | undefined {
        const own = bounds(place);
        const inside = textBox(place.x + 6, place.y, place.caption);
        if (place.kind === "bar" && inside.x2 <= place.x2 - 4 && this.isFree(inside, own))
            return this.take(inside, place.caption);
        const after = textBox(own.x2 + 4, place.y, place.caption);
        return this.isFree(after, own) ? this.take(after, place.caption) : undefined;
    }

    /** In the first row under the events that has room, with a line up to the event. */
    private below(place: PlacedEvent): PlacedText | undefined {
        const x = place.kind === "point" ? place.x : Math.min(place.x + 4, (place.x + place.x2) / 2);
        for (let row = 0; row < maxLabelRows; row++) {
            const y = this.labelTop + labelRowHeight * (row + 0.5);
            const box = textBox(x + 5, y, place.caption);
            const line = { x: x - 1, x2: x + 1, y: place.y + rowHeight / 2, y2: y };
            if (!this.isFree(box) || this.taken.some((other) => overlaps(line, other))) continue;
            this.lines.push(line);
            this.leaders.push({ x, y: bounds(place).y2, y2: y });
            this.bottom = Math.max(this.bottom, this.labelTop + labelRowHeight * (row + 1));
            return this.take(box, place.caption);
        }
        return undefined;
    }

    private isFree(box: Box, except?: Box): boolean {
        const others = [...this.taken, ...this.lines];
        return box.x2 <= this.right && others.every((other) => same(other, except) || !overlaps(box, other));
    }

    private take(box: Box, text: string): PlacedText {
        this.taken.push(box);
        return { x: box.x, y: (box.y + box.y2) / 2, text };
    }
}

/** From the first event (or the disruption at 0) to the last, in seconds up to twenty minutes and in minutes beyond. */
function timeAxis(events: readonly TimelineEvent[], width: number): TimelineLayout["axis"] {
    const times = events.flatMap((event) => [event.at, event.until ?? event.at]);
    const first = times.reduce((a, b) => Math.min(a, b), 0);
    const last = times.reduce((a, b) => Math.max(a, b), 0);
    const unit = last - first > 1_200 ? "min" : "s";
    const size = unit === "min" ? 60 : 1;
    const end = last - first > 0.001 ? last : first + 1;
    return { from: 205, to: width - 90, domain: [first / size, end / size], unit };
}

/** The events of a lane in pixels, in the order of time. In a busy lane, instants of one tone that follow closely become a run. */
function spotsOf(events: readonly TimelineEvent[], scale: (at: number) => number): Spot[] {
    const busy = events.filter((event) => event.until === undefined).length > busyLane;
    const groups: TimelineEvent[][] = [];
    for (const event of events.toSorted((a, b) => a.at - b.at)) {
        const group = groups[groups.length - 1];
        const last = group?.[group.length - 1];
        if (busy && last !== undefined && follows(last, event) && scale(event.at) - scale(last.at) < 12)
            group?.push(event);
        else groups.push([event]);
    }
    return groups.map((group) => {
        const { at, until, tone = "neutral" } = group[0]!;
        const end = until ?? group[group.length - 1]!.at;
        const kind = until !== undefined ? "bar" : group.length > 1 ? "run" : "point";
        const x = scale(at);
        return {
            kind,
            x,
            x2: kind === "point" ? x : Math.max(scale(end), x + 2),
            tone,
            caption: caption(group.map((event) => event.label)),
        };
    });
}

/** Whether two instants may be drawn as one run. */
function follows(last: TimelineEvent, event: TimelineEvent): boolean {
    return (
        last.until === undefined && event.until === undefined && (last.tone ?? "neutral") === (event.tone ?? "neutral")
    );
}

function caption([first = "", ...rest]: readonly string[]): string {
    if (rest.length === 0) return shorten(first, labelCharacters);
    return rest.every((label) => label === first)
        ? `${shorten(first, labelCharacters)} ×${rest.length + 1}`
        : `${rest.length + 1} events`;
}

function takeRow(rowEnds: number[], x: number, x2: number): number {
    const free = rowEnds.findIndex((end) => end <= x + 0.5);
    const row = free >= 0 ? free : Math.min(rowEnds.length, maxBarRows - 1);
    rowEnds[row] = Math.max(rowEnds[row] ?? 0, x2);
    return row;
}

/** Failures are labelled first, then spans, then points. */
function urgency(spot: Spot): number {
    return (spot.tone === "bad" ? 0 : 2) + (spot.kind === "point" ? 1 : 0);
}

function bounds({ kind, x, x2, y }: PlacedEvent): Box {
    if (kind === "point") return { x: x - pointRadius, x2: x + pointRadius, y: y - pointRadius, y2: y + pointRadius };
    const half = (kind === "run" ? barHeight / 2 : barHeight) / 2;
    return { x, x2, y: y - half, y2: y + half };
}

function textBox(x: number, y: number, text: string): Box {
    return { x, x2: x + [...text].length * pixelsPerCharacter, y: y - 7, y2: y + 7 };
}

function overlaps(a: Box, b: Box): boolean {
    return a.x < b.x2 && b.x < a.x2 && a.y < b.y2 && b.y < a.y2;
}

function same(a: Box, b: Box | undefined): boolean {
    return b !== undefined && a.x === b.x && a.x2 === b.x2 && a.y === b.y;
}

function shorten(text: string, characters: number): string {
    const all = [...text];
    return all.length <= characters ? text : `${all.slice(0, characters - 1).join("")}…`;
}
