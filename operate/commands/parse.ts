import { Command as Program, CommanderError, type OutputConfiguration } from "commander";
import { lineWidth } from "../../report/text";
import { paragraph, exitStatusHelp, UsageError, type Command, type OptionValues } from "./command";

/** What the command line asks for. */
export type Request =
    | { readonly kind: "help"; readonly text: string }
    | { readonly kind: "run"; readonly command: Command; readonly options: OptionValues };

/** Reads a command line. Throws a UsageError that names what was found, what is allowed and what to do. */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[]): Request {
    let request: Request | undefined;
    let help = "";
    const program = tree(commands, (command, options) => void (request = { kind: "run", command, options }), {
        writeOut: (text) => void (help += text),
        writeErr: (text) => void (help += text),
    });
    try {
        program.parse(argv.length === 0 ? ["--help"] : [...argv], { from: "user" });
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.code !== "commander.helpDisplayed") throw new UsageError(error.message);
    }
    return request ?? { kind: "help", text: help.trimEnd() };
}

type Run = (command: Command, options: OptionValues) => void;

/** What was given to each option; true where there was no value. */
type Given = Record<string, (string | true)[]>;

/** A program with a subcommand for each word of the commands' names. */
function tree(commands: readonly Command[], run: Run, output: OutputConfiguration): Program {
    const program = describeGroup(new Program("dr").exitOverride().configureOutput(output), commands);
    for (const command of commands) {
        const words = command.name.split(" ");
        let parent = program;
        for (const [depth, word] of words.slice(0, -1).entries()) {
            const path = words.slice(0, depth + 1).join(" ");
            parent =
                parent.commands.find((one) => one.name() === word) ??
                describeGroup(
                    parent.command(word),
                    commands.filter(({ name }) => name.startsWith(`${path} `)),
                );
        }
        describeLeaf(parent.command(words.at(-1)!), command, run);
    }
    return program;
}

/** What every subcommand has in common. All of them take whatever comes: what is wrong with it is said in the words of this command. */
function described(command: Program): Program {
    return command
        .helpCommand(false)
        .helpOption("-h, --help", "this text")
        .allowUnknownOption()
        .allowExcessArguments()
        .configureHelp({
            helpWidth: lineWidth,
            commandUsage: (one) => ["npm run dr --", ...pathOf(one).slice(1), one.usage()].join(" "),
            optionTerm: ({ flags }) => flags.replace(/\[(.*)\]/, "$1"),
            visibleCommands: ({ commands }) => commands.flatMap(leavesOf),
            subcommandTerm: (leaf) => pathOf(leaf).slice(1).join(" "),
        });
}

/** A group of commands has no work of its own, and says what is below it. */
function describeGroup(group: Program, below: readonly Command[]): Program {
    return described(group)
        .usage("<command> [options]")
        .addHelpText("after", afterGroup(below))
        .action(() => {
            throw new UsageError(unknownCommand(group));
        });
}

function unknownCommand(group: Program): string {
    const words = pathOf(group);
    const [found] = group.args;
    const problem =
        found === undefined
            ? `${words.join(" ")}: a subcommand is missing`
            : `"${found}" is not a subcommand of ${words.join(" ")}`;
    const allowed = group.commands.map((one) => one.name()).join(", ");
    return `${problem}; allowed: ${allowed}. See npm run ${["dr", "--", ...words.slice(1), "--help"].join(" ")}`;
}

/** "dr", "streams", "durables": the words from the program down to the command. */
function pathOf(command: Program): string[] {
    return [...(command.parent ? pathOf(command.parent) : []), command.name()];
}

/** A subcommand that runs. */
function describeLeaf(leaf: Program, command: Command, run: Run): void {
    const values: Given = {};
    for (const [name, { value, help }] of Object.entries(command.options)) {
        // Optional to commander: a value that is missing is an issue beside the others, not the end of the reading.
        leaf.option(value === undefined ? `--${name}` : `--${name} [${value}]`, help);
        leaf.on(`option:${name}`, (given: string | null) => (values[name] ??= []).push(given ?? true));
    }
    described(leaf)
        .summary(command.summary)
        .description([command.summary, ...command.details].join("\n\n"))
        .usage("[options]")
        .addHelpText("after", afterCommand)
        .action(() => {
            const issues = [...strayIssues(leaf.args, command), ...valueIssues(values, command)];
            if (issues.length > 0)
                throw new UsageError(
                    `dr ${command.name}: ${issues.join("; ")}. See npm run dr -- ${command.name} --help`,
                );
            run(command, valuesOf(values, command));
        });
}

/** What belongs to no option: words, options that do not exist, values of options that take none. */
function strayIssues(strays: readonly string[], { options }: Command): string[] {
    const names = Object.keys(options).map((name) => `--${name}`);
    return strays.map((word) => {
        if (!word.startsWith("-")) return `"${word}" is not expected; options: ${names.join(", ") || "none"}`;
        const [name = "", ...rest] = word.split("=");
        return names.includes(name)
            ? `${name} is "${rest.join("=")}"; it takes no value`
            : `${name} is no option; allowed: ${names.join(", ") || "none"}`;
    });
}

function valueIssues(values: Readonly<Given>, { options }: Command): string[] {
    return Object.entries(values).flatMap(([name, given]) => {
        const { value, multiple } = options[name]!;
        const missing = value !== undefined && given.some((one) => one === true || one.trim() === "");
        return [
            ...(missing ? [`--${name} has no value; it wants ${value}`] : []),
            ...(given.length > 1 && !multiple ? [`--${name} is given more than once; give it once`] : []),
        ];
    });
}

function valuesOf(values: Readonly<Given>, { options }: Command): OptionValues {
    return Object.fromEntries(
        Object.entries(values).map(([name, given]) => [name, options[name]!.multiple ? (given as string[]) : given[0]]),
    );
}

/** Below a command's own help. */
const afterCommand = ["", ...exitStatusHelp.flatMap((line) => paragraph(line))].join("\n");

/** Below the list of a group's commands. */
function afterGroup(below: readonly Command[]): string {
    return [
        "",
        ...Object.entries(environmentHelp)
            .filter(([group]) => below.some(({ name }) => name.startsWith(`${group} `)))
            .flatMap(([group, text]) => paragraph(`${group}: ${text}`, 0, 2)),
        "No secret is taken from the command line.",
        afterCommand,
        "",
        ...paragraph("npm run dr -- <command> --help tells more of each. docs/runbook.md has the order of the day."),
    ].join("\n");
}

/** The commands that run, at whatever depth. */
function leavesOf(command: Program): Program[] {
    return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
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
