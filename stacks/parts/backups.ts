import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { BackupBucket } from "../../components/backup/backupBucket";
import { BackupAgeAlarm } from "../../components/backup/backupBucketAlarm";
import type { BackupLocation } from "../../components/backup/backupBucketLocation";
import type { BackupKind } from "../../components/backup/backupBucketRules";
import { natsUsers } from "../../components/nats/natsAccounts";
import { createPagingTopic } from "../../components/failover/failoverDnsPaging";
import { NatsBackup } from "../../components/backup/natsBackup";
import { completedPrefix, type NatsAccess } from "../../components/backup/natsBackupPod";
import { NatsRestore } from "../../components/backup/natsBackupRestore";
import { days } from "../../components/model/duration";
import type { BackupOutputs } from "../../infra/outputs";
import { part, type Parts } from "../../infra/parts";
import type { RegionProfile, SystemProfile } from "../../components/model/profile";
import { settingKey } from "../../infra/settingKey";
import type { StackContext } from "../../infra/stack";
import { alarmAge, natsCadence } from "./backupCadence";
import { physicalName } from "../../components/model/nameLimits";

/** Folder of the backups of a region's streams or cluster: "use1/nats". */
function prefixOf({ short }: RegionProfile, kind: BackupKind): string {
    return `${short}/${kind}`;
}

/** A bucket in this stack's region for backups of another one, and what that one has to know of it. */
export async function buildBackupBucket(
    stack: StackContext,
    kind: BackupKind,
    source: RegionProfile,
): Promise<pulumi.Output<BackupOutputs>> {
    const { profile, region, settings } = stack;
    const { accountId } = await aws.getCallerIdentity({}, { provider: stack.aws });
    const prefix = prefixOf(source, kind);
    const bucket = new BackupBucket(
        `${kind}-backups`,
        {
            kind,
            // Unique in all of AWS, hence the account.
            bucketName: physicalName("bucket", [profile.name, kind, "backups", region.short, accountId]),
            region: region.name,
            sourceRegion: source.name,
            prefix,
            retention: days(settings.backup.retentionDays),
            contract: profile.contracts.backupRetention,
            ...(kind === "nats" ? { lock: settings.nats.backup.objectLock } : {}),
        },
        { providers: [stack.aws] },
    );
    return pulumi.output({
        bucketName: bucket.bucketName,
        bucketArn: bucket.bucketArn,
        keyArn: bucket.keyArn,
        region: region.name,
        prefix,
    });
}

/** The location that another stack exports; the folder is computed, because the rules look at it before anything is registered. */
export function locationOf(
    exported: pulumi.Output<BackupOutputs>,
    source: RegionProfile,
    kind: BackupKind,
): BackupLocation {
    return {
        bucketName: exported.bucketName,
        bucketArn: exported.bucketArn,
        keyArn: exported.keyArn,
        region: exported.region,
        prefix: prefixOf(source, kind),
    };
}

/** Name in Secrets Manager of the password that opens Velero's repository. */
export function repositoryPassword({ name }: Pick<SystemProfile, "name">): string {
    return `${name}/velero-repository`;
}

/** The alarm on the age of the newest backup in a bucket of this stack, and the topic in its region that tells of it; `asleep` while nothing writes there. */
export function buildBackupAlarm(
    stack: StackContext,
    backups: pulumi.Output<BackupOutputs>,
    { asleep = false } = {},
): pulumi.Output<string> {
    const topic = createPagingTopic(
        "backup-pages",
        physicalName("topic", [stack.profile.name, "backup"]),
        stack.settings.alerts.subscribers,
        {
            provider: stack.aws,
        },
    );
    new BackupAgeAlarm(
        "nats-backup-age",
        {
            alarmName: physicalName("alarm", [stack.names.base, "nats-backup-age"]),
            bucketName: backups.bucketName,
            completedPrefix: backups.prefix.apply(completedPrefix),
            maximumAge: alarmAge(natsCadence(stack)),
            notify: [topic.arn],
            asleep,
        },
        { providers: [stack.aws] },
    );
    return topic.arn;
}

/**
 * Backup and restore of this region's streams. With `standbyOf`, where another region's backups are, it is the standby's: its twin starts to
 * run when an operator resumes it, because from then on it is the region that has something to lose; it restores either's backups, and always
 * into its own servers.
 */
export function buildNatsBackup(
    stack: StackContext,
    parts: Parts,
    location: BackupLocation,
    { standbyOf }: { readonly standbyOf?: BackupLocation } = {},
): void {
    const { profile, names, region, settings } = stack;
    const suspended = standbyOf !== undefined;
    const cluster = part(parts, "cluster");
    const common = {
        namespace: part(parts, "namespaces").nats,
        clusterName: cluster.clusterName,
        nats: natsAccess(stack, parts),
        roomGib: settings.nats.backup.volumeGib,
        storageClass: cluster.storageClass,
    };
    const opts = {
        providers: [stack.aws, cluster.provider],
        dependsOn: [...cluster.ready, ...(parts.nats?.ready ?? [])],
    };
    new NatsBackup(
        "nats-backup",
        {
            ...common,
            jobName: "nats-backup",
            roleName: physicalName("IAM role", [names.base, "nats-backup"]),
            streams: profile.streams.map((stream) => (suspended ? stream.mirror : stream.name)),
            destination: location,
            contract: profile.contracts.natsBackupRpo,
            cadence: natsCadence(stack),
            suspended,
        },
        opts,
    );
    const createRestore = (jobName: string, source: BackupLocation) =>
        new NatsRestore(
            jobName,
            {
                ...common,
                jobName,
                roleName: physicalName("IAM role", [names.base, jobName]),
                source,
                ...(suspended && { cluster: region.natsCluster }),
            },
            opts,
        );
    createRestore("nats-restore", standbyOf ?? location);
    if (standbyOf) createRestore("nats-restore-own", location);
}

/**
 * Where the standby's twin would write, and what the standby restores: the primary's backups, which are in the standby's own region.
 * Once that region is the one that has something to lose, a bucket beside it would be lost with it: so the twin writes to the third one.
 */
export async function twinLocations(
    stack: StackContext,
    { nats }: NonNullable<Parts["backups"]>,
): Promise<{ destination: BackupLocation; source: BackupLocation }> {
    const third = await stack.peer("witness");
    return {
        destination: locationOf(third.require("natsBackups"), stack.region, "nats"),
        source: locationOf(nats, stack.profile.regions.primary, "nats"),
    };
}

/** How a pod reaches the region's streams. */
export function natsAccess({ settings, name }: StackContext, { nats }: Parts): NatsAccess {
    const { access } = settings.nats;
    if (access) return { url: access.url, ...(access.login && { login: access.login }) };
    if (nats?.authSecret !== undefined) {
        const { name: user, passwordVariable } = natsUsers.application;
        return { url: nats.url, login: { user, secretName: nats.authSecret, secretKey: passwordVariable } };
    }
    throw new pulumi.RunError(
        `${settingKey("nats.access")} of stack ${name} is missing: the backup cannot reach NATS that is the user's own.\n` +
            `  to do: pulumi config set --stack ${name} --path ${settingKey("nats.access.url")} nats://<service>.<namespace>.svc:4222, and nats.access.login if it asks for one`,
    );
}
