import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { kgents } from "../../infra/kgents";
import { outDir, projectRoot } from "../paths";
import { writeWhole } from "../../report/writeWhole";
import { revision } from "../revision";
import { benches } from "./benches";
import { summarise, type Figure } from "./figure";
import { parseBenchOptions, type BenchOptions } from "./options";
import { figureLines } from "./printFigures";

const ids = benches.map((bench) => bench.id);

async function main(): Promise<number> {
    let options: BenchOptions;
    try {
        const read = parseBenchOptions(process.argv.slice(2), ids);
        if ("help" in read) {
            console.log(read.help);
            return 0;
        }
        options = read.options;
    } catch (error) {
        console.error(`${message(error)}\nSee npm run bench -- --help`);
        return 2;
    }
    const interruption = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const)
        process.once(signal, () => interruption.abort(new Error("interrupted")));
    const { figures, failures } = await measure(options, interruption.signal);
    if (figures.length > 0) console.log(["", machine(), ...figureLines(figures)].join("\n"));
    for (const failure of failures) console.error(`\nnot measured: ${failure}`);
    if (interruption.signal.aborted) return 130;
    await save(figures, failures, options);
    return failures.length > 0 ? 1 : 0;
}

/** One benchmark that cannot run does not keep the others from it. */
async function measure(
    { runs, only }: BenchOptions,
    signal: AbortSignal,
): Promise<{ figures: Figure[]; failures: string[] }> {
    const figures: Figure[] = [];
    const failures: string[] = [];
    for (const bench of benches.filter(({ id }) => only.includes(id))) {
        if (signal.aborted) break;
        const dir = mkdtempSync(path.join(os.tmpdir(), "drkit-bench-"));
        const progress = (line: string) => console.error(`${bench.id}: ${line}`);
        try {
            const command = `npm run bench -- --only ${bench.id}`;
            figures.push(
                ...(await bench.run({ system: kgents, runs, dir, progress, signal })).map((figure) => ({
                    ...figure,
                    command,
                })),
            );
        } catch (error) {
            failures.push(`${bench.title}: ${message(error)}`);
        } finally {
            rmSync(dir, { recursive: true, force: true });
        }
    }
    return { figures, failures };
}

async function save(figures: readonly Figure[], failures: readonly string[], { runs }: BenchOptions): Promise<void> {
    const file = path.join(outDir, "bench.json");
    const summaries = figures.map((figure) => ({ ...figure, ...summarise(figure.samples) }));
    const content = {
        schemaVersion: 1,
        startedAt: new Date().toISOString(),
        revision: revision(),
        machine: machine(),
        runs,
        figures: summaries,
        failures,
    };
    mkdirSync(outDir, { recursive: true });
    await writeWhole(file, `${JSON.stringify(content, undefined, 4)}\n`);
    console.log(`\nSamples: ${path.relative(projectRoot, file)}`);
}

/** What the figures were measured on: without it they mean nothing. */
function machine(): string {
    const cpus = os.cpus();
    return `${cpus.length} × ${cpus[0]?.model.trim() ?? "unknown processor"}, ${(os.totalmem() / 1e9).toFixed(0)} GB, ${os.platform()} ${os.arch()}, Node.js ${process.version}`;
}

function message(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

void main().then((code) => {
    process.exitCode = code;
});
