import { describe, expect, it } from "vitest";
import { commands } from ".";
import { UsageError } from "./command";
import { parseCommandLine, type Request } from "./parse";

function errorOf(line: string): string {
    try {
        parseCommandLine(line === "" ? [] : line.split(" "), commands);
    } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        return (error as Error).message;
    }
    throw new Error(`"${line}" was accepted`);
}

function textOf(request: Request): string {
    return request.kind === "help" ? request.text : "";
}

describe("a command line", () => {
    it.each([
        ["streams status --json", "streams status", { json: true }],
        [
            "streams promote --stream EVENTS --stream AGENTESE --yes",
            "streams promote",
            { stream: ["EVENTS", "AGENTESE"], yes: true },
        ],
        ["streams durables export --file=positions.json", "streams durables export", { file: "positions.json" }],
        ["gateway-ca drop-old --yes", "gateway-ca drop-old", { yes: true }],
    ])("%s is read", (line, name, options) => {
        const request = parseCommandLine(line.split(" "), commands);
        expect(request).toMatchObject({ kind: "run", command: { name }, options });
    });

    it.each([
        [
            "stream status",
            '"stream" is not a subcommand of dr; allowed: streams, gateway-ca, policy-config. See npm run dr -- --help',
        ],
        [
            "streams",
            "dr streams: a subcommand is missing; allowed: status, promote, fence, durables, tail, failback, rebuild-mirror, retrofit.",
        ],
        ["streams durables put", '"put" is not a subcommand of dr streams durables; allowed: export, place.'],
        ["streams fence now", 'dr streams fence: "now" is not expected; options: --stream, --file, --stack.'],
        ["streams fence --yes", "dr streams fence: --yes is no option; allowed: --stream, --file, --stack."],
        ["streams tail --limit", "--limit has no value; it wants N"],
        ["streams tail --file --limit 3", "--file has no value; it wants PATH"],
        ["streams status --json=yes", '--json is "yes"; it takes no value'],
        ["streams tail --limit 3 --limit 4", "--limit is given more than once; give it once"],
        ["gateway-ca status --yes", "--yes is no option; allowed: --stack."],
    ])("%s is refused with what is allowed", (line, message) => {
        expect(errorOf(line)).toContain(message);
    });

    it("shows every issue at once", () => {
        expect(errorOf("streams tail x --bogus --limit")).toMatch(
            /"x" is not expected.*--bogus is no option.*--limit has no value/,
        );
    });

    it.each(["", "--help", "streams --help", ...commands.map(({ name }) => `${name} --help`)])(
        "%s --help fits 80 columns and tells the exit status",
        (line) => {
            const text = textOf(parseCommandLine(line.split(" ").filter(Boolean), commands));
            expect(Math.max(...text.split("\n").map((row) => row.length))).toBeLessThanOrEqual(80);
            expect(text).toContain("Exit status: 0 done");
            expect(text).toContain("130 interrupted");
        },
    );

    it("lists below a group the commands that run, whole, and below a command none", () => {
        const text = (line: string) => textOf(parseCommandLine(line.split(" "), commands));
        const listed = (line: string) =>
            [...text(line).matchAll(/^ {2}((?:[a-z-]+ )+) /gm)].map(([, name]) => name!.trim());
        expect(listed("--help")).toEqual(commands.map(({ name }) => name));
        expect(listed("streams durables --help")).toEqual(["streams durables export", "streams durables place"]);
        expect(text("streams fence --help")).not.toContain("Commands:");
    });

    it("is refused where an option comes before the command", () => {
        expect(errorOf("--json streams status")).toContain('"--json" is not a subcommand of dr');
    });
});
