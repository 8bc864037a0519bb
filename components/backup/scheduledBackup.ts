import { recoveryContractAnnotation, type Cadence } from "../model/cadence";
import { parseSeconds } from "../model/goDuration";

/** An object that makes backups on a schedule, as far as policies and drills look at it. */
export interface ScheduledBackup {
    readonly cadence: Cadence;
    /** Identifier of the contract that the object says it keeps; undefined if it says none. */
    readonly contractId: string | undefined;
    readonly suspended: boolean;
}

/** Type tokens of the objects that make backups. */
export const scheduledBackupTypes = {
    cronJob: "kubernetes:batch/v1:CronJob",
    veleroSchedule: "kubernetes:velero.io/v1:Schedule",
} as const;

/** What Kubernetes gives a pod that says nothing. */
const defaultGracePeriod = 30;

/** Reads a scheduled backup from a resource; undefined for anything else, an ordinary CronJob included. */
export function scheduledBackup(type: string, props: Record<string, any>): ScheduledBackup | undefined {
    const contractId: string | undefined = props.metadata?.annotations?.[recoveryContractAnnotation];
    if (type === scheduledBackupTypes.veleroSchedule) {
        const deadline = parseSeconds(props.spec?.template?.itemOperationTimeout ?? "4h");
        return {
            cadence: { schedule: props.spec?.schedule ?? "", deadline },
            contractId,
            suspended: props.spec?.paused === true,
        };
    }
    if (type !== scheduledBackupTypes.cronJob) return undefined;
    if (contractId === undefined && !/backup/.test(props.metadata?.name ?? "")) return undefined;
    // No deadline at all is an endless one: the rule that reads this has to fail.
    const run = props.spec?.jobTemplate?.spec;
    const deadline: number = run?.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY;
    const gracePeriod: number = run?.template?.spec?.terminationGracePeriodSeconds ?? defaultGracePeriod;
    return {
        cadence: { schedule: props.spec?.schedule ?? "", deadline, gracePeriod },
        contractId,
        suspended: props.spec?.suspend === true,
    };
}
