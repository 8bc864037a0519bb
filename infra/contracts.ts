import { contractsOf, type ContractLimit, type Source } from "../components/model/contract";
import { days, hours, minutes, seconds, type Seconds } from "../components/model/duration";
import type { Phase } from "../components/model/phase";

function bound(limit: Seconds, from: Phase, source: Source): ContractLimit {
    return { limit, from, source };
}

/**
 * The recovery contracts of the roadmap. Every number that a policy, a drill or a document uses is read from here,
 * so that changing a contract changes all three.
 */
export const contracts = contractsOf({
    apiRto: bound(minutes(5), 12, "seed 002"),
    natsRto: bound(minutes(15), 13, "seed 002"),
    natsRpo: bound(minutes(5), 13, "seed 002"),
    natsBackupRpo: bound(hours(24), 11, "seed 000"),
    natsRestoreRto: bound(minutes(15), 11, "seed 002"),
    clusterVolumesRpo: bound(hours(25), 11, "seed 000"),
    configRto: bound(minutes(30), 13, "seed 002"),
    configRpo: bound(hours(1), 11, "seed 002"),
    observabilityRto: bound(hours(1), 13, "seed 002"),
    failoverTrigger: bound(seconds(90), 12, "seed 000"),
    recordTtl: bound(seconds(60), 12, "seed 000"),
    mirrorLag: bound(minutes(3), 13, "seed 000"),
    durablePositions: bound(minutes(5), 13, "design"),
    secretRefresh: bound(minutes(5), 13, "seed 002"),
    backupRetention: bound(days(7), 11, "seed 003"),
    serverLossRecovery: bound(seconds(60), 10, "seed 003"),
});

/** How long a person may take to decide on a promotion; part of the write RTO. */
export const decisionAllowance: Seconds = minutes(5);

/** What a warm standby may take from its first request to serving all of them: pods run, pools and caches are cold. */
export const standbyStartUp: Seconds = seconds(60);
