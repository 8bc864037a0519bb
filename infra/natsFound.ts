import { accountsOf } from "../components/nats/natsAccounts";
import { memberSize } from "../components/nats/natsMember";
import { acceptanceOf } from "../components/nats/serverLimits";
import { republishes } from "../components/nats/natsStreamConfig";
import type { NatsAcceptance, NatsAccountProfile, SystemProfile } from "../components/model/profile";

/** What the settings say of a NATS that the user owns, as far as all three regions have to agree on it. */
export interface FoundNats extends NatsAccountProfile {
    /** Name of its cluster, kept: a renamed cluster is a new one. */
    readonly cluster: string;
    readonly servers: number;
    /** What its servers accept. @default what a stock nats.conf accepts */
    readonly accepts?: NatsAcceptance;
}

/** The system with the primary's NATS as it was found. The standby follows it, so that no client and no server has to change. */
export function withFoundNats(profile: SystemProfile, found: FoundNats | undefined): SystemProfile {
    if (found === undefined) return profile;
    const { cluster, servers: natsServers, accepts } = found;
    const { primary, dr } = profile.regions;
    return {
        ...profile,
        natsAccount: accountFound(found),
        ...(accepts && { natsAcceptance: accepts }),
        regions: {
            ...profile.regions,
            primary: { ...primary, natsCluster: cluster, natsServers },
            dr: { ...dr, natsServers },
        },
    };
}

/** What of it the accounts are; a key that is not set is left out, as the stacks compare what they export. */
function accountFound(found: NatsAccountProfile): NatsAccountProfile {
    const { account, systemAccount, users, anonymous, ...optional } = found;
    return { account, systemAccount, users, anonymous, ...Object.fromEntries(setOf(optional)) };
}

function setOf(optional: Partial<NatsAccountProfile>) {
    return optionalKeys.map((key) => [key, optional[key]] as const).filter(([, value]) => value !== undefined);
}

/** Keys of the accounts that need not be set. */
export const optionalKeys = ["noAuthUser", "mappings", "systemUsers"] as const;

/** The system with what the settings say of NATS: whose subjects core subscribers go on receiving, and how the user's own was found. */
export function withNatsSettings(
    profile: SystemProfile,
    {
        found,
        republish,
    }: { readonly found?: FoundNats | undefined; readonly republish: Readonly<Record<string, boolean>> },
): SystemProfile {
    const streams = profile.streams.map((stream) =>
        republish[stream.name] === undefined ? stream : { ...stream, republish: republish[stream.name]! },
    );
    return withFoundNats({ ...profile, streams }, found);
}

/** What the primary exports of its NATS. */
export interface NatsSetup extends FoundNats {
    /** By stream, whether core subscribers go on receiving. */
    readonly republish: Readonly<Record<string, boolean>>;
}

/** The same as the primary exports it, whoever owns its NATS: what the other two stacks are compared with. */
export function natsSetupOf(profile: SystemProfile): NatsSetup {
    const republish = Object.fromEntries(profile.streams.map((stream) => [stream.name, republishes(stream)]));
    return {
        ...accountFound(accountsOf(profile)),
        cluster: profile.regions.primary.natsCluster,
        servers: memberSize(profile.regions.primary),
        accepts: acceptanceOf(profile),
        republish,
    };
}
