/** A span of time in seconds. All durations of the project are in seconds unless a name says otherwise. */
export type Seconds = number;

export const seconds = (count: number): Seconds => count;
export const minutes = (count: number): Seconds => count * 60;
export const hours = (count: number): Seconds => count * 3_600;
export const days = (count: number): Seconds => count * 86_400;

const units: [label: string, size: Seconds][] = [
    ["d", days(1)],
    ["h", hours(1)],
    ["min", minutes(1)],
    ["s", 1],
];

/** Writes a duration in its largest whole unit: 300 is "5 min", 90 is "90 s", 86400 is "1 d". */
export function formatDuration(duration: Seconds): string {
    const [label, size] = units.find(([, unit]) => duration >= unit && duration % unit === 0) ?? ["s", 1];
    const count = duration / size;
    return `${Number.isInteger(count) ? count : count.toFixed(2)} ${label}`;
}
