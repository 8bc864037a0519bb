import { scheduledBackup } from "../components/backup/scheduledBackup";
import { validateCadence } from "../components/model/cadence";
import { contractTerms, titleOf } from "../components/model/contract";
import { resourcePolicy } from "./shared/define";

/** What a backup can lose is the widest gap of its schedule and the time a run may take. */
export const backupCadence = resourcePolicy(
    "backup-cadence",
    "Every scheduled backup runs often enough for the recovery contract that it names.",
    (args, { recoveryPoints = {} }, report) => {
        const backup = scheduledBackup(args.type, args.props);
        if (!backup) return;
        const { contractId: id } = backup;
        const limit = id === undefined ? undefined : recoveryPoints[id];
        if (id === undefined || limit === undefined) {
            const found =
                id === undefined ? "names no recovery contract" : `names the contract "${id}", which there is not`;
            report(
                `backup "${args.name}" ${found}: annotate it with drkit-recovery-contract and one of ${inOrder(recoveryPoints).join(", ")}.`,
            );
            return;
        }
        const title = titleOf(id);
        for (const issue of validateCadence(backup.cadence, limit)) {
            report(`backup "${args.name}" would break contract ${id}${title ? ` (${title})` : ""}: ${issue}.`);
        }
    },
);

/** The system's own first, in the order of the contracts: a configuration's keys have none once they have been on the wire. */
function inOrder(recoveryPoints: Readonly<Record<string, number>>): string[] {
    const order = Object.values(contractTerms).map(({ id }): string => id);
    const place = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length);
    return Object.keys(recoveryPoints).sort((one, other) => place(one) - place(other) || (one < other ? -1 : 1));
}
