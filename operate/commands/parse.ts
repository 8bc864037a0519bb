import { parseArgs } from "node:util";
import { paragraph, exitStatusHelp, UsageError, type Command, type OptionSpec, type OptionValues } from "./command";

/** What the command line asks for. */
export type Request =
    | { readonly kind: "help"; readonly text: string }
    | { readonly kind: "run"; readonly command: Command; readonly options: OptionValues };

/** Reads a command line. Throws a UsageError that names what was found, what is allowed and what to do. */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): Request {
    const firstOption = argv.findIndex((word) => word.startsWith("-"));
    const words = firstOption < 0 ? argv : argv.slice(0, firstOption);
    const wantsHelp = argv.some((word) => word === "--help" || word === "-h");
    const command = commands
        .filter(({ name }) => startsWith(words, name.split(" ")))
        .sort((a, b) => b.name.length - a.name.length)[0];
    if (!command) {
        const inGroup = commands.filter(({ name }) => startsWith(name.split(" "), words));
        if (inGroup.length > 0 && (wantsHelp || words.length === 0)) return { kind: "help", text: overview(inGroup) };
        throw new UsageError(unknownCommand(words, commands));
    }
    if (wantsHelp) return { kind: "help", text: helpOf(command) };
    const rest = argv.slice(command.name.split(" ").length);
    return { kind: "run", command, options: parseCommandOptions(command, rest) };
}

function startsWith(words: readonly string[], beginning: readonly string[]): boolean {
    return beginning.every((word, index) => words[index] === word);
}

function unknownCommand(words: readonly string[], commands: readonly Command[]): string {
    const depth = words.findIndex(
        (_, index) => !commands.some(({ name }) => startsWith(name.split(" "), words.slice(0, index + 1))),
    );
    const known = depth < 0 ? words : words.slice(0, depth);
    const next = commands
        .map(({ name }) => name.split(" "))
        .filter((name) => startsWith(name, known))
        .map((name) => name[known.length]);
    const allowed = [...new Set(next)].join(", ");
    const group = ["dr", ...known].join(" ");
    const found = depth < 0 ? `${group}: a subcommand is missing` : `"${words[depth]}" is not a subcommand of ${group}`;
    return `${found}; allowed: ${allowed}. See npm run dr -- ${[...known, "--help"].join(" ")}`;
}

function parseCommandOptions(command: Command, rest: readonly string[]): OptionValues {
    const options = Object.fromEntries(
        Object.entries(command.options).map(([name, spec]) => [
            name,
            {
                type: spec.value === undefined ? ("boolean" as const) : ("string" as const),
                multiple: spec.multiple ?? false,
            },
        ]),
    );
    const names = Object.keys(options).map((name) => `--${name}`);
    const { tokens } = parseArgs({ args: [...rest], options, strict: false, tokens: true });
    const issues = tokens.flatMap((token) => {
        if (token.kind === "positional")
            return [`"${token.value}" is not expected; options: ${names.join(", ") || "none"}`];
        if (token.kind !== "option") return [];
        const spec = command.options[token.name];
        if (!spec) return [`${token.rawName} is no option; allowed: ${names.join(", ") || "none"}`];
        return optionIssues(token, spec);
    });
    const seen = tokens.flatMap((token) => (token.kind === "option" ? [token.name] : []));
    for (const name of new Set(seen)) {
        if (
            command.options[name] &&
            !command.options[name].multiple &&
            seen.filter((other) => other === name).length > 1
        ) {
            issues.push(`--${name} is given more than once; give it once`);
        }
    }
    if (issues.length > 0)
        throw new UsageError(`dr ${command.name}: ${issues.join("; ")}. See npm run dr -- ${command.name} --help`);
    return parseArgs({ args: [...rest], options, strict: true }).values as OptionValues;
}

function optionIssues(token: { rawName: string; value?: string }, spec: OptionSpec): string[] {
    if (spec.value === undefined) {
        return token.value === undefined ? [] : [`${token.rawName} is "${token.value}"; it takes no value`];
    }
    const { value } = token;
    if (value === undefined || value.trim() === "") return [`${token.rawName} has no value; it wants ${spec.value}`];
    // A forgotten value takes the next option for one.
    return value.startsWith("--") ? [`${token.rawName} is "${value}"; it wants ${spec.value}`] : [];
}

function overview(commands: readonly Command[]): string {
    const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
    return [
        "Usage: npm run dr -- <command> [options]",
        "",
        ...commands.flatMap(({ name, summary }) => {
            const [first = "", ...more] = paragraph(summary, width + 2);
            return [`  ${name.padEnd(width)}${first.trimStart()}`, ...more];
        }),
        "",
        ...Object.entries(environmentHelp)
            .filter(([group]) => commands.some(({ name }) => name.startsWith(`${group} `)))
            .flatMap(([group, text]) => paragraph(`${group}: ${text}`, 0, 2)),
        "No secret is taken from the command line.",
        "",
        ...exitStatusHelp.flatMap((line) => paragraph(line)),
        "",
        ...paragraph("npm run dr -- <command> --help tells more of each. docs/runbook.md has the order of the day."),
    ].join("\n");
}

function helpOf(command: Command): string {
    const options = Object.entries(command.options).map(([name, spec]): [string, string] => [
        `--${name}${spec.value === undefined ? "" : ` ${spec.value}`}`,
        spec.help,
    ]);
    const width = Math.max(0, ...options.map(([label]) => label.length)) + 2;
    return [
        `Usage: npm run dr -- ${command.name}${options.length > 0 ? " [options]" : ""}`,
        "",
        ...paragraph(command.summary),
        ...command.details.flatMap((text) => ["", ...paragraph(text)]),
        ...(options.length > 0 ? [""] : []),
        ...options.flatMap(([label, help]) => {
            const [first = "", ...more] = paragraph(help, width + 2);
            return [`  ${label.padEnd(width)}${first.trimStart()}`, ...more];
        }),
        "",
        ...exitStatusHelp.flatMap((line) => paragraph(line)),
    ].join("\n");
}

/** What each group of commands takes from the environment. */
const environmentHelp: Readonly<Record<string, string>> = {
    streams:
        "NATS_URL with NATS_USER and NATS_PASSWORD, or NATS_CREDS (a file); NATS_CA, NATS_CERT, NATS_KEY (files) where the servers want TLS. " +
        "NATS_SYS_USER and NATS_SYS_PASSWORD, or NATS_SYS_CREDS, for the system account; NATS_SYS_URL if it is elsewhere.",
    "gateway-ca":
        "AWS credentials as the AWS SDK finds them; the secrets are in the primary's region, whatever AWS_REGION says. status asks the servers as " +
        "well where NATS_SYS_URL or NATS_URL, and a login of the system account as for streams, are set.",
};
