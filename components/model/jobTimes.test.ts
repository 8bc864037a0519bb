import { describe, expect, it } from "vitest";
import { recoveryPoint, widestGap } from "./cadence";
import { hours, minutes, seconds } from "./duration";
import { cronJobTimes, jobTimes, veleroTimes, waitFor, type CronJobTimes, type JobTimes } from "./jobTimes";
import { cronJobTimesIssues, jobTimesIssues } from "./jobTimesRules";

const cronJobs = Object.entries<CronJobTimes>(cronJobTimes);
const all = [...cronJobs, ...Object.entries<JobTimes>(jobTimes)];
const { natsBackup, durablePositions } = cronJobTimes;

describe("the times of every CronJob", () => {
    it.each(cronJobs)(
        "end a run of %s before the next is due, and let a late one cost no more than its neighbour",
        (_, times) => {
            expect(cronJobTimesIssues(times)).toEqual([]);
        },
    );

    it.each(all)(
        "end a pod of %s within 1 to 5 s of SIGTERM, and give its script room for all its tries",
        (_, times) => {
            expect(jobTimesIssues(times)).toEqual([]);
        },
    );

    it("end what runs every minute after 50 s and 5 s more, so that the next minute is free", () => {
        for (const times of cronJobs.map(([, one]) => one).filter(({ schedule }) => schedule === "* * * * *"))
            expect(times.deadline + times.gracePeriod).toBe(55);
    });

    it("promise a backup's recovery point with the grace period in it", () => {
        expect(recoveryPoint(natsBackup)).toBe(hours(1) + minutes(30) + seconds(5));
        expect(recoveryPoint(durablePositions)).toBe(minutes(1) + seconds(55));
        expect(recoveryPoint(veleroTimes.dailyBackup)).toBe(hours(25));
        expect(recoveryPoint(veleroTimes.configBackup)).toBe(minutes(45));
    });

    it("keep Velero's backups apart, which it makes one after the other", () => {
        for (const { schedule, deadline } of Object.values(veleroTimes))
            expect(deadline).toBeLessThan(widestGap(schedule));
    });
});

describe("whoever waits for a Job", () => {
    it.each(all)("waits for %s until Kubernetes has ended it", (_, times) => {
        expect(waitFor(times)).toBe(times.deadline + times.gracePeriod + 300);
    });
});

describe("cronJobTimesIssues", () => {
    const issues = (change: Partial<CronJobTimes>) => cronJobTimesIssues({ ...natsBackup, ...change });

    it.each([
        [{ gracePeriod: 0 }, "gracePeriod: 0 s found; allowed are 1 s to 5 s"],
        [{ gracePeriod: 30 }, "gracePeriod: 30 s found; allowed are 1 s to 5 s"],
        [
            { deadline: minutes(60) - seconds(5), startingDeadline: minutes(1) },
            "deadline: 3595 s and the grace period of 5 s do not end before the next run, 1 h later",
        ],
        [{ startingDeadline: 10 }, "startingDeadline: 10 s found; the controller looks every 10 s"],
        [
            { startingDeadline: minutes(60) },
            "startingDeadline: 1 h found; a run that starts so late is still there when the one after the next is due",
        ],
        [{ keptSuccesses: 0 }, "keptSuccesses, keptFailures: 0, 3 found; keep at least one of each"],
        [{ keptFailures: 0 }, "keptSuccesses, keptFailures: 1, 0 found; keep at least one of each"],
        [
            { patience: minutes(20) },
            "deadline: 30 min found; 2 tries of 20 min, with the pauses between them, need 2420 s",
        ],
    ])("refuses %j", (change, issue) => {
        expect(issues(change)).toEqual([issue]);
    });

    it("goes by the narrowest gap: what is due an hour later is skipped by a run of an hour", () => {
        expect(issues({ schedule: "30 0,23 * * *", deadline: minutes(60) })).toEqual([
            "deadline: 1 h and the grace period of 5 s do not end before the next run, 1 h later",
        ]);
    });
});
