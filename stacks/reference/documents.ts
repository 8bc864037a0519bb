import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { formatDuration } from "../../components/model/duration";
import { kgents } from "../../infra/kgents";
import { settingDocs, settingsPage } from "../../infra/settings/reference";
import { roadmap } from "../roadmap";

const root = path.join(__dirname, "../..");
const textOf = (file: string) => readFileSync(path.join(root, file), "utf8");

/** The pages that are written from the code, by their paths in the repository. */
export const documents: Readonly<Record<string, () => string>> = {
    "docs/settings.md": () => settingsPage(settingDocs(kgents, roadmap), parse(textOf("Pulumi.yaml")).name as string),
    "docs/contracts.md": () => withContracts(textOf("docs/contracts.md")),
};

/** The page with the rows of its table anew; the text around them is written by people. */
function withContracts(page: string): string {
    const rows = Object.values(kgents.contracts).map(
        ({ id, title, kind, limit, from, source }) =>
            `| \`${id}\` | ${title} | ${kind} ${formatDuration(limit)} | ${from} | ${source} |\n`,
    );
    return page.replace(/(?:^\| `.*\n)+/m, () => rows.join(""));
}
