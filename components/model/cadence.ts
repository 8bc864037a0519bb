import { CronExpressionParser } from "cron-parser";
import { days, formatDuration, type Seconds } from "./duration";

/** A cron as Kubernetes reads it: five fields, UTC. "0 3 * * *" is daily at 03:00. */
export type Cron = string;

/** What a schedule promises: how often it runs and how long a run may take. */
export interface Cadence {
    readonly schedule: Cron;
    /** After this many seconds a run is ended, whether it is done or not. */
    readonly deadline: Seconds;
    /** A run that is ended holds its place for up to this long: the pod's grace period. @default 0, as for what is no pod */
    readonly gracePeriod?: Seconds;
}

/** Annotation of whatever makes backups: the id of the recovery contract that its cadence has to keep. */
export const recoveryContractAnnotation = "drkit-recovery-contract";

/** A recovery contract as a cadence has to keep it: its id, and its limit in seconds. */
export interface RecoveryContract {
    readonly id: string;
    readonly limit: Seconds;
}

/** Thrown for a cron that Kubernetes would refuse, that never fires, or that stops firing. */
export class CronError extends Error {
    override readonly name = "CronError";

    /** What is wrong, without the key. */
    readonly problem: string;

    constructor(
        readonly schedule: Cron,
        reason: string,
    ) {
        const problem = `"${schedule}" ${reason}. Write it as (minute hour day-of-month month day-of-week), for example "0 * * * *" for hourly`;
        super(`schedule: ${problem}`);
        this.problem = problem;
    }
}

/**
 * The longest time in seconds between two runs of a cron, over every year the calendar can bring.
 *
 * Days are walked through one whole 400-year cycle of the Gregorian calendar (146,097 days, a whole number of weeks, so the
 * cycle repeats exactly); inside a day only the first and the last run and the widest step between neighbours matter.
 * Kubernetes reads the schedule in the controller's zone, which is UTC on EKS: there is no daylight saving.
 *
 * @throws CronError for a cron that is malformed or never fires
 */
export function widestGap(schedule: Cron): Seconds {
    const { steps, overnight, dayGaps } = gapsOf(schedule);
    return Math.max(...steps, days(dayGaps.widest) + overnight);
}

/**
 * The shortest time in seconds between two runs of a cron, likewise. A run that lasts longer is still there when another one is due.
 *
 * @throws CronError for a cron that is malformed or never fires
 */
export function narrowestGap(schedule: Cron): Seconds {
    const { steps, overnight, dayGaps } = gapsOf(schedule);
    return Math.min(...steps, days(dayGaps.narrowest) + overnight);
}

/**
 * The most that a backup can lose: what was written just after one run began its copy is safe only when the next run,
 * a widest gap later, is done, which may take until its deadline (docs/contracts.md). A run before it that was cut off at its own
 * deadline holds it up for the grace period.
 */
export function recoveryPoint({ schedule, deadline, gracePeriod = 0 }: Cadence): Seconds {
    return widestGap(schedule) + deadline + gracePeriod;
}

/** A mistake in a cadence, at the key that it is about. */
export interface CadenceIssue {
    readonly key: keyof Cadence;
    readonly problem: string;
}

/** What is wrong with a cadence that has to keep a recovery point, nothing if all is well. */
export function validateCadence(cadence: Cadence, limit: Seconds): string[] {
    return cadenceIssues(cadence, limit).map(({ key, problem }) => `${key}: ${problem}`);
}

/** The same by key, for whoever asks people for a cadence under keys of their own. */
export function cadenceIssues(cadence: Cadence, limit: Seconds): CadenceIssue[] {
    const { schedule, deadline, gracePeriod } = cadence;
    if (!Number.isFinite(deadline) || deadline <= 0) {
        return [{ key: "deadline", problem: `${deadline} s, but a run needs a positive number of seconds` }];
    }
    let widest: Seconds;
    let narrowest: Seconds;
    try {
        widest = widestGap(schedule);
        narrowest = narrowestGap(schedule);
    } catch (error) {
        if (error instanceof CronError) return [{ key: "schedule", problem: error.problem }];
        throw error;
    }
    const issues: CadenceIssue[] = [];
    const grace = gracePeriod ?? 0;
    // Said where it makes the difference.
    const onTop = (without: boolean) =>
        without ? "" : `; a pod's grace period of ${formatDuration(grace)} comes on top`;
    // Where a pod has to go first, the next run cannot begin at the very moment at which it is due.
    if (deadline > narrowest || (grace > 0 && deadline + grace >= narrowest)) {
        const problem =
            `${formatDuration(deadline)} is ${deadline > narrowest ? "longer than" : "too near to"} the ` +
            `${formatDuration(narrowest)} between two runs of "${schedule}", ` +
            `so runs would be skipped: shorten the deadline or run less often${onTop(deadline > narrowest)}`;
        issues.push({ key: "deadline", problem });
    }
    if (recoveryPoint(cadence) > limit) {
        const problem =
            `"${schedule}" leaves up to ${formatDuration(widest)} between two runs, with the deadline of ` +
            `${formatDuration(deadline)} up to ${formatDuration(widest + deadline)} can be lost; ` +
            `the recovery point allows ${formatDuration(limit)}: run more often or shorten the deadline${onTop(widest + deadline > limit)}`;
        issues.push({ key: "schedule", problem });
    }
    return issues;
}

interface CronFields {
    readonly minutes: readonly number[];
    readonly hours: readonly number[];
    readonly months: ReadonlySet<number>;
    readonly monthDays: ReadonlySet<number>;
    readonly weekDays: ReadonlySet<number>;
    /** Cron's own rule: with both day fields restricted, either one suffices; otherwise both have to hold. */
    readonly eitherDay: boolean;
}

/** Names and steps are cron-parser's work; what it reads beyond Kubernetes' dialect is refused here. */
function parseCron(schedule: Cron): CronFields {
    const parts = schedule.trim().split(/\s+/);
    if (parts.length !== 5)
        throw new CronError(schedule, `has ${schedule.trim() === "" ? 0 : parts.length} instead of five fields`);
    const foreign = /[LWH#]/i.exec(parts.map((part) => part.replaceAll(/[A-Z]{3}/gi, "")).join(" "));
    if (foreign) throw new CronError(schedule, `uses "${foreign[0]}", which Kubernetes does not know`);
    if (/(^|[-,])7/.test(parts[4] ?? ""))
        throw new CronError(schedule, "names day of the week 7, which Kubernetes refuses: Sunday is 0");
    let parsed;
    try {
        parsed = CronExpressionParser.parse(schedule, { tz: "UTC" }).fields;
    } catch (error) {
        throw neverOrMalformed(schedule, error);
    }
    const numbers = (values: readonly unknown[]): number[] => values.map(Number);
    return {
        minutes: numbers(parsed.minute.values),
        hours: numbers(parsed.hour.values),
        months: new Set(numbers(parsed.month.values)),
        monthDays: new Set(numbers(parsed.dayOfMonth.values)),
        // cron-parser counts Sunday as both 0 and 7.
        weekDays: new Set(numbers(parsed.dayOfWeek.values).map((day) => day % 7)),
        eitherDay: !isUnrestricted(parts[2]) && !isUnrestricted(parts[4]),
    };
}

/** Whether a day field counts as unrestricted. As in robfig/cron, which Kubernetes and Velero use, "*" does and "*" with a step does not. */
function isUnrestricted(field = ""): boolean {
    return field.split(",").some((part) => /^[*?](\/0*1)?$/.test(part));
}

function neverOrMalformed(schedule: Cron, error: unknown): CronError {
    const reason = error instanceof Error ? error.message : String(error);
    return /explicit day of month/i.test(reason)
        ? new CronError(schedule, "never fires: no date has that day in that month")
        : new CronError(schedule, `is not a cron (${reason})`);
}

/** Between the runs of one day, from its last run to the first of a day 0 days later, and from day to day. */
function gapsOf(schedule: Cron): { steps: Seconds[]; overnight: Seconds; dayGaps: DayGaps } {
    const fields = parseCron(schedule);
    const timesOfDay = fields.hours
        .flatMap((hour) => fields.minutes.map((minute) => (hour * 60 + minute) * 60))
        .sort((one, other) => one - other);
    const dayGaps = dayGapsOf(fields);
    if (dayGaps === undefined) throw new CronError(schedule, "never fires: no date has that day in that month");
    const steps = timesOfDay.slice(1).map((time, index) => time - timesOfDay[index]!);
    return { steps, overnight: timesOfDay[0]! - timesOfDay.at(-1)!, dayGaps };
}

/** Days in 400 Gregorian years. */
const calendarCycle = 146_097;

/** Days from one day that fires to the next: the most and the fewest. */
interface DayGaps {
    readonly widest: number;
    readonly narrowest: number;
}

/** Undefined if no day fires. */
function dayGapsOf(fields: CronFields): DayGaps | undefined {
    const everyDay = fields.months.size === 12 && fields.monthDays.size === 31 && fields.weekDays.size === 7;
    if (everyDay) return { widest: 1, narrowest: 1 };
    let first: number | undefined;
    let previous: number | undefined;
    const gaps: number[] = [];
    for (let day = 0; day < calendarCycle; day++) {
        // 2000-01-01 begins a cycle.
        if (!firesOn(fields, new Date(Date.UTC(2000, 0, 1 + day)))) continue;
        if (previous !== undefined) gaps.push(day - previous);
        first ??= day;
        previous = day;
    }
    if (first === undefined || previous === undefined) return undefined;
    gaps.push(first + calendarCycle - previous);
    return gaps.reduce(
        ({ widest, narrowest }, gap) => ({ widest: Math.max(widest, gap), narrowest: Math.min(narrowest, gap) }),
        { widest: 0, narrowest: calendarCycle },
    );
}

function firesOn(fields: CronFields, date: Date): boolean {
    if (!fields.months.has(date.getUTCMonth() + 1)) return false;
    const byMonthDay = fields.monthDays.has(date.getUTCDate());
    const byWeekDay = fields.weekDays.has(date.getUTCDay());
    return fields.eitherDay ? byMonthDay || byWeekDay : byMonthDay && byWeekDay;
}
