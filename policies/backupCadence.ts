import type { ResourceValidationPolicy } from "@pulumi/policy";
import { validateCadence } from "../components/backup/cadence";
import { contracts } from "../infra/contracts";
import { contractOf, scheduledBackup } from "./backups";

/** What a backup can lose is the widest gap of its schedule and the time a run may take. */
export const backupCadence: ResourceValidationPolicy = {
    name: "backup-cadence",
    description: "Every scheduled backup runs often enough for the recovery contract that it names.",
    enforcementLevel: "mandatory",
    validateResource: (args, reportViolation) => {
        const backup = scheduledBackup(args.type, args.props);
        if (!backup) return;
        const contract = contractOf(backup.contractId);
        if (!contract) {
            const ids = [
                contracts.natsBackupRpo,
                contracts.clusterVolumesRpo,
                contracts.configRpo,
                contracts.durablePositions,
            ]
                .map(({ id }) => id)
                .join(", ");
            const found =
                backup.contractId === undefined
                    ? "names no recovery contract"
                    : `names the contract "${backup.contractId}", which there is not`;
            reportViolation(
                `backup "${args.name}" ${found}: annotate it with kgents.io/recovery-contract and one of ${ids}.`,
            );
            return;
        }
        for (const issue of validateCadence(backup.cadence, contract.limit)) {
            reportViolation(`backup "${args.name}" would break contract ${contract.id} (${contract.title}): ${issue}.`);
        }
    },
};
