import type { Region } from "@pulumi/aws";
// Not the whole package: loading it takes a tenth of a second, and a stack without resources has no use for it.
import { Provider } from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";
import { environmentSystem } from "../components/model/environment";
import { isDeployed } from "../components/model/deployed";
import { namesOf, type Names } from "../components/model/names";
import type { Phase } from "../components/model/phase";
import { withNatsSettings } from "./natsFound";
import { outputsReader, type OutputsOf } from "./otherStack";
import type { StackOutputs } from "./outputs";
import { roles, type RegionProfile, type Role, type SystemProfile } from "../components/model/profile";
import { requiredTags } from "../components/model/requiredTags";
import type { JoinEntry, OwnRegion, Parts } from "./parts";
import { Peer } from "./peer";
import type { Roadmap } from "./roadmap";
import type { Settings } from "./settings";

/** Everything that a phase needs to know of the stack it builds in. */
export interface StackContext<R extends Role = Role> {
    readonly role: R;
    /** The system as it stands in the stack's environment. */
    readonly profile: SystemProfile;
    readonly settings: Settings;
    /** The phase that the stack is to reach; a phase's own builder runs whenever this is at least its own. */
    readonly phase: Phase;
    readonly roadmap: Roadmap<PhaseBuilder>;
    /** What the phases up to the stack's own fill in of what earlier ones leave open. */
    readonly openings: Openings;
    /** The stack's own region, the only one it touches. */
    readonly region: RegionProfile;
    /** The regions of the other roles. */
    readonly peerRegions: readonly RegionProfile[];
    /** The stack's only AWS provider: its region, the required tags, the allowed accounts. */
    readonly aws: Provider;
    readonly names: Names;
    /** The stack's own name. */
    readonly name: string;
    readonly environment: string;
    /** Names of the environment's stacks by their roles, the stack's own included. */
    readonly peers: Readonly<Record<Role, string>>;
    /** What every taggable resource of the stack carries. */
    readonly tags: Readonly<Record<string, string>>;
    /** What the stack of a role exports, its own last update included; undefined for one that does not exist. Asked once in an update. */
    outputsOf(role: Role): ReturnType<OutputsOf>;
    /** The same of any stack of the project, by its name: for what the environments share. */
    readonly outputsOfStack: OutputsOf;
    /** Whether this update deploys a resource. In an update that lowers the phase nothing is registered before all is built: then yes. */
    readonly isDeployed: (resource: pulumi.Resource) => Promise<boolean>;
    /** Another stack and its outputs. Opened once, however many phases ask. */
    peer<Other extends Role>(role: Other): Promise<Peer<Other>>;
}

/**
 * What a phase leaves open and asks for by name, for a later one to fill. It does without while the stack is at no phase that fills
 * it, and knows neither which one that is nor its number.
 */
export interface Openings {
    /** Asked by the baseline: what the primary's NATS servers wait for before they start, once they are to reach other regions. */
    readonly joinEntry?: (stack: StackContext<"primary">, own: OwnRegion) => Promise<JoinEntry>;
    /** Asked by failover DNS: whether this update leaves a standby that can take over. Default: it does not. */
    readonly standbyServes?: (stack: StackContext) => Promise<boolean>;
}

/** What a phase hands on: parts for the phases after it, outputs for the other stacks and for people. */
export interface PhaseResult<R extends Role> {
    readonly parts?: Partial<Parts>;
    readonly outputs?: { readonly [K in keyof StackOutputs[R]]?: pulumi.Input<StackOutputs[R][K]> };
}

type Build<R extends Role> = (stack: StackContext<R>, parts: Parts) => PhaseResult<R> | Promise<PhaseResult<R>>;

/** What each role's stack gets in a phase. A role that is missing gets nothing. */
export interface PhaseBuilder {
    /** What must hold before any phase of the stack registers anything; throws one error with all that does not. */
    readonly before?: (stack: StackContext) => Promise<void>;
    /** What earlier phases left open for it. */
    readonly fills?: Openings;
    readonly primary?: Build<"primary">;
    readonly dr?: Build<"dr">;
    readonly witness?: Build<"witness">;
}

/** An AWS provider of a stack: its region, the required tags, the allowed accounts. */
export function awsProvider(
    name: string,
    region: string,
    { tags, settings }: Pick<StackContext, "tags" | "settings">,
): Provider {
    return new Provider(name, {
        region: region as Region,
        defaultTags: { tags },
        ...(settings.accountIds.length > 0 ? { allowedAccountIds: settings.accountIds } : {}),
    });
}

/** Prepares a stack: its region with the settings applied, and its provider. */
export function createContext<R extends Role>(
    role: R,
    system: SystemProfile,
    settings: Settings,
    roadmap: Roadmap<PhaseBuilder>,
    outputsOf: OutputsOf = outputsReader(),
    lowers = false,
): StackContext<R> {
    const { environment, peers: stacks } = settings;
    const inEnvironment = environmentSystem(system, environment, settings.dns.liveName);
    const profile = withNatsSettings(inEnvironment, settings.nats);
    const name = stacks[role];
    const tags = requiredTags(system, name, environment);
    const region = { ...profile.regions[role], vpcCidr: settings.network.vpcCidr ?? profile.regions[role].vpcCidr };
    const peers = new Map<Role, Promise<Peer<Role>>>();
    return {
        role,
        profile,
        settings,
        phase: settings.phase,
        roadmap,
        openings: {},
        region,
        peerRegions: roles.filter((other) => other !== role).map((other) => profile.regions[other]),
        aws: awsProvider("aws", region.name, { tags, settings }),
        names: namesOf(profile, region),
        name,
        environment,
        peers: stacks,
        tags,
        outputsOf: (other) => outputsOf(stacks[other]),
        outputsOfStack: outputsOf,
        isDeployed: lowers ? async () => true : isDeployed,
        peer<Other extends Role>(other: Other) {
            if (!peers.has(other)) peers.set(other, Peer.open(other, { peers: stacks, role }, outputsOf, roadmap));
            return peers.get(other) as Promise<Peer<Other>>;
        },
    };
}
