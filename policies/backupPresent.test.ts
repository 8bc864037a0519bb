import * as kubernetes from "@pulumi/kubernetes";
import { expect, it } from "vitest";
import { recoveryContractAnnotation } from "../components/model/cadence";
import { contracts } from "../infra/contracts";
import { describePolicy, kubernetesProvider } from "./testing/harness";

const at =
    (phase: number, build: () => void = () => undefined) =>
    async () => {
        build();
        return { phase };
    };

function backups(suspend = false): void {
    const cluster = { provider: kubernetesProvider() };
    const annotations = (contract: string) => ({ [recoveryContractAnnotation]: contract });
    const pod = { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "backup:1.0" }] } };
    const name = "nats-backup";
    new kubernetes.batch.v1.CronJob(
        name,
        {
            metadata: { name, annotations: annotations(contracts.natsBackupRpo.id) },
            spec: {
                schedule: "0 * * * *",
                suspend,
                jobTemplate: { spec: { activeDeadlineSeconds: 1_800, template: pod } },
            },
        },
        cluster,
    );
    for (const [schedule, cron, contract] of [
        ["daily", "0 3 * * *", contracts.clusterVolumesRpo.id],
        ["config", "*/30 * * * *", contracts.configRpo.id],
    ] as const) {
        new kubernetes.apiextensions.CustomResource(
            schedule,
            {
                apiVersion: "velero.io/v1",
                kind: "Schedule",
                metadata: { name: schedule, annotations: annotations(contract) },
                spec: { schedule: cron, template: { itemOperationTimeout: "15m" } },
            },
            cluster,
        );
    }
}

describePolicy("backup-present", (judge) => {
    it("stops a primary of phase 11 that backs nothing up, and names each contract that nothing keeps", async () => {
        const judgement = await judge({ stack: "primary", program: at(11) });
        expect(judgement.messages.map((message) => /contract (\S+)/.exec(message)?.[1])).toEqual([
            "cluster-volumes-rpo",
            "config-rpo",
            "nats-backup-rpo",
        ]);
        expect(judgement.messages[2]).toContain(
            "is kept by nothing: no scheduled backup names it. From phase 11 on stack primary has one",
        );
        expect(judgement.policies).toEqual(["backup-present"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops a backup that is there and suspended, and lets it pass when it runs", async () => {
        const suspended = await judge({ stack: "primary", program: at(13, () => backups(true)) });
        expect(suspended.messages).toHaveLength(1);
        expect(suspended.messages[0]).toContain(
            "contract nats-backup-rpo (NATS messages lost, by backup) is kept by nothing: every scheduled backup that names it is suspended",
        );
        const running = await judge({ stack: "primary", program: at(13, () => backups()) });
        expect(running.policies).toEqual([]);
    });

    it("stops a standby of phase 11 without the buckets", async () => {
        const judgement = await judge({ stack: "dr", program: at(11) });
        expect(judgement.messages.map((message) => /"([^"]+)"/.exec(message)?.[1])).toEqual([
            "nats-backup",
            "velero-backup",
        ]);
        expect(judgement.policies).toEqual(["backup-present"]);
    });

    it("asks for nothing before phase 11", async () => {
        expect((await judge({ stack: "primary", program: at(10) })).policies).toEqual([]);
    });
});
