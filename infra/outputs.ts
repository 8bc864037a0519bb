import type { Cadence } from "../components/model/cadence";
import type { Unfinished } from "./completion";
import type { Phase } from "../components/model/phase";
import type { NatsSetup } from "./natsFound";
import type { Role } from "../components/model/profile";

/** What every stack exports from the first phase on. */
export interface CommonOutputs {
    /** The phase of the stack's last complete update; the next one may not go below it. */
    readonly phase: Phase;
    /** The last update, if it is incomplete: it failed, was cancelled, or left resources out. Every other output is then the former one. */
    readonly unfinished?: Unfinished;
    readonly role: Role;
    /** The environment that the stack belongs to: "prod". */
    readonly environment: string;
    /** Names of the environment's stacks by their roles, as this stack knows them; its own included. */
    readonly peers: Readonly<Record<Role, string>>;
    /** The one region that the stack touches. */
    readonly region: string;
    /** Range of the region's VPC, whether it is there yet or comes with a later phase. */
    readonly vpcCidr: string;
}

/** A Kubernetes cluster, made or adopted. */
export interface ClusterOutputs {
    readonly clusterName: string;
    /** Address of the API server. */
    readonly clusterEndpoint: string;
    readonly vpcId: string;
}

/** The least that a region runs on: nodes, and the types that they may have, all of one architecture. */
export interface NodeFloor {
    readonly nodes: number;
    readonly instanceTypes: readonly string[];
}

/** A bucket of backups, as a stack of another region needs to know it to write to it or read from it. */
export interface BackupOutputs {
    readonly bucketName: string;
    readonly bucketArn: string;
    /** Key that encrypts the bucket. */
    readonly keyArn: string;
    /** Region of bucket and key. */
    readonly region: string;
    /** Folder of the backups inside the bucket. */
    readonly prefix: string;
}

/** What the registry of the primary region copies, for the environments that share the account. */
export interface ReplicatedImages {
    /** Region that has the copies. */
    readonly region: string;
    /** Beginnings of the names of the repositories. */
    readonly prefixes: readonly string[];
}

export interface PrimaryOutputs extends CommonOutputs, ClusterOutputs {
    /** What the primary runs on, and the standby with it; absent for a cluster that was adopted. */
    readonly nodeFloor: NodeFloor;
    /** The region that takes over, as the standby's stack says it. */
    readonly standbyRegion: string;
    /** The name that clients use. */
    readonly liveName: string;
    /** The public hosted zone, and the servers that answer for it. */
    readonly zoneId: string;
    readonly zoneNameServers: readonly string[];
    /** Certificate of the maintenance edge: CloudFront takes one from us-east-1 only. */
    readonly edgeCertificateArn: string;
    /** Peerings that this stack asked for, by the role of the other side, which accepts them. */
    readonly peeringIds: { readonly witness: string };
    /** True once every NATS server of the primary runs with gateways: from then on the others may boot. */
    readonly gatewaysReady: boolean;
    /** Accounts, cluster and servers of the primary's NATS, which the other two have to follow. */
    readonly natsSetup: NatsSetup;
    /** Size of a server's volume in GiB, which the standby's may not be below; absent for a NATS of the user's own that does not say it. */
    readonly natsVolumeGib?: number;
    /** Absent where the system has no images to copy, and where another environment's stack owns the registry's replication. */
    readonly replicatedImages: ReplicatedImages;
    /** Members of the meta group that the gate saw once the witness had joined, the streams being there still. Without it no standby NATS. */
    readonly witnessGate: number;
}

export interface DrOutputs extends CommonOutputs, ClusterOutputs {
    /** Where the primary's streams are backed up to. */
    readonly natsBackups: BackupOutputs;
    /** Where the primary's cluster is backed up to. */
    readonly clusterBackups: BackupOutputs;
    /** The topic in this region that tells of a backup that is missing. */
    readonly backupTopicArn: string;
    /** How often backups of the primary's streams are expected here: what the alarm on the newest one's age goes by. */
    readonly backupCadence: Cadence;
    /** The STOP latch: its bucket, and where anyone can see whether it is set. */
    readonly latchBucket: string;
    readonly latchUrl: string;
    /** The topic in this region that pages when DNS has failed over. */
    readonly pagingTopicArn: string;
    /** Peerings that this stack asked for, by the role of the other side, which accepts them. */
    readonly peeringIds: { readonly primary: string; readonly witness: string };
    /** The multi-Region key of the critical secrets, which begins here. */
    readonly secretsKeyArn: string;
    /** Size of a volume of the standby's servers in GiB, which the primary compares with its own before anything of NATS is changed. */
    readonly natsVolumeGib: number;
    /** Members of the meta group that the gate saw once the standby had joined: the order of phase 13 is through. */
    readonly standbyGate: number;
}

export interface WitnessOutputs extends CommonOutputs {
    readonly vpcId: string;
    /** Where the standby's streams are backed up to, once the standby is the region that has something to lose. */
    readonly natsBackups: BackupOutputs;
    /** The topic in this region that tells of a backup that is missing, once the alarm on it is switched on. */
    readonly backupTopicArn: string;
    /** How often backups of the standby's streams are expected here, once there are any. */
    readonly backupCadence: Cadence;
    /** Whether the witness's server is there, booted with gateways. */
    readonly joined: boolean;
}

/**
 * The interface between stacks: what each one exports once it is at the phase whose definition names the output.
 * No value here is secret; whoever reads an output needs no other stack's key.
 */
export interface StackOutputs {
    readonly primary: PrimaryOutputs;
    readonly dr: DrOutputs;
    readonly witness: WitnessOutputs;
}

/** An output's name, of one role. */
export type OutputName<R extends Role> = keyof StackOutputs[R] & string;
