import type { Region } from "@pulumi/aws";
// Not the whole package: loading it takes a tenth of a second, and a stack without resources has no use for it.
import { Provider } from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";
import { namesOf, type Names } from "./names";
import { withNatsSettings } from "./natsFound";
import { outputsReader, stackAddress, type OutputsOf } from "./otherStack";
import type { StackOutputs } from "./outputs";
import type { Parts } from "./parts";
import { Peer } from "./peer";
import type { Phase } from "./phase";
import { roles, type RegionProfile, type Role, type SystemProfile } from "./profile";
import { requiredTags } from "./requiredTags";
import type { Settings } from "./settings";

/** Everything that a phase needs to know of the stack it builds in. */
export interface StackContext<R extends Role = Role> {
    readonly role: R;
    readonly profile: SystemProfile;
    readonly settings: Settings;
    /** The phase that the stack is to reach; a phase's own builder runs whenever this is at least its own. */
    readonly phase: Phase;
    /** The stack's own region, the only one it touches. */
    readonly region: RegionProfile;
    /** The regions of the other roles. */
    readonly peerRegions: readonly RegionProfile[];
    /** The stack's only AWS provider: its region, the required tags, the allowed accounts. */
    readonly aws: Provider;
    readonly names: Names;
    /** Full name in the backend. */
    readonly address: string;
    /** What a stack of the project exports, its own last update included; undefined for one that does not exist. Asked once in an update. */
    readonly outputsOf: OutputsOf;
    /** Another stack and its outputs. Opened once, however many phases ask. */
    peer<Other extends Role>(role: Other): Promise<Peer<Other>>;
}

/** What a phase hands on: parts for the phases after it, outputs for the other stacks and for people. */
export interface PhaseResult<R extends Role> {
    readonly parts?: Partial<Parts>;
    readonly outputs?: { readonly [K in keyof StackOutputs[R]]?: pulumi.Input<StackOutputs[R][K]> };
}

type Build<R extends Role> = (stack: StackContext<R>, parts: Parts) => PhaseResult<R> | Promise<PhaseResult<R>>;

/** A step of the roadmap: what each role's stack gets in it. A role that is missing gets nothing. */
export interface PhaseBuilder {
    readonly phase: Phase;
    /** What must hold before any phase of the stack registers anything; throws one error with all that does not. */
    readonly before?: (stack: StackContext) => Promise<void>;
    readonly primary?: Build<"primary">;
    readonly dr?: Build<"dr">;
    readonly witness?: Build<"witness">;
}

/** Prepares a stack: its region with the settings applied, and its provider. */
export function createContext<R extends Role>(
    role: R,
    system: SystemProfile,
    settings: Settings,
    outputsOf: OutputsOf = outputsReader(),
): StackContext<R> {
    const profile = withNatsSettings(system, settings.nats);
    const region = { ...profile.regions[role], vpcCidr: settings.vpcCidr ?? profile.regions[role].vpcCidr };
    const peers = new Map<Role, Promise<Peer<Role>>>();
    return {
        role,
        profile,
        settings,
        phase: settings.phase,
        region,
        peerRegions: roles.filter((other) => other !== role).map((other) => profile.regions[other]),
        aws: new Provider("aws", {
            region: region.name as Region,
            defaultTags: { tags: requiredTags(profile, role) },
            ...(settings.accountIds.length > 0 ? { allowedAccountIds: settings.accountIds } : {}),
        }),
        names: namesOf(profile, region),
        address: stackAddress(role),
        outputsOf,
        peer<Other extends Role>(other: Other) {
            if (!peers.has(other)) peers.set(other, Peer.open(other, role, outputsOf));
            return peers.get(other) as Promise<Peer<Other>>;
        },
    };
}
