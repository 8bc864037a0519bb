import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.join(__dirname, "..");
const pages = [
    "gitops/README.md",
    "engine/toolchain/README.md",
    ...[".", "docs", "docs/decisions"].flatMap((folder) =>
        readdirSync(path.join(root, folder)).map((file) => path.posix.join(folder, file)),
    ),
].filter((file) => file.endsWith(".md"));
const textOf = (page: string) => readFileSync(path.join(root, page), "utf8");

/** What a page can be entered by: its headings, as GitHub names them, and its own anchors. */
function entries(page: string): string[] {
    const text = textOf(page);
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading!
            .toLowerCase()
            .replace(/[^\p{L}\p{N}_\- ]/gu, "")
            .replaceAll(" ", "-"),
    );
    return [...headings, ...[...text.matchAll(/<a id="([^"]*)">/g)].map(([, id]) => id!)];
}

describe("the documents", () => {
    // People follow these on the worst day.
    it.each(pages)("of %s lead to files and sections that exist", (page) => {
        const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
            ([, file, section]) => ({ file: file!, section }),
        );
        const dead = links.filter(({ file, section }) => {
            const target = file === "" ? page : path.join(path.dirname(page), file);
            return (
                !existsSync(path.join(root, target)) || (section !== undefined && !entries(target).includes(section))
            );
        });
        expect(dead).toEqual([]);
    });
});
