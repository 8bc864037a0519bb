/** Where a report is printed: `process.stdout`, or anything that collects text. */
export interface ReportStream {
    write(text: string): unknown;
    readonly isTTY?: boolean;
}

type Tone = "good" | "bad" | "heading" | "quiet";
export type Paint = (tone: Tone, text: string) => string;

const codes: Record<Tone, string> = { good: "32", bad: "1;31", heading: "1", quiet: "2" };

/** Whether colour is welcome: on a terminal that is not dumb, unless NO_COLOR holds anything (no-color.org). */
export function wantsColour(stream: ReportStream, environment: NodeJS.ProcessEnv = process.env): boolean {
    return stream.isTTY === true && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
}

/** Colours for a stream, or none. */
export function paintFor(stream: ReportStream): Paint {
    return wantsColour(stream) ? (tone, text) => `\u001b[${codes[tone]}m${text}\u001b[0m` : (_, text) => text;
}
