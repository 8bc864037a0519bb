import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { days, hours, minutes, seconds } from "./duration";
import { CronError, narrowestGap, recoveryPoint, validateCadence, widestGap } from "./cadence";

describe("widestGap", () => {
    it.each([
        ["* * * * *", minutes(1)],
        ["0 * * * *", hours(1)],
        ["*/30 * * * *", minutes(30)],
        // The steps start again each hour, so the widest is neither 7 nor 4 minutes everywhere.
        ["*/7 * * * *", minutes(7)],
        ["*/40 * * * *", minutes(40)],
        ["0 3 * * *", days(1)],
        ["0 9-17 * * *", hours(16)],
        ["0 3 * * MON-FRI", days(3)],
        ["0 3 * * 0", days(7)],
        ["0 3 1 * *", days(31)],
        ["0 3 31 * *", days(61)],
        ["0 0 1 JAN *", days(366)],
        // 2096 to 2104: 2100 has no 29 February.
        ["0 0 29 2 *", days(2921)],
        // With both day fields restricted either suffices.
        ["0 0 1 * MON", days(7)],
        ["0 3 */2 * MON", days(2)],
        ["0 0 31 2 MON", days(350)],
    ])("%s leaves at most %d s", (schedule, expected) => {
        expect(widestGap(schedule)).toBe(expected);
    });

    it.each([
        ["0 0 30 2 *", "never fires"],
        ["0 0 31 4,6,9,11 *", "never fires"],
        ["61 * * * *", "is not a cron"],
        ["*/0 * * * *", "is not a cron"],
        ["0 22-2 * * *", "is not a cron"],
        ["* * * *", "has 4 instead of five fields"],
        ["0 0 3 * * *", "has 6 instead of five fields"],
        ["", "has 0 instead of five fields"],
        ["@hourly", "has 1 instead of five fields"],
        ["0 3 L * *", 'uses "L", which Kubernetes does not know'],
        ["0 3 * * MON#1", 'uses "#", which Kubernetes does not know'],
        ["H * * * *", 'uses "H", which Kubernetes does not know'],
        ["0 3 * * 7", "names day of the week 7, which Kubernetes refuses: Sunday is 0"],
    ])("fails by name for %j", (schedule, reason) => {
        expect(() => widestGap(schedule)).toThrow(CronError);
        expect(() => widestGap(schedule)).toThrow(`schedule: "${schedule}" ${reason}`);
    });

    it("is never less than any gap that a walk through the calendar finds", () => {
        const timeOfDay = fc.record({
            minutes: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 4 }),
            hours: fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 }),
            weekDays: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 }),
        });
        fc.assert(
            fc.property(timeOfDay, (cron) => {
                const schedule = `${cron.minutes.join(",")} ${cron.hours.join(",")} * * ${cron.weekDays.join(",")}`;
                expect(widestGap(schedule)).toBe(minutes(gapByWalking(cron)));
            }),
            { numRuns: 60 },
        );
    });

    it("grows, or stays, when a schedule loses one of its hours", () => {
        const someHours = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 2, maxLength: 24 });
        fc.assert(
            fc.property(someHours, (all) => {
                expect(widestGap(`0 ${all.slice(1).join(",")} * * *`)).toBeGreaterThanOrEqual(
                    widestGap(`0 ${all.join(",")} * * *`),
                );
            }),
        );
    });
});

describe("narrowestGap", () => {
    it.each([
        ["* * * * *", minutes(1)],
        ["0 * * * *", hours(1)],
        // From :56 to the next hour.
        ["*/7 * * * *", minutes(4)],
        ["0 3 * * *", days(1)],
        ["0 9-17 * * *", hours(1)],
        ["30 0,23 * * *", hours(1)],
        ["0 0,1 * * *", hours(1)],
        // No two days in a row, so midnight does not count.
        ["30 0,23 * * 1", hours(23)],
        ["0 3 31 * *", days(31)],
        ["0 3 * * 0", days(7)],
    ])("%s leaves at least %d s", (schedule, expected) => {
        expect(narrowestGap(schedule)).toBe(expected);
    });

    it("is never more than the widest, and equal to it where all are equal", () => {
        for (const schedule of ["*/15 * * * *", "0 */6 * * *", "0 3 * * MON"])
            expect(narrowestGap(schedule)).toBe(widestGap(schedule));
    });
});

describe("recoveryPoint", () => {
    it("adds what a run may take to the widest gap", () => {
        expect(recoveryPoint({ schedule: "0 * * * *", deadline: minutes(30) })).toBe(minutes(90));
    });

    it("adds the grace period of the pod that is cut off before", () => {
        expect(recoveryPoint({ schedule: "0 * * * *", deadline: minutes(30), gracePeriod: 30 })).toBe(
            minutes(90) + seconds(30),
        );
    });
});

describe("validateCadence", () => {
    it("accepts a recovery point that is just kept", () => {
        expect(validateCadence({ schedule: "*/30 * * * *", deadline: minutes(30) }, hours(1))).toEqual([]);
    });

    it("names gap, deadline and limit of one that is missed", () => {
        expect(validateCadence({ schedule: "0 3 * * *", deadline: hours(1) }, days(1))).toEqual([
            'schedule: "0 3 * * *" leaves up to 1 d between two runs, with the deadline of 1 h up to 25 h can be lost; ' +
                "the recovery point allows 1 d: run more often or shorten the deadline",
        ]);
    });

    it("reports a deadline that reaches into the next run", () => {
        expect(validateCadence({ schedule: "*/5 * * * *", deadline: minutes(10) }, hours(1))).toEqual([
            'deadline: 10 min is longer than the 5 min between two runs of "*/5 * * * *", so runs would be skipped: ' +
                "shorten the deadline or run less often",
        ]);
    });

    it("reports a run whose pod is still going when the next one is due, by the narrowest gap", () => {
        const cadence = { schedule: "0 0,1 * * *", deadline: minutes(60) };
        expect(validateCadence(cadence, days(2))).toEqual([]);
        expect(validateCadence({ ...cadence, gracePeriod: 5 }, days(2))).toEqual([
            'deadline: 1 h is too near to the 1 h between two runs of "0 0,1 * * *", so runs would be skipped: ' +
                "shorten the deadline or run less often; a pod's grace period of 5 s comes on top",
        ]);
        expect(validateCadence({ ...cadence, deadline: minutes(59), gracePeriod: 5 }, days(2))).toEqual([]);
    });

    it("reports a recovery point that the grace period alone breaks", () => {
        const cadence = { schedule: "*/30 * * * *", deadline: minutes(15) };
        expect(validateCadence(cadence, minutes(45))).toEqual([]);
        expect(validateCadence({ ...cadence, gracePeriod: 30 }, minutes(45))).toEqual([
            'schedule: "*/30 * * * *" leaves up to 30 min between two runs, with the deadline of 15 min up to 45 min can be lost; ' +
                "the recovery point allows 45 min: run more often or shorten the deadline; a pod's grace period of 30 s comes on top",
        ]);
    });

    it.each([0, -1, Number.NaN])("reports a deadline of %d s", (deadline) => {
        expect(validateCadence({ schedule: "0 * * * *", deadline }, hours(24))).toEqual([
            `deadline: ${deadline} s, but a run needs a positive number of seconds`,
        ]);
    });

    it("reports a cron that never fires instead of throwing", () => {
        expect(validateCadence({ schedule: "0 0 30 2 *", deadline: minutes(5) }, hours(24))).toEqual([
            expect.stringContaining('schedule: "0 0 30 2 *" never fires'),
        ]);
    });
});

/** The slow way: every minute of two weeks, in minutes. */
function gapByWalking(cron: { minutes: number[]; hours: number[]; weekDays: number[] }): number {
    const fires: number[] = [];
    for (let minute = 0; minute < 14 * 24 * 60; minute++) {
        const onMinute = cron.minutes.includes(minute % 60) && cron.hours.includes(Math.floor(minute / 60) % 24);
        if (onMinute && cron.weekDays.includes(Math.floor(minute / (24 * 60)) % 7)) fires.push(minute);
    }
    return fires.slice(1).reduce((widest, minute, index) => Math.max(widest, minute - (fires[index] ?? minute)), 0);
}
