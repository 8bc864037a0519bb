import type { Contracts } from "./contract";
import type { Seconds } from "./duration";

/** What a stack stands for. Each role lives in a region of its own, and has one stack in each environment. */
export const roles = ["primary", "dr", "witness"] as const;
export type Role = (typeof roles)[number];

/** The roles whose regions have a Kubernetes cluster. */
export type ClusterRole = Exclude<Role, "witness">;

/** One AWS region of the system. */
export interface RegionProfile {
    readonly role: Role;
    /** AWS's name: "us-east-1". */
    readonly name: string;
    /** Short name for subjects, NATS clusters and host names, one DNS label: "use1". */
    readonly short: string;
    /** The VPC's range; the ranges of all regions are disjoint, because the VPCs are peered in phase 13. */
    readonly vpcCidr: string;
    /** Name of the NATS cluster in this region. The primary keeps the chart's default, as renaming a live cluster loses its peers. */
    readonly natsCluster: string;
    /** Servers of that cluster. @default 3, and 1 of the witness */
    readonly natsServers?: number;
}

/** A user of NATS's account with the streams. */
export interface NatsUserProfile {
    readonly name: string;
    /** Its `permissions` in nats.conf as found; `{}` may do everything. @default everything for the program's own, unknown for another */
    readonly permissions?: Readonly<Record<string, unknown>>;
    /** Its `allowed_connection_types` as found. @default any */
    readonly connectionTypes?: readonly string[];
}

/** NATS's accounts as found where they are the user's own; they stay as they are, and the standby has the same. */
export interface NatsAccountProfile {
    /** The account with the streams; "$G" is the server's own, where nats.conf names none. */
    readonly account: string;
    /** The system account; "$SYS" is the server's own. A renamed one is a new meta group, which deletes streams. */
    readonly systemAccount: string;
    /** The users as found; `app`, which the program's Jobs use, is added where it is none of them. */
    readonly users: readonly NatsUserProfile[];
    /** Whether clients connect without a login, because nobody is asked for one. */
    readonly anonymous: boolean;
    /** The user that a client without a login is, where others log in (`no_auth_user`). @default none: such a client is refused */
    readonly noAuthUser?: string;
    /** The account's own subject mappings, as nats.conf has them. @default unknown, where it is the user's own */
    readonly mappings?: Readonly<Record<string, unknown>>;
    /** Users of the system account besides the program's. @default unknown, where it is the user's own */
    readonly systemUsers?: readonly string[];
}

/**
 * What the servers of a NATS that is the user's own accept, as far as a stock nats.conf does not: the standby's servers accept the same, so
 * that a client that moves there finds nothing narrower.
 */
export interface NatsAcceptance {
    /** The largest message of a client, in bytes: `max_payload`. */
    readonly maxPayload: number;
    /** What a server may store in memory, in MiB: `max_memory_store`. */
    readonly memoryStoreMib: number;
    /** What a server may store on its volume, in GiB: `max_file_store`. @default not known, the gate asks the servers */
    readonly volumeGib?: number | undefined;
    /** Ports of the other listeners for clients. @default none */
    readonly websocketPort?: number | undefined;
    readonly mqttPort?: number | undefined;
    readonly leafnodesPort?: number | undefined;
    /** Secret with `tls.crt` and `tls.key` for connections of clients, in the NATS namespace of the standby as well. @default no TLS */
    readonly tlsSecret?: string | undefined;
    /** Accounts whose clients stay in the primary. @default none, a further account of the primary is refused */
    readonly accountsLeftOut: readonly string[];
}

/** A JetStream stream that has to survive the loss of the primary region. */
export interface StreamProfile {
    /** Stream name in the primary: "ORDERS". */
    readonly name: string;
    /** The subject that clients publish to: "orders.>". */
    readonly subject: string;
    readonly replicas: 3 | 5;
    /**
     * Whether core subscribers of the subject go on receiving what is published: publishes are mapped to the region's own subjects
     * from the first day on. Costs about 0.3 ms an acknowledgement, and a second copy over the gateways. Setting `nats.republish` overrides
     * it. @default true
     */
    readonly republish?: boolean;
    /** Name of its mirror in the standby (seed 000, phase 13). */
    readonly mirror: string;
    /** Limit on messages of the mirror, as the roadmap sets it; absent means unlimited. */
    readonly mirrorMaxMessages?: number;
}

/** Everything that is true of the system whichever phase it is in. */
export interface SystemProfile {
    readonly name: string;
    /** The public hosted zone, looked up and never created unless a setting says so. */
    readonly zone: string;
    /** The live name that clients use. */
    readonly apiHost: string;
    /** What the private zones of the gateways are below: "gw.use1" and this. @default the zone */
    readonly gatewayDomain?: string;
    readonly healthPath: string;
    readonly namespaces: { readonly api: string; readonly nats: string };
    readonly streams: readonly StreamProfile[];
    /** @default the program's own: account APP with the user app, system account $SYS */
    readonly natsAccount?: NatsAccountProfile;
    /** @default what the program's own servers accept: `stockAcceptance` */
    readonly natsAcceptance?: NatsAcceptance;
    readonly regions: Readonly<Record<Role, RegionProfile>>;
    /** What the system promises. */
    readonly contracts: Contracts;
    /** How long a person may take to decide on a promotion, in seconds; part of the write RTO. */
    readonly decisionAllowance: Seconds;
    /** What the warm standby may take from its first request to serving all of them, in seconds. */
    readonly standbyStartUp: Seconds;
    /** Where the manifests of each region's cluster are; settings override it. */
    readonly gitops: GitOpsProfile;
    /** Beginnings of the names of the image repositories that the standby gets copies of; settings override it. */
    readonly imagePrefixes: readonly string[];
}

/** The repository from which each region's Argo CD deploys. */
export interface GitOpsProfile {
    /** An https or ssh address. */
    readonly repository: string;
    /** Folder of each cluster's overlay. */
    readonly overlays: Readonly<Record<ClusterRole, string>>;
}
