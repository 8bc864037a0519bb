import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readDurations, writeDurations } from "./durations";
import { controlStep, drillStep, phaseStep, takeDownStep } from "./events";
import { openProgress, wantsLiveView, type Progress } from "./progress";

let outDir: string;
beforeEach(() => {
    outDir = path.join(mkdtempSync(path.join(tmpdir(), "progress-")), "out");
});
afterEach(() => rmSync(path.dirname(outDir), { recursive: true, force: true }));

const options = { phase: 12, quick: false, seed: 1, allDrills: false, list: false, verbose: false } as const;
const phases = [10, 11, 12].map((id) => phaseStep({ id: id as 10, title: `what phase ${id} is called` }));
const long = "a title that is longer than any row of a terminal of eighty columns can be, and then some";
const drills = Array.from({ length: 9 }, (_, index) => drillStep({ id: `${index}`, title: `${index}: ${long}` }));
const controls = Array.from({ length: 20 }, (_, index) => controlStep({ id: `${index}`, title: `${index}: ${long}` }));
const plan = [...phases, takeDownStep, ...drills, ...controls];

/** A stream that collects what is written; `isTTY` of a terminal of 80 × 24. */
function stream(isTTY: boolean): NodeJS.WriteStream & { readonly text: () => string } {
    let text = "";
    const collecting = new Writable({
        write: (chunk, _, done) => {
            text += String(chunk);
            done();
        },
    });
    return Object.assign(collecting, { isTTY, columns: 80, rows: 24, text: () => text }) as any;
}

const seen = (text: string) => stripVTControlCharacters(text);
const onTerminal = { CI: "", TERM: "xterm-256color" };

/** Until the rows are drawn, and what anything else writes is kept. */
const drawn = (view: { readonly text: () => string }) =>
    vi.waitUntil(() => view.text().includes("take everything down"), { timeout: 60_000 });

/** A run in which everything passes. */
async function wholeRun({ tell, end }: Progress, onceKnown: () => Promise<unknown> = async () => undefined) {
    tell({ kind: "says", text: "pulumi 3.255.0: in the cache" });
    tell({ kind: "plan", steps: plan });
    await onceKnown();
    for (const step of plan) {
        tell({ kind: "begins", step });
        tell({ kind: "says", step, text: `at work on ${step.id}` });
        tell({ kind: "ends", step, passed: true });
    }
    await end();
}

describe("without a terminal", () => {
    it("every line is written, and no control character", async () => {
        const [view, other] = [stream(false), stream(false)];
        await wholeRun(await openProgress(options, outDir, { view, other }, onTerminal));
        const lines = view.text().trimEnd().split("\n");
        expect(lines).toHaveLength(1 + plan.length + phases.length + drills.length + controls.length);
        expect(lines[1]).toMatch(/^ +\d+\.\d s {2}phase 10, what phase 10 is called$/);
        expect(view.text()).toBe(seen(view.text()));
        expect(other.text()).toBe("");
    });
});

describe("on a terminal", () => {
    it("rows stay at the end, the cursor comes back, and the lines are in the log", async () => {
        const [view, other] = [stream(true), stream(true)];
        await wholeRun(await openProgress(options, outDir, { view, other }, onTerminal), () => drawn(view));
        expect(view.text()).toContain("\u001b[?25l");
        expect(view.text().lastIndexOf("\u001b[?25h")).toBeGreaterThan(view.text().lastIndexOf("\u001b[?25l"));
        const rows = seen(view.text()).trimEnd().split("\n").slice(-7);
        expect(rows.map((row) => row.slice(2))).toEqual([
            "phase 10, what phase 10 is called (0 s)",
            "phase 11, what phase 11 is called (0 s)",
            "phase 12, what phase 12 is called (0 s)",
            "take everything down (0 s)",
            "drills: 9 of 9 passed",
            "negative controls: 20 of 20 red, as they have to be",
            expect.stringMatching(/^\d s$/),
        ]);
        expect(seen(view.text())).toMatch(/ s {2}pulumi 3.255.0: in the cache\n/);
        expect(readFileSync(path.join(outDir, "progress.log"), "utf8")).toMatch(/phase 10.*\n.*at work on phase-10\n/);
    });

    it("no frame is wider than 80 columns or higher than 24 rows, whatever runs and fails", async () => {
        const [view, other] = [stream(true), stream(true)];
        const { tell, end } = await openProgress(options, outDir, { view, other }, onTerminal);
        tell({ kind: "plan", steps: plan });
        await drawn(view);
        for (const step of phases.slice(0, 2)) {
            tell({ kind: "begins", step });
            tell({ kind: "ends", step, passed: false });
        }
        tell({ kind: "begins", step: phases[2]! });
        tell({ kind: "says", text: long });
        for (const [index, step] of [...drills, ...controls].entries()) {
            tell({ kind: "begins", step });
            tell({ kind: "says", step, text: long });
            if (index % 2 === 0) tell({ kind: "ends", step, passed: false });
        }
        await end();
        const rows = seen(view.text()).split("\n");
        expect(Math.max(...rows.map((row) => row.length))).toBeLessThan(80);
        // The last frame is written whole, after the synchronised ones.
        const last = seen(view.text().split("\u001b[?2026l").at(-1)!).trimEnd();
        expect(last.split("\n").length).toBeLessThan(24);
        expect(last).toContain("phase 12, what phase 12 is called: not finished");
        expect(last).toContain("phase 11, what phase 11 is called: a check FAILED");
    });

    it("what anything else writes follows when the view ends, each on its stream", async () => {
        const [view, other] = [stream(true), stream(true)];
        const { tell, end } = await openProgress(options, outDir, { view, other }, onTerminal);
        tell({ kind: "plan", steps: plan });
        await drawn(view);
        view.write("a warning of a library\n");
        other.write("and its output\n");
        expect(view.text() + other.text()).not.toMatch(/warning|output/);
        await end();
        expect(seen(view.text())).toContain("\na warning of a library\n");
        expect(other.text()).toContain("and its output\n");
        tell({ kind: "says", text: "said after the end" });
        expect(view.text()).toMatch(/ s {2}said after the end\n$/);
    });

    it("estimates what is left by the durations of the last run of these options", async () => {
        const clockOf = async () => {
            const view = stream(true);
            const progress = await openProgress(options, outDir, { view, other: stream(true) }, onTerminal);
            await wholeRun(progress, () => drawn(view));
            await progress.keepDurations();
            return seen(view.text());
        };
        expect(await clockOf()).toMatch(/\d s \(an estimate needs a finished run of these options\)/);
        const kept = readDurations(outDir)["phase 12"]!;
        expect(Object.keys(kept.steps)).toEqual(plan.map(({ id }) => id));
        const slow = Object.fromEntries(plan.map(({ id }) => [id, 10]));
        await writeDurations(outDir, "phase 12", { seconds: 180, steps: slow });
        expect(await clockOf()).toMatch(/\d s, about 3 min left/);
    });
});

describe("wantsLiveView", () => {
    const terminal = { isTTY: true, rows: 24, columns: 80 };
    it.each([
        ["a terminal", terminal, false, {}, true],
        ["a terminal without colours", terminal, false, { NO_COLOR: "1" }, true],
        ["a pipe", { ...terminal, isTTY: false }, false, {}, false],
        ["CI", terminal, false, { CI: "true" }, false],
        ["a terminal that cannot move its cursor", terminal, false, { TERM: "dumb" }, false],
        ["a terminal that is too low for the rows", { ...terminal, rows: 10 }, false, {}, false],
        ["a person who wants every line", terminal, true, {}, false],
    ])("for %s", (_, screen, verbose, environment, expected) => {
        expect(wantsLiveView(screen, { verbose }, environment)).toBe(expected);
    });
});
