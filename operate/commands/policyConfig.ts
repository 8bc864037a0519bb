import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { policyConfigIssues } from "../../components/model/policyConfigIssues";
import { policyConfigOf } from "../../infra/policyConfig";
import { production } from "../../components/model/stackName";
import { paragraph, UsageError, type Command, type CommandContext } from "./command";

/** The configuration of the policies, as a file that a person can change; or what is wrong with one. */
export const policyConfig: Command = {
    name: "policy-config",
    summary: "Writes the configuration of the policies as JSON, or checks one.",
    details: [
        "The file is for pulumi's --policy-pack-config, which takes the policies to other limits or to another project. Without --file it " +
            "goes to stdout. The shipped pack starts with the same configuration, so a project that changes nothing needs no file.",
        "--check names everything that is wrong with a file: unknown policies and keys, values of the wrong type, and limits looser than " +
            "their contract without a reason. docs/policies.md lists the policies and their keys.",
    ],
    options: {
        file: { value: "PATH", help: "where to write it" },
        project: { value: "NAME", help: "Pulumi project whose stacks are judged; default: that of this folder" },
        environment: { value: "NAME", help: `environment of the stacks; default: ${production}` },
        check: { value: "PATH", help: "a file to check instead" },
    },
    run: async (context) => {
        const { options, profile, out } = context;
        if (typeof options.check === "string") return check(options.check, context);
        const project = typeof options.project === "string" ? options.project : projectIn(process.cwd());
        if (project === undefined)
            throw new UsageError("this folder has no Pulumi.yaml with a name; give the project with --project NAME");
        const environment = typeof options.environment === "string" ? options.environment : production;
        const text = `${JSON.stringify(policyConfigOf(profile, { project, environment }), undefined, 2)}\n`;
        if (typeof options.file !== "string") {
            out(text.trimEnd());
            return true;
        }
        writeFileSync(options.file, text);
        for (const line of paragraph(`Written: ${options.file}`)) out(line);
        return true;
    },
};

function check(file: string, { profile, out }: CommandContext): boolean {
    const received = readConfiguration(file);
    const { project } = (received["own-region"] ?? {}) as { readonly project?: string };
    // This project's limits are held against its own contracts, another's against the roadmap's.
    const isOwn = project !== undefined && project === projectIn(process.cwd());
    const issues = policyConfigIssues(received, isOwn ? policyConfigOf(profile, { project }) : {});
    for (const issue of issues) for (const line of paragraph(`- ${issue}`, 0, 2)) out(line);
    if (issues.length === 0) for (const line of paragraph(`${file}: nothing is wrong.`)) out(line);
    return issues.length === 0;
}

function readConfiguration(file: string): Readonly<Record<string, unknown>> {
    let value: unknown;
    try {
        value = JSON.parse(readFileSync(file, "utf8"));
    } catch (error) {
        throw new UsageError(
            `--check ${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
        );
    }
    if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new UsageError(`--check ${file} holds no JSON object; it has a key for each policy`);
    return value as Readonly<Record<string, unknown>>;
}

/** Name of the Pulumi project in a folder; undefined where there is none. */
function projectIn(folder: string): string | undefined {
    const file = path.join(folder, "Pulumi.yaml");
    const name: unknown = existsSync(file) ? parse(readFileSync(file, "utf8"))?.name : undefined;
    return typeof name === "string" ? name : undefined;
}
