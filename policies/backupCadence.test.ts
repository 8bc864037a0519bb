import * as kubernetes from "@pulumi/kubernetes";
import { expect, it } from "vitest";
import { contracts } from "../infra/contracts";
import { recoveryContractAnnotation } from "../components/model/cadence";
import { describePolicy, kubernetesProvider } from "./testing/harness";

describePolicy("backup-cadence", (judge) => {
    it("stops backups that are too rare, too slow, malformed, or name no contract", async () => {
        const judgement = await judge({
            program: () => {
                const cluster = { provider: kubernetesProvider() };
                const backup = (name: string, schedule: string, activeDeadlineSeconds?: number, contract?: string) =>
                    new kubernetes.batch.v1.CronJob(
                        name,
                        {
                            metadata: {
                                name,
                                annotations: contract === undefined ? {} : { [recoveryContractAnnotation]: contract },
                            },
                            spec: {
                                schedule,
                                jobTemplate: {
                                    spec: {
                                        activeDeadlineSeconds,
                                        template: {
                                            spec: {
                                                restartPolicy: "Never",
                                                containers: [{ name: "main", image: "backup:1.0" }],
                                            },
                                        },
                                    },
                                },
                            },
                        },
                        cluster,
                    );
                const { id } = contracts.natsBackupRpo;
                backup("hourly-backup", "0 * * * *", 1_800, id);
                backup("daily-backup", "0 3 * * *", 1_800, id);
                backup("weekday-backup", "0 3 * * 1-5", 1_800, id);
                backup("endless-backup", "0 * * * *", undefined, id);
                backup("broken-backup", "0 25 * * *", 1_800, id);
                backup("nameless-backup", "0 * * * *", 1_800);
                backup("unrelated", "0 3 * * 0", 1_800);
                // A pod that says nothing has 30 s to end, and with them this one is still there at the next hour.
                backup("overlapping-backup", "0 * * * *", 3_590, id);
                backup("long-backup", "0 * * * *", 3_569, id);
            },
        });
        expect(judgement.messages.map((message) => message.replace(/^backup "([^"]+)".*/s, "$1"))).toEqual([
            "broken-backup",
            "daily-backup",
            "endless-backup",
            "nameless-backup",
            "overlapping-backup",
            "weekday-backup",
        ]);
        const [broken, daily, , nameless, overlapping, weekday] = judgement.messages;
        expect(broken).toContain(
            'would break contract nats-backup-rpo (NATS messages lost, by backup): schedule: "0 25 * * *"',
        );
        expect(daily).toContain("leaves up to 1 d between two runs, with the deadline of 30 min up to");
        expect(overlapping).toContain(
            'deadline: 3590 s is too near to the 1 h between two runs of "0 * * * *", so runs would be skipped: ' +
                "shorten the deadline or run less often; a pod's grace period of 30 s comes on top.",
        );
        expect(weekday).toContain("leaves up to 3 d between two runs");
        expect(nameless).toContain(
            "names no recovery contract: annotate it with drkit-recovery-contract and one of nats-backup-rpo, cluster-volumes-rpo, config-rpo",
        );
        expect(judgement.policies).toEqual(["backup-cadence"]);
        expect(judgement.exitCode).not.toBe(0);
    });
});
