import * as semver from "semver";
import { Command, CommanderError } from "commander";

/** What a command line asks for: its options, or the text of its help. */
export type Read<Options> = { readonly help: string } | { readonly options: Options };

/** The command line is wrong; nothing was done. */
export class UsageError extends Error {
    override readonly name = "UsageError";
}

/** A program of one command, whose help fits 80 columns and whose mistakes are thrown. */
export function commandLine(usage: string, description: string): Command {
    return new Command()
        .usage("[options]")
        .description(description)
        .helpOption("--help", "this text")
        .allowExcessArguments(false)
        .exitOverride()
        .configureHelp({ helpWidth: 80, commandUsage: () => `${usage} [options]` });
}

/** Reads a command line. Throws a `UsageError` that names each wrong option, its value and what is allowed. */
export function readCommandLine<Options>(program: Command, argv: readonly string[]): Read<Options> {
    let help = "";
    program.configureOutput({ writeOut: (text) => void (help += text), writeErr: () => undefined });
    try {
        program.parse([...argv], { from: "user" });
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.code === "commander.helpDisplayed") return { help: help.trimEnd() };
        throw new UsageError(error.message.replace(/^error: /, ""));
    }
    const issues = program.options.flatMap((option) => {
        const value: unknown = program.getOptionValue(option.attributeName());
        return value instanceof Refused ? [`${option.long} is "${value.found}"; allowed: ${value.allowed}.`] : [];
    });
    if (issues.length > 0) throw new UsageError(issues.join("\n"));
    return { options: program.opts() as Options };
}

/** In the place of a value that is not allowed: thrown at once, it would hide the mistakes after it. */
class Refused {
    constructor(
        readonly found: string,
        readonly allowed: string,
    ) {}
}

/** Reads the value of an option as a whole number. */
export function wholeNumber(from: number, to: number): (text: string) => number | Refused {
    return (text) =>
        /^\d{1,15}$/.test(text) && Number(text) >= from && Number(text) <= to
            ? Number(text)
            : new Refused(text, `a whole number from ${from} to ${to}`);
}

/** Reads the value of an option as one of a few numbers. */
export function oneOf(allowed: readonly number[]): (text: string) => number | Refused {
    return (text) => allowed.find((one) => String(one) === text) ?? new Refused(text, allowed.join(", "));
}

/** Reads the value of an option as some of a list, separated by commas. */
export function someOf(allowed: readonly string[]): (text: string) => string[] | Refused {
    return (text) => {
        const found = text.split(",").map((one) => one.trim());
        const unknown = found.filter((one) => !allowed.includes(one));
        return unknown.length > 0 ? new Refused(unknown.join('", "'), allowed.join(", ")) : found;
    };
}

/** Reads the value of an option as a version, `2.15.2`, that is not older than another. */
export function version(lowest: string): (text: string) => string | Refused {
    return (text) =>
        /^\d+\.\d+\.\d+$/.test(text) && semver.gte(text, lowest)
            ? text
            : new Refused(text, `a version from ${lowest} on, as three numbers`);
}
