import { BackupBucket } from "../../../../components/backup/backupBucket";
import { NatsBackup } from "../../../../components/backup/natsBackup";
import { NatsRestore } from "../../../../components/backup/natsBackupRestore";
import type { SystemProfile } from "../../../../components/model/profile";
import { natsUsers } from "../../../../components/nats/natsAccounts";
import { kgents } from "../../../../infra/kgents";
import { Deployment } from "../../../../engine/state/deployment";
import { recordedDeployment } from "../../../../engine/state/testing/recordedDeployment";
import { primaryFixture } from "../../../testing/fixtureDeployment";
import type { Deployments } from "../../../kit/context";

const prefix = "nats";

/** Deployments of phase 11, recorded from the components: what the engine exports, for tests without an engine. */
export async function backupFixture(system: SystemProfile = kgents): Promise<Deployments> {
    const { primary, dr: standby } = system.regions;
    const bucketName = `${system.name}-dr-nats-backups`;
    const nats = await primaryFixture({}, system);
    const jobs = await recordedDeployment("primary", () => {
        const common = {
            namespace: system.namespaces.nats,
            clusterName: `${system.name}-primary`,
            nats: {
                url: `nats://nats.${system.namespaces.nats}.svc:4222`,
                login: {
                    user: natsUsers.application.name,
                    secretName: "nats-auth",
                    secretKey: natsUsers.application.passwordVariable,
                },
            },
        };
        const location = {
            bucketName,
            bucketArn: `arn:aws:s3:::${bucketName}`,
            keyArn: `arn:aws:kms:${standby.name}:123456789012:key/1`,
            region: standby.name,
            prefix,
        };
        new NatsBackup("backup", {
            ...common,
            jobName: "nats-backup",
            roleName: `${system.name}-primary-nats-backup`,
            streams: system.streams.map((stream) => stream.name),
            destination: location,
            contract: system.contracts.natsBackupRpo,
        });
        new NatsRestore("restore", {
            ...common,
            jobName: "nats-restore",
            roleName: `${system.name}-primary-nats-restore`,
            source: location,
        });
    });
    const dr = await recordedDeployment("dr", () => {
        new BackupBucket("backups", {
            kind: "nats",
            bucketName,
            region: standby.name,
            sourceRegion: primary.name,
            prefix,
            retention: system.contracts.backupRetention.limit,
            contract: system.contracts.backupRetention,
        });
    });
    return { primary: new Deployment("primary", [...nats.resources, ...jobs.resources]), dr };
}
