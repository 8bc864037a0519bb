import { contractTerms } from "../../../components/model/contract";
import { scheduledBackup, type ScheduledBackup } from "../../../components/backup/scheduledBackup";
import type { DeployedResource } from "../../../engine/state/deployment";

export const secretType = "aws:secretsmanager/secret:Secret";
export const externalSecret = "kubernetes:external-secrets.io/v1:ExternalSecret";

/** How a resource stores the consumers' positions; undefined for one that does not say that it keeps that contract. */
export function storedPositions({ type, inputs }: DeployedResource): ScheduledBackup | undefined {
    const scheduled = scheduledBackup(type, inputs);
    return scheduled?.contractId === contractTerms.durablePositions.id ? scheduled : undefined;
}
