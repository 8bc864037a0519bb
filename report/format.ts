import { formatDuration, hours, minutes } from "../components/model/duration";
import type { EngineRun, Measurement, ReportedContract } from "./result";

/** A number without needless digits: 3 → "3", 0.84 → "0.84", 1234.5678 → "1,234.57". */
export function formatNumber(value: number): string {
    const magnitude = Math.abs(value);
    const digits = magnitude >= 100 ? 2 : 3;
    return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/**
 * A measured time. Below ten minutes in seconds, so that rounding never hides which side of a limit it is on
 * (300.04 s is not "5 min"); above in hours, minutes and seconds.
 */
export function formatSeconds(value: number): string {
    if (Math.abs(value) < minutes(10) || !Number.isFinite(value)) return `${formatNumber(value)} s`;
    if (value % hours(1) === 0) return formatDuration(value);
    const sign = value < 0 ? "-" : "";
    const total = Math.abs(value);
    const parts = [
        [Math.floor(total / hours(1)), "h"],
        [Math.floor((total % hours(1)) / minutes(1)), "min"],
        [Number((total % minutes(1)).toFixed(2)), "s"],
    ] as const;
    return (
        sign +
        parts
            .filter(([count]) => count > 0)
            .map(([count, unit]) => `${count} ${unit}`)
            .join(" ")
    );
}

/** "12.4 s", "10,000 messages". */
export function formatMeasurement({ value, unit }: Pick<Measurement, "value" | "unit">): string {
    return unit === "s" ? formatSeconds(value) : `${formatNumber(value)} ${unit}`;
}

/** "≤ 5 min", "≥ 7 d". */
export function formatTarget(contract: ReportedContract): string {
    return `${contract.kind === "at most" ? "≤" : "≥"} ${formatDuration(contract.limit)}`;
}

/** "42 create, 3 same"; "nothing" for a run without steps. */
export function formatChanges(changes: EngineRun["changes"]): string {
    const parts = Object.entries(changes).filter(([, count]) => count > 0);
    return parts.map(([kind, count]) => `${count} ${kind}`).join(", ") || "nothing";
}

/** Policies of a run that found something or could not look; "none" otherwise. */
export function formatViolations(run: Pick<EngineRun, "violations" | "unlooked">): string {
    return [...run.violations, ...run.unlooked.map((policy) => `${policy} (could not look)`)].join(", ") || "none";
}

/** A git revision short enough to read; that files differed from it stays visible. */
export function formatRevision(revision: string): string {
    return revision.replace(/^([0-9a-f]{12})[0-9a-f]+/, "$1");
}

/** "1 check", "3 checks". */
export function plural(count: number, singular: string, many = `${singular}s`): string {
    return `${formatNumber(count)} ${count === 1 ? singular : many}`;
}
