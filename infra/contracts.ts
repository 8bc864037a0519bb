import { days, hours, minutes, seconds, type Seconds } from "./duration";
import type { Phase } from "./phase";

/** Where a number comes from: a seed is one of the roadmap documents, a fact is public documentation or a measurement. */
export type Source = "seed 000" | "seed 001" | "seed 002" | "seed 003" | "design" | "AWS documentation" | "measured";

/** An upper (or, for retention, lower) bound that the deployed system has to keep. */
export interface Contract {
    /** Stable identifier, used in reports and policy messages. */
    readonly id: string;
    /** What is bounded, in words. */
    readonly title: string;
    /** The bound in seconds. */
    readonly limit: Seconds;
    /** Whether a measured value must be below or above the limit to keep the contract. */
    readonly kind: "at most" | "at least";
    /** The first phase that has to keep it. */
    readonly from: Phase;
    readonly source: Source;
}

function contract<const Id extends string>(
    id: Id,
    title: string,
    limit: Seconds,
    from: Phase,
    source: Source,
    kind: Contract["kind"] = "at most",
) {
    return { id, title, limit, kind, from, source } as const satisfies Contract;
}

/**
 * The recovery contracts. Every number that a policy, a drill or a document uses is read from here,
 * so that changing a contract changes all three.
 */
export const contracts = {
    apiRto: contract("api-rto", "API answers again", minutes(5), 12, "seed 002"),
    natsRto: contract("nats-rto", "NATS streams accept writes again", minutes(15), 13, "seed 002"),
    natsRpo: contract("nats-rpo", "NATS messages lost, by mirror", minutes(5), 13, "seed 002"),
    natsBackupRpo: contract("nats-backup-rpo", "NATS messages lost, by backup", hours(24), 11, "seed 000"),
    natsRestoreRto: contract("nats-restore-rto", "NATS streams restored from the backup", minutes(15), 11, "seed 002"),
    clusterVolumesRpo: contract(
        "cluster-volumes-rpo",
        "volumes of the cluster lost, by the daily backup and the time it may take",
        hours(25),
        11,
        "seed 000",
    ),
    configRto: contract("config-rto", "secrets and configuration usable", minutes(30), 13, "seed 002"),
    configRpo: contract("config-rpo", "secrets and configuration lost", hours(1), 11, "seed 002"),
    observabilityRto: contract("observability-rto", "observability usable", hours(1), 13, "seed 002"),
    failoverTrigger: contract("failover-trigger", "failover triggers after the loss", seconds(90), 12, "seed 000"),
    recordTtl: contract("record-ttl", "TTL of a failover record", seconds(60), 12, "seed 000"),
    mirrorLag: contract("mirror-lag", "mirror lag under load", minutes(3), 13, "seed 000"),
    durablePositions: contract(
        "durable-positions",
        "consumers' positions lost, so that messages are delivered again",
        minutes(5),
        13,
        "design",
    ),
    secretRefresh: contract("secret-refresh", "secret refresh interval", minutes(5), 13, "seed 002"),
    backupRetention: contract("backup-retention", "backups are kept", days(7), 11, "seed 003", "at least"),
    serverLossRecovery: contract(
        "nats-server-loss",
        "writes accepted after the loss of one NATS server",
        seconds(60),
        10,
        "seed 003",
    ),
} as const;

export type ContractName = keyof typeof contracts;

/** How long a person may take to decide on a promotion; part of the write RTO (design, section 1). */
export const decisionAllowance: Seconds = minutes(5);

/** What a Route 53 checker adds to its interval in a silent region: 4 s to connect and 2 s for the answer (AWS documentation). */
export const checkerPatience: Seconds = seconds(6);

/** What a warm standby may take from its first request to serving all of them: pods run, pools and caches are cold (design, section 6). */
export const standbyStartUp: Seconds = seconds(60);
