import type { SystemProfile } from "../../components/model/profile";
import { indent, wrap, lineWidth } from "../../report/text";

/** One option of a command, as `--help` shows it. */
export interface OptionSpec {
    /** What stands for the value: "NAME"; absent for an option that has none. */
    readonly value?: string;
    readonly help: string;
    /** May be given more than once. @default false */
    readonly multiple?: boolean;
}

/** The command line after parsing: text for options with a value, lists for those that may be repeated, true for the others. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a command is given to work with. A test puts its own in place. */
export interface CommandContext {
    readonly profile: SystemProfile;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly options: OptionValues;
    /** A line of the result, for stdout. */
    readonly out: (line: string) => void;
    /** A line on what is being done, for stderr. */
    readonly note: (line: string) => void;
    /** Asks the person at the terminal; undefined where there is none. */
    readonly ask?: (question: string) => Promise<string>;
    readonly signal: AbortSignal;
}

/** Whether all is well; "work left": done, and what else needs a person was listed. */
export type Outcome = boolean | "work left";

/** One thing that a person can tell the operator to do. */
export interface Command {
    /** The words that name it: "streams promote". */
    readonly name: string;
    readonly summary: string;
    /** Paragraphs for `--help`. */
    readonly details: readonly string[];
    readonly options: Readonly<Record<string, OptionSpec>>;
    /** How it ended, after it has said why. */
    run(context: CommandContext): Promise<Outcome>;
}

/** The command line or the environment is wrong: nothing was done. Status 2. */
export class UsageError extends Error {
    override readonly name = "UsageError";
}

/** What was asked for is not to be done as things stand: nothing was changed. Status 1. */
export class Refusal extends Error {
    override readonly name = "Refusal";
}

/** Refuses for the reasons given, all at once; nothing if there are none. */
export function refuse(what: string, reasons: readonly string[]): void {
    if (reasons.length > 0) throw new Refusal(`${what}:\n${reasons.map((reason) => `- ${reason}`).join("\n")}`);
}

export const status = { done: 0, failed: 1, wrongUsage: 2, workLeft: 3, interrupted: 130 } as const;

export const exitStatusHelp = [
    "Exit status: 0 done, or all is well; 1 refused, failed or not well: the last lines say what and what to do; 2 wrong usage or " +
        "environment, nothing was done; 3 done, and other streams that are listed need work; 130 interrupted.",
    "Every command looks first at what is there: after an interruption or a failure run it again, it goes on where it stopped.",
];

/** A text as lines of at most 80 columns, those after the first indented. */
export function paragraph(text: string, margin = 0, hanging = 0): string[] {
    return indent(text, margin, hanging);
}

/** A word in a column of its own, and the text beside it. */
export function labelled(label: string, text: string, width = 10): string[] {
    const [first = "", ...rest] = wrap(text, lineWidth - width);
    return [`${label.padEnd(width)}${first}`, ...rest.map((line) => " ".repeat(width) + line)];
}

/** The end of whatever looks at a state: what a person has to look at, or that there is nothing. */
export function findingLines(findings: readonly string[]): string[] {
    return findings.length === 0
        ? ["", "All is well."]
        : ["", "To look at:", ...findings.flatMap((finding) => paragraph(`- ${finding}`, 0, 2))];
}

/** A moment, to the minute. */
export function timeOf(date: Date): string {
    return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** An error's text: what it names keeps its own lines, each no wider than the terminal. */
export function errorText(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    return text
        .split("\n")
        .flatMap((line) => (line.startsWith("  ") ? [line] : wrap(line, lineWidth)))
        .join("\n");
}
