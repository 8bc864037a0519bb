import type { Contract } from "../../../components/model/contract";
import { formatDuration, type Seconds } from "../../../components/model/duration";
import type { Check, Measurement } from "../../../report/result";
import { messages, seconds } from "../../kit/checkers/messages";
import type { CronJobOutcome } from "../../kit/environments/deployedCronJob";

/** What one stream lost, and whether what it kept is what it was. */
export interface StreamLoss {
    readonly stream: string;
    readonly acked: number;
    readonly recovered: number;
    /** Acknowledged and not recovered. */
    readonly lost: number;
    /** From the last recovered acknowledgement to the last one at all. */
    readonly lostSeconds: number;
    /** Messages that were there when the backup began and are not there now. */
    readonly missingFromBackup: number;
    readonly differences: readonly string[];
    readonly ackFloor: { readonly expected: number; readonly found: number };
}

/** What a backup other than the newest restored to, beside the live cluster. */
export interface PointInTime {
    readonly run: CronJobOutcome;
    readonly stamp: string;
    /** From what was there when that backup began. */
    readonly differences: readonly string[];
}

/** Whether the deployed schedule keeps the contract on its worst day. */
export function cadenceCheck(promised: Seconds, { limit, id }: Contract): Check {
    return {
        id: "backup-cadence",
        title: "The newest backup is never older than the contract",
        passed: promised <= limit,
        expected: `at most ${formatDuration(limit)} (${id}), the widest gap of the schedule and the job's deadline together`,
        actual: formatDuration(promised),
    };
}

/** Whether each run of the deployed backup left a complete one. */
export function arrivesCheck(runs: readonly CronJobOutcome[], stamps: readonly string[]): Check {
    const failed = runs.find((run) => run.exitCode !== 0);
    return {
        id: "backup-arrives",
        title: "Each run of the deployed backup leaves a complete backup in the bucket",
        passed: failed === undefined && stamps.length === runs.length,
        expected: `${runs.length} runs, ${runs.length} complete backups`,
        actual: failed ? endOf(failed) : `${runs.length} runs, ${stamps.length} complete backups`,
    };
}

/** Whether the restore script found every file as the manifest says; it looks at that before anything else. */
export function verified(run: CronJobOutcome): boolean {
    return / files as in the manifest$/m.test(run.output);
}

export function verifiedCheck(run: CronJobOutcome): Check {
    return {
        id: "backup-verified",
        title: "Every file of the newest backup is what its manifest says",
        passed: verified(run),
        expected: "all sha256 sums equal",
        actual: verified(run) ? "all equal" : lastLine(run),
    };
}

/** @param differences of the live streams, after the attempt */
export function liveCheck(run: CronJobOutcome, differences: readonly string[]): Check {
    const status = run.exitCode === 0 ? "accepted" : endOf(run);
    return {
        id: "live-cluster-refused",
        title: "A restore into a cluster that holds the streams is refused, and touches nothing",
        // For this reason and no other: a restore that cannot even fetch the backup has refused nothing.
        passed: refusedExisting(run) && differences.length === 0,
        expected: "refused because a stream exists, and every stream as before",
        actual: [status, ...differences].join("; "),
    };
}

/** Whether the restore script itself said no because of what it found in the cluster. */
export function refusedExisting(run: CronJobOutcome): boolean {
    return run.exitCode !== 0 && run.container === "restore" && /^not restored: stream \S+ exists/m.test(run.output);
}

export function lossChecks(losses: readonly StreamLoss[]): Check[] {
    const differences = losses.flatMap((loss) => loss.differences);
    const missing = losses.reduce((sum, loss) => sum + loss.missingFromBackup, 0);
    const floors = losses.filter(({ ackFloor }) => ackFloor.found !== ackFloor.expected);
    return [
        {
            id: "messages-as-before",
            title: "Restored messages are what they were: payload hash, subject, sequence, count",
            passed: differences.length === 0,
            expected: "the beginning of each stream, message by message",
            actual:
                differences.join("; ") ||
                `${losses.map((loss) => `${loss.stream} ${loss.recovered}`).join(", ")} messages, all equal`,
        },
        {
            id: "backup-holds-everything",
            title: "Everything acknowledged before the backup began is in it",
            passed: missing === 0,
            expected: "0 messages missing",
            actual: `${missing} messages missing`,
        },
        {
            id: "consumers-go-on",
            title: "Durable consumers go on where they were",
            passed: floors.length === 0,
            expected: losses.map(({ stream, ackFloor }) => `${stream} at ${ackFloor.expected}`).join(", "),
            actual: losses.map(({ stream, ackFloor }) => `${stream} at ${ackFloor.found}`).join(", "),
        },
    ];
}

export function pointInTimeCheck({ run, stamp, differences }: PointInTime): Check {
    return {
        id: "point-in-time",
        title: "The backup before the last one restores as well, to exactly what was there then",
        passed: run.exitCode === 0 && differences.length === 0,
        expected: `the streams and consumers of ${stamp}`,
        actual: run.exitCode === 0 ? differences.join("; ") || "the same" : `status ${run.exitCode}: ${lastLine(run)}`,
    };
}

export function restoredCheck(run: CronJobOutcome): Check {
    return {
        id: "restored",
        title: "The deployed restore accepts the backup and restores it into the empty cluster",
        passed: run.exitCode === 0,
        expected: "exit status 0",
        actual: run.exitCode === 0 ? "exit status 0" : endOf(run),
    };
}

/** How a run that failed ended: what its script said last, and before it the reason that its tools gave. */
function endOf({ container, exitCode, output }: CronJobOutcome): string {
    return `container ${container} ended with status ${exitCode}: ${output.trim().split("\n").slice(-2).join("; ")}`;
}

function lastLine(run: CronJobOutcome): string {
    return run.output.trim().split("\n").at(-1) ?? "";
}

export function lossFigures(losses: readonly StreamLoss[]): Measurement[] {
    const sum = (count: (loss: StreamLoss) => number) => losses.reduce((total, loss) => total + count(loss), 0);
    const oldest = Math.max(...losses.map((loss) => loss.lostSeconds));
    return [
        seconds("backup-rpo", "from the last recovered message to the last acknowledged one", oldest, "natsBackupRpo"),
        messages(
            "lost",
            "acknowledged messages lost",
            sum(({ lost }) => lost),
        ),
        messages(
            "recovered",
            "messages recovered",
            sum(({ recovered }) => recovered),
        ),
    ];
}
