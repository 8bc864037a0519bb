import { appendFileSync, writeFileSync } from "node:fs";
import type { TimelineEvent } from "../../report/result";

export type Tone = NonNullable<TimelineEvent["tone"]>;

/** One line of a history: something began, or something that began earlier ended. */
export type HistoryLine =
    | {
          readonly n: number;
          /** Seconds since the history began. */
          readonly at: number;
          readonly lane: string;
          readonly label: string;
          readonly tone: Tone;
          readonly data?: unknown;
      }
    | { readonly n: number; readonly at: number; readonly ends: number; readonly error?: string };

export interface HistoryOptions {
    readonly drill: string;
    readonly seed: number;
    /** One JSON object a line is appended here; the first line names drill and seed. @default kept in memory alone */
    readonly file?: string;
    /** Milliseconds on a clock that never goes back. @default performance.now */
    readonly now?: () => number;
}

/**
 * What happened in a drill, in the order in which it began. Lines are only ever appended. The order follows from the script and
 * its seed; the times are those of this run.
 */
export class History {
    readonly #lines: HistoryLine[] = [];
    readonly #now: () => number;
    readonly #startedAt: number;
    readonly #file: string | undefined;

    constructor(options: HistoryOptions) {
        this.#now = options.now ?? (() => performance.now());
        this.#startedAt = this.#now();
        this.#file = options.file;
        const { drill, seed } = options;
        if (this.#file !== undefined) writeFileSync(this.#file, `${JSON.stringify({ drill, seed })}\n`);
    }

    get lines(): readonly HistoryLine[] {
        return this.#lines;
    }

    /** Appends that something happened, or began. Returns the number by which `ends` refers to it. */
    happened(lane: string, label: string, tone: Tone = "neutral", data?: unknown): number {
        return this.#append({ lane, label, tone, ...(data === undefined ? {} : { data }) });
    }

    /** Appends that what began under that number has ended. */
    ended(n: number, error?: string): void {
        this.#append({ ends: n, ...(error === undefined ? {} : { error }) });
    }

    /** Seconds since the history began of a time on its clock, in milliseconds. */
    at(time = this.#now()): number {
        return (time - this.#startedAt) / 1000;
    }

    /** The events for the report's plot, in seconds since `zero` (a time on the clock, in milliseconds). @param zero @default the beginning */
    timeline(zero = this.#startedAt): TimelineEvent[] {
        const shift = this.at(zero);
        const ends = new Map(this.#lines.flatMap((line) => ("ends" in line ? [[line.ends, line.at] as const] : [])));
        return this.#lines.flatMap((line): TimelineEvent[] => {
            if ("ends" in line) return [];
            const until = ends.get(line.n);
            return [
                {
                    lane: line.lane,
                    label: line.label,
                    at: line.at - shift,
                    tone: line.tone,
                    ...(until === undefined ? {} : { until: until - shift }),
                },
            ];
        });
    }

    /** The same for people: a line an event, in order. */
    print(): string[] {
        const labels = new Map(this.#lines.flatMap((line) => ("ends" in line ? [] : [[line.n, line] as const])));
        return this.#lines.map((line) => {
            const time = `${line.at.toFixed(3).padStart(9)} s`;
            if (!("ends" in line)) return `${time}  ${line.lane}: ${line.label}`;
            const begun = labels.get(line.ends);
            return `${time}  ${begun?.lane}: ${begun?.label}: ${line.error === undefined ? "done" : `failed: ${line.error}`}`;
        });
    }

    #append(line: { [key: string]: unknown }): number {
        const n = this.#lines.length;
        const whole = { n, at: this.at(), ...line } as HistoryLine;
        this.#lines.push(whole);
        if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(whole)}\n`);
        return n;
    }
}
