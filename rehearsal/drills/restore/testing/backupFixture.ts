import { BackupBucket } from "../../../../components/backup/backupBucket";
import { NatsBackup } from "../../../../components/backup/natsBackup";
import { NatsRestore } from "../../../../components/backup/natsBackupRestore";
import { natsUsers } from "../../../../components/nats/natsAccounts";
import { contracts } from "../../../../infra/contracts";
import { kgents } from "../../../../infra/profile";
import { Deployment } from "../../../state/deployment";
import { recordedDeployment } from "../../../state/testing/recordedDeployment";
import { primaryFixture } from "../../../world/nats/testing/fixtureDeployment";
import type { Deployments } from "../../drill";

const bucketName = "kgents-dr-nats-backups";
const prefix = "nats";

/** Deployments of phase 11, recorded from the components: what the engine exports, for tests without an engine. */
export async function backupFixture(): Promise<Deployments> {
    const nats = await primaryFixture();
    const jobs = await recordedDeployment("primary", () => {
        const common = {
            namespace: kgents.namespaces.nats,
            clusterName: "kgents-primary",
            nats: {
                url: "nats://nats.kgents-agents.svc:4222",
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
            keyArn: "arn:aws:kms:us-west-2:123456789012:key/1",
            region: "us-west-2",
            prefix,
        };
        new NatsBackup("backup", {
            ...common,
            jobName: "nats-backup",
            roleName: "kgents-primary-nats-backup",
            streams: kgents.streams.map((stream) => stream.name),
            destination: location,
            contract: contracts.natsBackupRpo,
        });
        new NatsRestore("restore", {
            ...common,
            jobName: "nats-restore",
            roleName: "kgents-primary-nats-restore",
            source: location,
        });
    });
    const dr = await recordedDeployment("dr", () => {
        new BackupBucket("backups", {
            kind: "nats",
            bucketName,
            region: "us-west-2",
            sourceRegion: "us-east-1",
            prefix,
            retention: contracts.backupRetention.limit,
        });
    });
    return { primary: new Deployment("primary", [...nats.resources, ...jobs.resources]), dr };
}
