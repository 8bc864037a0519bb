import type { Seconds } from "../model/duration";

/**
 * After how many seconds of silence an alert on a dead mirror wakes somebody: the silence that its expression allows and
 * the time that it has to hold. Undefined if the rule is no such alert for that mirror.
 */
export function mirrorAlarmSeconds(
    candidate: { readonly expr: string; readonly for?: string },
    mirror: string,
): Seconds | undefined {
    const names = /mirror_active_duration_ns\{[^}]*stream_name=~?"([^"]*)"[^}]*\}\)?\s*>\s*([0-9.]+(?:e[0-9]+)?)/.exec(
        candidate.expr,
    );
    if (!names || !(names[1] ?? "").split("|").includes(mirror)) return undefined;
    return Number(names[2]) / 1e9 + prometheusSeconds(candidate.for ?? "0s");
}

/** Seconds of a duration in Prometheus' notation: "1m30s". NaN for anything else. */
export function prometheusSeconds(text: string): Seconds {
    const sizes: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };
    if (!/^(\d+(ms|[smhd]))+$/.test(text)) return text === "0" ? 0 : NaN;
    return [...text.matchAll(/(\d+)(ms|[smhd])/g)].reduce(
        (sum, [, count, unit]) => sum + Number(count) * (sizes[unit ?? ""] ?? NaN),
        0,
    );
}
