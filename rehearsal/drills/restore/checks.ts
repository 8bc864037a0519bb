import { contracts } from "../../../infra/contracts";
import { formatDuration, type Seconds } from "../../../infra/duration";
import type { Check, Measurement, TimelineEvent } from "../../report/result";
import type { CronJobOutcome } from "./deployedJob";

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

/** Times of the event (performance.now). */
export interface Moments {
    backupAt: number;
    backedUpAt: number;
    lostAt: number;
    emptyAt: number;
    restoredAt: number;
    writableAt: number;
}

/** What happened, as far as it went. */
export interface Findings {
    /** Messages published to each stream before the last backup. */
    readonly count: number;
    readonly arrived: { readonly runs: readonly CronJobOutcome[]; readonly stamps: readonly string[] };
    readonly live?: { readonly run: CronJobOutcome; readonly differences: readonly string[] };
    readonly newest?: { readonly run: CronJobOutcome; readonly losses?: readonly StreamLoss[] };
    readonly older?: { readonly run: CronJobOutcome; readonly stamp: string; readonly differences: readonly string[] };
    readonly moments: Partial<Moments>;
    readonly summary: string;
}

/** Whether the deployed schedule keeps the contract on its worst day. */
export function cadenceCheck(promised: Seconds): Check {
    const { limit, id } = contracts.natsBackupRpo;
    return {
        id: "backup-cadence",
        title: "The newest backup is never older than the contract",
        passed: promised <= limit,
        expected: `at most ${formatDuration(limit)} (${id}), the widest gap of the schedule and the job's deadline together`,
        actual: formatDuration(promised),
    };
}

export function checks(findings: Findings): Check[] {
    const { arrived, live, newest, older } = findings;
    const found: Check[] = [arrivesCheck(arrived)];
    if (live) {
        found.push(verifiedCheck(live.run));
        if (verified(live.run)) found.push(liveCheck(live));
    }
    if (newest) {
        found.push(
            statusCheck(
                "restored",
                "The deployed restore accepts the backup and restores it into the empty cluster",
                newest.run,
            ),
        );
        if (newest.losses) found.push(...lossChecks(newest.losses));
    }
    if (older) found.push(pointInTimeCheck(older));
    return found;
}

function arrivesCheck({ runs, stamps }: Findings["arrived"]): Check {
    const failed = runs.find((run) => run.exitCode !== 0);
    return {
        id: "backup-arrives",
        title: "Each run of the deployed backup leaves a complete backup in the bucket",
        passed: failed === undefined && stamps.length === runs.length,
        expected: `${runs.length} runs, ${runs.length} complete backups`,
        actual: failed
            ? `container ${failed.container} ended with status ${failed.exitCode}: ${lastLine(failed)}`
            : `${runs.length} runs, ${stamps.length} complete backups`,
    };
}

/** Whether the restore script found every file as the manifest says; it looks at that before anything else. */
export function verified(run: CronJobOutcome): boolean {
    return / files as in the manifest$/m.test(run.output);
}

function verifiedCheck(run: CronJobOutcome): Check {
    return {
        id: "backup-verified",
        title: "Every file of the newest backup is what its manifest says",
        passed: verified(run),
        expected: "all sha256 sums equal",
        actual: verified(run) ? "all equal" : lastLine(run),
    };
}

function liveCheck({ run, differences }: NonNullable<Findings["live"]>): Check {
    const status =
        run.exitCode === 0
            ? "accepted"
            : `container ${run.container} ended with status ${run.exitCode}: ${lastLine(run)}`;
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

function lossChecks(losses: readonly StreamLoss[]): Check[] {
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

function pointInTimeCheck({ run, stamp, differences }: NonNullable<Findings["older"]>): Check {
    return {
        id: "point-in-time",
        title: "The backup before the last one restores as well, to exactly what was there then",
        passed: run.exitCode === 0 && differences.length === 0,
        expected: `the streams and consumers of ${stamp}`,
        actual: run.exitCode === 0 ? differences.join("; ") || "the same" : `status ${run.exitCode}: ${lastLine(run)}`,
    };
}

function statusCheck(id: string, title: string, run: CronJobOutcome): Check {
    const actual =
        run.exitCode === 0
            ? "exit status 0"
            : `container ${run.container} ended with status ${run.exitCode}: ${lastLine(run)}`;
    return { id, title, passed: run.exitCode === 0, expected: "exit status 0", actual };
}

function lastLine(run: CronJobOutcome): string {
    return run.output.trim().split("\n").at(-1) ?? "";
}

export function measurements({ newest, moments }: Findings, promised: Seconds): Measurement[] {
    const found: Measurement[] = [
        {
            id: "backup-rpo-promised",
            title: "NATS messages lost at worst, by the deployed schedule",
            value: promised,
            unit: "s",
            contract: "natsBackupRpo",
        },
    ];
    const { backupAt, backedUpAt, lostAt, emptyAt, restoredAt, writableAt } = moments;
    if (backupAt !== undefined && backedUpAt !== undefined) {
        found.push({
            id: "backup-time",
            title: "one run of the backup, made and uploaded",
            value: (backedUpAt - backupAt) / 1000,
            unit: "s",
        });
    }
    if (
        newest?.losses &&
        lostAt !== undefined &&
        emptyAt !== undefined &&
        restoredAt !== undefined &&
        writableAt !== undefined
    ) {
        const { losses } = newest;
        found.push(
            {
                id: "backup-rpo",
                title: "from the last recovered message to the last acknowledged one",
                value: Math.max(...losses.map((loss) => loss.lostSeconds)),
                unit: "s",
                contract: "natsBackupRpo",
            },
            {
                id: "lost",
                title: "acknowledged messages lost",
                value: losses.reduce((sum, loss) => sum + loss.lost, 0),
                unit: "messages",
            },
            {
                id: "recovered",
                title: "messages recovered",
                value: losses.reduce((sum, loss) => sum + loss.recovered, 0),
                unit: "messages",
            },
            {
                id: "restore-time",
                title: "the restore job: fetched, verified, restored",
                value: (restoredAt - emptyAt) / 1000,
                unit: "s",
            },
            {
                id: "restore-rto",
                title: "from the loss until both streams accept writes",
                value: (writableAt - lostAt) / 1000,
                unit: "s",
                contract: "natsRestoreRto",
            },
        );
    }
    return found;
}

/** Times relative to the loss; a drill that ended before it has no timeline. */
export function timeline({ moments, newest }: Findings): TimelineEvent[] {
    const { backupAt, backedUpAt, lostAt, emptyAt, restoredAt, writableAt } = moments;
    if (lostAt === undefined) return [];
    const at = (moment: number) => (moment - lostAt) / 1000;
    const events: TimelineEvent[] = [
        { lane: "NATS servers", at: 0, label: "killed with -9, disks deleted", tone: "bad" },
    ];
    if (backupAt !== undefined && backedUpAt !== undefined) {
        events.push({
            lane: "backup",
            at: at(backupAt),
            until: at(backedUpAt),
            label: "made and uploaded while clients publish",
            tone: "good",
        });
        events.push({ lane: "clients", at: at(backupAt), until: 0, label: "writes acknowledged", tone: "good" });
    }
    if (emptyAt !== undefined)
        events.push({ lane: "NATS servers", at: at(emptyAt), label: "healthy, empty", tone: "neutral" });
    if (emptyAt !== undefined && restoredAt !== undefined) {
        events.push({
            lane: "restore",
            at: at(emptyAt),
            until: at(restoredAt),
            label: "fetched, verified, restored",
            tone: newest?.losses ? "good" : "bad",
        });
    }
    if (writableAt !== undefined) {
        events.push({ lane: "clients", at: 0, until: at(writableAt), label: "no writes", tone: "bad" });
        events.push({ lane: "clients", at: at(writableAt), label: "writes acknowledged again", tone: "good" });
    }
    return events;
}
