import type { Cadence } from "./cadence";
import { hours, minutes, seconds, type Seconds } from "./duration";

/** The times of a Job: how often it tries, and when it is ended. */
export interface JobTimes {
    /** After this long the Job is ended, all of its tries and the pauses between them included (`activeDeadlineSeconds`). */
    readonly deadline: Seconds;
    /** A pod has this long after SIGTERM, then SIGKILL (`terminationGracePeriodSeconds`). Its script needs less: `scriptCommand`. */
    readonly gracePeriod: Seconds;
    /** Pods that may follow a failed one (`backoffLimit`). Kubernetes pauses 10 s before the first, and twice as long before each next. */
    readonly retries: number;
    /** How long one try of a script that waits for something goes on. @default none: the script ends when it is done */
    readonly patience?: Seconds;
}

/** The times of a CronJob, and what it keeps. Its runs never overlap: `concurrencyPolicy` is "Forbid" everywhere. */
export interface CronJobTimes extends JobTimes, Cadence {
    readonly gracePeriod: Seconds;
    /** A run that was missed is started as long as it is no later than this (`startingDeadlineSeconds`). The controller looks every 10 s. */
    readonly startingDeadline: Seconds;
    /** Finished Jobs that are kept (`successfulJobsHistoryLimit`). Older ones are deleted, so nobody waits for a Job that the CronJob owns. */
    readonly keptSuccesses: number;
    /** Failed Jobs that are kept, to say why (`failedJobsHistoryLimit`). */
    readonly keptFailures: number;
}

/** What Velero runs by itself: no Job, so it has neither a grace period nor retries. */
export interface VeleroTimes extends Cadence {
    /** Velero ends waiting for volumes after this time (`itemOperationTimeout`); the parts before that take minutes. */
    readonly deadline: Seconds;
}

/** The grace period of every Job's pod. Scripts end within a second of SIGTERM; the rest is the kubelet's. */
const gracePeriod: Seconds = seconds(5);

const kept = { keptSuccesses: 1, keptFailures: 3 } as const;

/** Runs every minute, and the next run is the retry. It ends before that one begins, even when it is cut off. */
const everyMinute = {
    schedule: "* * * * *",
    deadline: seconds(50),
    gracePeriod,
    retries: 0,
    startingDeadline: seconds(30),
    ...kept,
} as const satisfies CronJobTimes;

/** Every CronJob that the program deploys. */
export const cronJobTimes = {
    /** Backs the streams up. Schedule and deadline are the settings' defaults (`nats.backup`), which both stacks may change. */
    natsBackup: {
        schedule: "0 * * * *",
        deadline: minutes(30),
        gracePeriod,
        retries: 1,
        // A controller that was away starts the run it missed; without a limit it gives up after 100 missed ones.
        startingDeadline: minutes(10),
        ...kept,
    },
    /** The restore: suspended for good, and copied into a Job by an operator. The schedule is required by Kubernetes and never used. */
    natsRestore: {
        schedule: "0 0 1 1 *",
        deadline: hours(4),
        gracePeriod,
        // A second try would meet the streams of the first one.
        retries: 0,
        startingDeadline: seconds(30),
        ...kept,
    },
    /** Stores the positions of the origins' durable consumers in the standby. */
    durablePositions: everyMinute,
    /** Asks whether the meta group is whole. */
    metaWatch: everyMinute,
    /** Publishes the primary's marker. */
    standbyMarker: everyMinute,
    /** Asks whether the standby could take over. */
    standbyCanary: everyMinute,
    /** Compares the two regions. */
    standbyDrift: everyMinute,
    /** Asks how long the gateways' certificates last. */
    gatewayCertificates: { ...everyMinute, schedule: "7 * * * *" },
} as const satisfies Record<string, CronJobTimes>;

/** Every Job that the program deploys, or writes for an operator to apply. `deadline` has room for all tries of the script. */
export const jobTimes = {
    /** Creates the streams, or the mirrors, that are absent. */
    natsStreams: { deadline: minutes(25), gracePeriod, retries: 3, patience: minutes(5) },
    /** Waits for the members of the meta group, between two steps of the join. */
    natsGate: { deadline: minutes(45), gracePeriod, retries: 3, patience: minutes(10) },
    /** The two Jobs of the patch for a NATS of the user's own. */
    natsPatch: { deadline: minutes(6), gracePeriod, retries: 3, patience: minutes(1) },
    /** The backup before the join. */
    natsJoinBackup: { deadline: minutes(30), gracePeriod, retries: 1 },
} as const satisfies Record<string, JobTimes>;

/** Every schedule that Velero runs. */
export const veleroTimes = {
    /** Volumes and objects, daily at 03:00 (seed 000). Its deadline is what the contract adds to the day. */
    dailyBackup: { schedule: "0 3 * * *", deadline: hours(1) },
    /** Objects every half hour: an hourly one would lose up to an hour and the time it takes, more than the contract's hour. */
    configBackup: { schedule: "*/30 * * * *", deadline: minutes(15) },
} as const satisfies Record<string, VeleroTimes>;

/** What whoever waits for a Job adds to its deadline and grace period: the controller's own delays, and a pod that is slow to go. */
const waitingMargin: Seconds = minutes(5);

/** How long to wait for a Job: until after Kubernetes has ended it, so that whoever waits sees how it ended. */
export function waitFor({ deadline, gracePeriod: grace }: Pick<JobTimes, "deadline" | "gracePeriod">): Seconds {
    return deadline + grace + waitingMargin;
}
