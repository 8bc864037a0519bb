import type { RehearsalEvent, Tell } from "./events";

/** Shows a rehearsal as lines, each with the seconds since the first: for pipes, CI and files. */
export function plainLines(write: (line: string) => void): Tell {
    const started = Date.now();
    return (event) => {
        const text = lineOf(event);
        if (text !== undefined) write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
    };
}

/** The line of an event; undefined for an event that has none. */
function lineOf(event: RehearsalEvent): string | undefined {
    if (event.kind === "says") return event.text;
    if (event.kind === "begins" && event.step.kind === "phase") return `phase ${event.step.title}`;
    if (event.kind === "begins" && event.step.kind === "drill") return `drill: ${event.step.title}`;
    if (event.kind === "ends" && event.step.kind === "control")
        return `negative control: ${event.step.title}: ${event.passed ? "red, as it has to be" : "NOT red"}`;
    return undefined;
}
