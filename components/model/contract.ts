import type { Seconds } from "./duration";
import type { Phase } from "./phase";

/** Where a number comes from: a seed is one of the roadmap documents, a fact is public documentation or a measurement. */
export type Source = "seed 000" | "seed 001" | "seed 002" | "seed 003" | "design" | "AWS documentation" | "measured";

/** What a contract bounds, whatever the bound is. */
interface ContractTerm {
    /** Stable identifier, used in reports and policy messages. */
    readonly id: string;
    /** What is bounded, in words. */
    readonly title: string;
    /** Whether a measured value must be below or above the limit to keep the contract. */
    readonly kind: "at most" | "at least";
}

function atMost<const Id extends string>(id: Id, title: string) {
    return { id, title, kind: "at most" } as const satisfies ContractTerm;
}

/** Everything that a system can promise. How much of it is the system's own decision. */
export const contractTerms = {
    apiRto: atMost("api-rto", "API answers again"),
    natsRto: atMost("nats-rto", "NATS streams accept writes again"),
    natsRpo: atMost("nats-rpo", "NATS messages lost, by mirror"),
    natsBackupRpo: atMost("nats-backup-rpo", "NATS messages lost, by backup"),
    natsRestoreRto: atMost("nats-restore-rto", "NATS streams restored from the backup"),
    clusterVolumesRpo: atMost(
        "cluster-volumes-rpo",
        "volumes of the cluster lost, by the daily backup and the time it may take",
    ),
    configRto: atMost("config-rto", "secrets and configuration usable"),
    configRpo: atMost("config-rpo", "secrets and configuration lost"),
    observabilityRto: atMost("observability-rto", "observability usable"),
    failoverTrigger: atMost("failover-trigger", "failover triggers after the loss"),
    recordTtl: atMost("record-ttl", "TTL of a failover record"),
    mirrorLag: atMost("mirror-lag", "mirror lag under load"),
    durablePositions: atMost("durable-positions", "consumers' positions lost, so that messages are delivered again"),
    secretRefresh: atMost("secret-refresh", "secret refresh interval"),
    backupRetention: { id: "backup-retention", title: "backups are kept", kind: "at least" },
    serverLossRecovery: atMost("nats-server-loss", "writes accepted after the loss of one NATS server"),
} as const satisfies Record<string, ContractTerm>;

export type ContractName = keyof typeof contractTerms;

/** What a contract bounds, by its identifier; undefined for an identifier of somebody else's. */
export function titleOf(id: string): string | undefined {
    return Object.values(contractTerms).find((term) => term.id === id)?.title;
}

/** How much of it a system promises. */
export interface ContractLimit {
    /** The bound in seconds. */
    readonly limit: Seconds;
    /** The first phase that has to keep it. */
    readonly from: Phase;
    readonly source: Source;
}

/** An upper (or, for retention, lower) bound that the deployed system has to keep. */
export interface Contract<Name extends ContractName = ContractName> extends ContractLimit {
    readonly id: (typeof contractTerms)[Name]["id"];
    readonly title: string;
    readonly kind: ContractTerm["kind"];
}

/** The recovery contracts of a system. */
export type Contracts = { readonly [Name in ContractName]: Contract<Name> };

/** The contracts of a system, from the limits that it promises. */
export function contractsOf(limits: Readonly<Record<ContractName, ContractLimit>>): Contracts {
    const names = Object.keys(contractTerms) as ContractName[];
    return Object.fromEntries(names.map((name) => [name, { ...contractTerms[name], ...limits[name] }])) as Contracts;
}

/** What a Route 53 checker adds to its interval in a silent region, in seconds: 4 to connect and 2 for the answer (AWS documentation). */
export const checkerTimeout: Seconds = 6;

/**
 * How long resolvers keep the answer of an alias record, in seconds: an alias has no TTL of its own, and Route 53 answers one to a load
 * balancer or a CloudFront distribution with 60 s, fixed. An alias to a record of its own zone has that record's (AWS documentation).
 */
export const aliasTtl: Seconds = 60;
