import { narrowestGap } from "./cadence";
import { formatDuration, type Seconds } from "./duration";
import type { CronJobTimes, JobTimes } from "./jobTimes";

/** Kubernetes looks for due CronJobs this often; a shorter starting deadline misses runs. */
const controllerInterval: Seconds = 10;

/** A script as PID 1 that handles SIGTERM needs a second; a longer grace period holds the CronJob for a pod that is done for. */
const longestGracePeriod: Seconds = 5;

/** Kubernetes' pauses before the retries of a Job: 10 s, 20 s, 40 s, …, at most 10 min each. */
function pauses(retries: number): Seconds {
    return Array.from({ length: retries }, (_, retry) => Math.min(10 * 2 ** retry, 600)).reduce(
        (sum, pause) => sum + pause,
        0,
    );
}

/** What is wrong with the times of a Job; empty if nothing is. */
export function jobTimesIssues({ deadline, gracePeriod, retries, patience }: JobTimes): string[] {
    const tries = retries + 1;
    const needed = patience === undefined ? 0 : tries * (patience + gracePeriod) + pauses(retries);
    return [
        ...(gracePeriod >= 1 && gracePeriod <= longestGracePeriod
            ? []
            : [`gracePeriod: ${formatDuration(gracePeriod)} found; allowed are 1 s to ${longestGracePeriod} s`]),
        ...(deadline >= needed
            ? []
            : [
                  `deadline: ${formatDuration(deadline)} found; ${tries} tries of ${formatDuration(patience!)}, with the pauses between them, need ${formatDuration(needed)}`,
              ]),
    ];
}

/** What is wrong with the times of a CronJob; empty if nothing is. */
export function cronJobTimesIssues(times: CronJobTimes): string[] {
    const { schedule, deadline, gracePeriod, startingDeadline, keptSuccesses, keptFailures } = times;
    const gap = narrowestGap(schedule);
    const busy = deadline + gracePeriod;
    return [
        ...jobTimesIssues(times),
        // With "Forbid" a run that is still there when the next one is due costs that one its time.
        ...(busy < gap
            ? []
            : [
                  `deadline: ${formatDuration(deadline)} and the grace period of ${formatDuration(gracePeriod)} do not end before the next run, ${formatDuration(gap)} later`,
              ]),
        ...(startingDeadline > controllerInterval
            ? []
            : [
                  `startingDeadline: ${formatDuration(startingDeadline)} found; the controller looks every ${controllerInterval} s`,
              ]),
        // A run that starts late may push the next one back, and must not cost the one after that.
        ...(startingDeadline < gap && startingDeadline + busy < 2 * gap
            ? []
            : [
                  `startingDeadline: ${formatDuration(startingDeadline)} found; a run that starts so late is still there when the one after the next is due`,
              ]),
        ...(keptSuccesses >= 1 && keptFailures >= 1
            ? []
            : [`keptSuccesses, keptFailures: ${keptSuccesses}, ${keptFailures} found; keep at least one of each`]),
    ];
}
