import type { RehearsalResult } from "../result";
import { checkSection, drillSection } from "./drills";
import { html, markup, type Html } from "./html";
import { style } from "./style";
import { contractSection, controlSection, engineSection, environment, header, recordSection } from "./summary";

/** A browser that opens the page runs no script and fetches nothing, whatever a drill wrote into its result. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The report as one file that needs nothing else: every text escaped, plots as SVG inside. */
export async function renderPage(result: RehearsalResult): Promise<string> {
    const sections: (Html | undefined)[] = [
        contractSection(result),
        environment(result),
        engineSection(result),
        checkSection(result),
        await drillSection(result),
        controlSection(result),
        recordSection(result),
    ];
    const title = `Rehearsal of phase ${result.phase}, ${result.phaseTitle}: ${result.passed ? "passed" : "FAILED"}`;
    return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${markup(contentPolicy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${markup(style)}</style>
</head>
<body>
${header(result)}
<main>
${sections.filter((part) => part !== undefined)}
</main>
<footer><p>The same figures for machines are in report.json; report.schema.json says what each one means.</p></footer>
</body>
</html>
`.text;
}
