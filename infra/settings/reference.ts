import { z } from "zod";
import type { Phase } from "../../components/model/phase";
import { roles, type Role, type SystemProfile } from "../../components/model/profile";
import type { Roadmap } from "../roadmap";
import { shapeOf } from "./shape";

/** The stacks that read a setting, each from which phase on. */
type Readers = Readonly<Partial<Record<Role, Phase>>>;

/** A setting as docs/settings.md describes it. */
export interface SettingDoc {
    /** The key without the project's name; "[]" stands for each item of a list. */
    readonly path: string;
    readonly description: string | undefined;
    readonly allowed: string | undefined;
    readonly fallback: string | undefined;
    readonly from: Readers | undefined;
    /** What of a setting with several forms it belongs to: "`mode: adopt`". */
    readonly variant?: string | undefined;
}

/** The part of JSON Schema that the settings use, with the metadata of `schema.ts`. */
interface Node extends z.GlobalMeta {
    readonly type?: string;
    readonly const?: unknown;
    readonly enum?: readonly unknown[];
    readonly default?: unknown;
    readonly properties?: Readonly<Record<string, Node>>;
    readonly required?: readonly string[];
    readonly items?: Node;
    readonly oneOf?: readonly Node[];
}

/** Every setting of a system's stacks, sections and the keys of list items included, in the order of the schema. */
export function settingDocs(system: SystemProfile, roadmap: Roadmap): SettingDoc[] {
    return docsOf(z.strictObject(shapeOf(system, roadmap)), system.name);
}

/** The same of any schema. */
export function docsOf(schema: z.ZodType, system: string): SettingDoc[] {
    return within(z.toJSONSchema(schema, { io: "output" }) as Node, "", undefined, system);
}

function within(node: Node, prefix: string, from: Readers | undefined, system: string): SettingDoc[] {
    if (node.oneOf) return variants(node.oneOf, prefix, from, system);
    if (node.items) return within(node.items, `${prefix}[]`, from, system);
    return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
        const path = prefix === "" ? key : `${prefix}.${key}`;
        const readers = child.from ?? from;
        const required = node.required?.includes(key) ?? false;
        return [
            {
                path,
                description: child.description,
                allowed: allowedIn(child),
                fallback: fallbackOf(child, required, system),
                from: readers,
            },
            ...within(child, path, readers, system),
        ];
    });
}

/** What all forms of a setting have alike is told once. */
function variants(forms: readonly Node[], prefix: string, from: Readers | undefined, system: string): SettingDoc[] {
    const told = forms.map((form) => {
        const [[key, { const: value }] = ["", {}]] = Object.entries(form.properties ?? {}).filter(
            ([, { const: constant }]) => constant !== undefined,
        ) as [string, Node][];
        return within(form, prefix, from, system).map((doc) => ({ ...doc, variant: `\`${key}: ${String(value)}\`` }));
    });
    const same = (one: SettingDoc, other: SettingDoc) =>
        JSON.stringify({ ...one, variant: "" }) === JSON.stringify({ ...other, variant: "" });
    return told.flatMap((docs, form) =>
        docs.flatMap((doc): SettingDoc[] => {
            const twins = told.map((others) => others.find((other) => same(other, doc)));
            if (twins.some((twin) => twin === undefined)) return [doc];
            return form === 0 ? [{ ...doc, variant: undefined }] : [];
        }),
    );
}

function isSection({ properties, oneOf }: Node): boolean {
    return properties !== undefined || oneOf !== undefined;
}

function allowedIn(node: Node): string | undefined {
    if (isSection(node)) return "a section";
    if (node.const !== undefined) return JSON.stringify(node.const);
    const item = node.items && !isSection(node.items) ? node.items.allowed : undefined;
    return item && node.allowed ? `${node.allowed}; each ${item}` : node.allowed;
}

function fallbackOf(node: Node, required: boolean, system: string): string | undefined {
    if (node.unset !== undefined) return node.ofSystem ? `the system's; in ${system} ${node.unset}` : node.unset;
    const value = node.default === undefined ? undefined : `\`${JSON.stringify(node.default)}\``;
    if (node.ofSystem) return `the system's; in ${system} ${value}`;
    if (value !== undefined) return value;
    if (isSection(node) && required) return "that of its keys";
    return required ? "none: it is required" : undefined;
}

/** What of a setting is not written down; empty if it is all there. */
export function undocumented(docs: readonly SettingDoc[], roadmap: Roadmap): string[] {
    const known = roadmap.map(({ id }) => id);
    return docs.flatMap(({ path, description, allowed, fallback, from }) => [
        ...(description ? [] : [`${path}: no description`]),
        ...(allowed ? [] : [`${path}: nothing says what is allowed`]),
        ...(fallback ? [] : [`${path}: nothing says what holds while it is not set`]),
        ...(from && Object.keys(from).length > 0 ? [] : [`${path}: no stack reads it`]),
        ...Object.entries(from ?? {})
            .filter(([, phase]) => !known.includes(phase))
            .map(([role, phase]) => `${path}: phase ${phase} of stack ${role} is not on the roadmap`),
    ]);
}

/** The page docs/settings.md. */
export function settingsPage(docs: readonly SettingDoc[], project: string): string {
    const top = docs.filter(({ path }) => !/[.[]/.test(path));
    const inside = ({ path }: SettingDoc) =>
        docs.filter((doc) => /^[.[]/.test(doc.path.slice(path.length)) && doc.path.startsWith(path));
    const sections = top.filter((doc) => inside(doc).length > 0);
    const single = top.filter((doc) => !sections.includes(doc));
    return [
        "# Settings",
        "",
        "For platform engineers who configure a stack. Every key that `Pulumi.<stack>.yaml` may have under the project's name is here.",
        "`npm run docs` writes this page from the schema in `infra/settings`; a test keeps it current.",
        "",
        "```sh",
        `pulumi config set --stack primary phase 11`,
        `pulumi config set --stack primary --path ${project}:nats.backup.schedule "0 */6 * * *"`,
        `pulumi config set --stack primary --path '${project}:cluster.instanceTypes[0]' m7i.large`,
        "```",
        "",
        "A key without a dot may leave out the project's name; `--path` needs it. A list is set item by item. Every update checks",
        "all settings first: each mistake is named with its key, its value, what is allowed and the command that corrects it.",
        "",
        "The last column says which stack reads a key, and from which phase on. A stack accepts a key that it does not read.",
        "",
        "## The stack as a whole",
        "",
        ...table(single),
        ...sections.flatMap((section) => [
            "",
            `## ${section.path}`,
            "",
            section.description ?? "",
            "",
            ...table(inside(section), section),
        ]),
        "",
    ].join("\n");
}

function table(docs: readonly SettingDoc[], section?: SettingDoc): string[] {
    const rows = section && section.allowed !== "a section" ? [section, ...docs] : docs;
    return [
        "| key | meaning | allowed | default | stacks, from phase |",
        "|---|---|---|---|---|",
        ...rows.map(({ path, description, allowed, fallback, from, variant }) => {
            const meaning = `${variant ? `With ${variant}: ` : ""}${description}`;
            return `| \`${path}\` | ${[meaning, allowed, fallback, readersIn(from)].map(cell).join(" | ")} |`;
        }),
    ];
}

function readersIn(from: Readers = {}): string {
    const phases = new Set(Object.values(from));
    return roles.every((role) => role in from) && phases.size === 1
        ? `all ${[...phases].join()}`
        : roles.flatMap((role) => (role in from ? [`${role} ${from[role]}`] : [])).join(", ");
}

/** Markdown takes a bar for the end of a cell, and what is in angle brackets for HTML. */
function cell(text = ""): string {
    return text
        .split("`")
        .map((part, index) => (index % 2 === 1 ? part : part.replaceAll("<", "&lt;")))
        .join("`")
        .replaceAll("|", "\\|");
}
