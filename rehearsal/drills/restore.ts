import { scheduledBackup } from "../../components/backup/scheduledBackup";
import { recoveryPoint } from "../../components/model/cadence";
import type { Check, Measurement } from "../../report/result";
import type { Deployment } from "../../engine/state/deployment";
import type { Drill, Outcome } from "../kit/drill";
import type { DrillRun } from "../kit/drillRun";
import { backupEnvironment, jobs, type BackupEnvironment } from "../kit/environments/backup";
import { deployedCronJob } from "../kit/environments/deployedCronJob";
import { seconds } from "../kit/checkers/messages";
import {
    arrivesCheck,
    cadenceCheck,
    liveCheck,
    lossChecks,
    lossFigures,
    pointInTimeCheck,
    refusedExisting,
    restoredCheck,
    verified,
    verifiedCheck,
    type PointInTime,
} from "./restore/checks";
import { BackupClients } from "./restore/clients";
import { exactly, lossOf } from "./restore/compare";
import { restoreSabotages } from "./restore/sabotages";
import { differences, pictures, type StreamPicture } from "./restore/streams";

/**
 * Backs up two streams with durable consumers while clients go on publishing, restores the backup before the last one into an empty
 * cluster beside them, kills every server, deletes the disks, and restores the newest backup: all of it with the deployed scripts.
 * Ends at the first link that breaks: what comes after it would say nothing.
 */
export const restore: Drill = {
    id: "restore",
    title: "Every NATS server and disk is lost; the streams come back from the bucket",
    phase: 11,
    needs: ["primary", "dr"],
    besideEngine: true,
    script,
    sabotages: restoreSabotages,
};

async function script(run: DrillRun): Promise<Outcome> {
    const promised = promisedRecoveryPoint(run.deployment("primary"));
    const checks: Check[] = [cadenceCheck(promised, run.profile.contracts.natsBackupRpo)];
    const measurements: Measurement[] = [];
    // An operator who waits for the next run of such a schedule has nothing to restore: the rest of the drill would flatter it.
    if (!checks[0]!.passed) return { checks };
    measurements.push(
        seconds(
            "backup-rpo-promised",
            "NATS messages lost at worst, by the deployed schedule",
            promised,
            "natsBackupRpo",
        ),
    );

    const count = run.quick ? 600 : 10_000;
    const region = await backupEnvironment(run);
    const clients = await BackupClients.start(run, region);
    await clients.publish(count / 2);
    await clients.consume(count / 4);
    const former = await clients.pictures();
    const first = await run.at("backup", "first run", () => region.backup());
    const [stamp] = await region.completeBackups();
    if (first.exitCode !== 0 || stamp === undefined)
        return { checks: [...checks, arrivesCheck([first], stamp === undefined ? [] : [stamp])], measurements };

    // Beside the live cluster, and before anything is timed.
    const restoringOlder = pointInTime(run, region, stamp, former);
    restoringOlder.catch(() => undefined);
    await clients.publish(count);
    await clients.consume(count / 4);
    const latter = await clients.pictures();
    await clients.startTrickle();
    const backupAt = performance.now();
    const second = await run.at("backup", "made and uploaded while clients publish", () => region.backup(), "good");
    measurements.push(seconds("backup-time", "one run of the backup, made and uploaded", since(backupAt)));
    const stamps = await region.completeBackups();
    checks.push(arrivesCheck([first, second], stamps));
    if (second.exitCode !== 0 || stamps.length < 2) return { checks, measurements };

    const [refused, older] = await Promise.all([region.restore(), restoringOlder]);
    checks.push(verifiedCheck(refused));
    if (!verified(refused)) return { checks, measurements };
    // One that went through has replaced the streams: nothing is left to compare.
    const untouched = refused.exitCode === 0 ? [] : await clients.pictures();
    checks.push(
        liveCheck(
            refused,
            untouched.flatMap((now, index) => differences(latter[index]!, now)),
        ),
    );
    if (!refusedExisting(refused)) return { checks, measurements };

    await clients.trickled(100);
    const before = await clients.pictures();
    const lostAt = performance.now();
    run.disruption(lostAt);
    await run.at("NATS servers", "killed with -9, disks deleted", () => region.lose(), "bad");
    await clients.end();
    await run.at("NATS servers", "start empty", () => region.startEmpty());
    const emptyAt = performance.now();
    const newest = await run.at("restore", "fetched, verified, restored", () => region.restore());
    const title = "the restore job: fetched, verified, restored";
    measurements.push(seconds("restore-time", title, since(emptyAt)));
    checks.push(restoredCheck(newest));
    if (newest.exitCode !== 0) return { checks: [...checks, pointInTimeCheck(older)], measurements };
    const restored = await clients.afterCanary(() => {
        const title = "from the loss until both streams accept writes";
        measurements.push(seconds("restore-rto", title, since(lostAt), "natsRestoreRto"));
        run.happened("clients", "writes acknowledged again", "good");
    });
    const losses = restored.map((now, index) =>
        lossOf(now, before[index]!, latter[index]!, [clients.publishers[index]!, clients.trickle[index]!]),
    );
    measurements.push(...lossFigures(losses));
    return {
        checks: [...checks, ...lossChecks(losses), pointInTimeCheck(older)],
        measurements,
        details: { losses, runs: { first, second, refused, newest }, changedKeys: region.nats.changedKeys },
    };
}

function since(moment: number): number {
    return (performance.now() - moment) / 1000;
}

function promisedRecoveryPoint(primary: Deployment): number {
    const { type, inputs } = deployedCronJob(primary, jobs.backup);
    return recoveryPoint(scheduledBackup(type, inputs)!.cadence);
}

/** The backup before the last one, into an empty cluster beside the live one: it has to be exactly what was there then. */
async function pointInTime(
    run: DrillRun,
    region: BackupEnvironment,
    stamp: string,
    former: readonly StreamPicture[],
): Promise<PointInTime> {
    const beside = await region.startBeside("point-in-time");
    run.defer(() => beside.close());
    const connection = await beside.connect("point-in-time");
    run.defer(() => connection.close().catch(() => undefined));
    const restoring = await beside.restore({ BACKUP: stamp });
    const found = restoring.exitCode === 0 ? await pictures(connection, run.profile.streams, run.signal) : [];
    const wrong = former.flatMap((was, index) =>
        found[index] ? exactly(found[index], was) : [`${was.stream}: not there`],
    );
    return { run: restoring, stamp, differences: wrong };
}
