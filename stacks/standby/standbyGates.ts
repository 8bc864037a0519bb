import { isDeepStrictEqual } from "node:util";
import { log, RunError } from "@pulumi/pulumi";
import { validateCertificates } from "../../components/gateways/gatewayCertificateRules";
import { lookUpGatewayCertificates } from "../../components/gateways/gatewayCertificates";
import { oldestNatsServer } from "../../components/nats/natsChart";
import { validateFoundNats } from "../../components/nats/natsPatch";
import { atLeast, memberSize, validateMetaQuorum, validateNatsNames } from "../../components/nats/natsMember";
import { witnessChecksumsUrl } from "../../components/witness/natsWitnessBoot";
import { memberVersion } from "../../components/witness/natsWitnessRules";
import { validateNoOverlap } from "../../components/network/regionPeeringRules";
import { natsSetupOf } from "../../infra/natsFound";
import type { StackContext } from "../../infra/stack";
import { natsCadence, otherCadence } from "../parts/backupCadence";
import { architectureIssues, architectureNote } from "./standbyArchitecture";
import { joinSteps, reachOf, readJoinFacts, type JoinFacts } from "./standbyOrder";

/**
 * All that must hold before anything of phase 13 is made: the order, names, ranges, votes, certificates, and what is known of NATS
 * that is the user's own. One error lists everything that does not.
 */
export async function checkStandby(stack: StackContext): Promise<void> {
    const facts = await readJoinFacts(stack);
    const issues = [
        ...phasesBefore(stack, facts),
        ...validateNatsNames(stack.profile),
        ...votes(stack),
        ...ranges(stack, facts),
        ...adoptedNats(stack),
        ...sameNats(stack, facts),
        ...adoptedNetwork(stack),
        ...witnessChecksum(stack),
        ...architectureIssues(stack, facts),
        ...twinCadence(stack, facts),
    ];
    if (issues.length > 0)
        throw new RunError(`phase 13 cannot begin in stack ${stack.role}:\n  - ${issues.join("\n  - ")}`);
    const note = architectureNote(stack, facts);
    if (note !== undefined) await log.info(note);
    reachOf(stack.role, facts, stack.settings.standby.wait);
    await certificates(stack, facts);
}

/** What phase 13 stands on: buckets, snapshots and the failover pair have to be there, not to be made beside it. */
function phasesBefore({ role }: StackContext, facts: JoinFacts): string[] {
    const { phase } = facts[role];
    if (role === "witness" || (phase ?? 0) >= 12) return [];
    const found = phase === undefined ? "was never updated" : `is at phase ${phase}`;
    return [
        `stack ${role} ${found}, and phase 13 builds on what 11 and 12 made: pulumi config set --stack ${role} phase ${(phase ?? 9) + 1}, then pulumi up, up to phase 12`,
    ];
}

/** With any one region gone the others still elect a meta leader, and no two voters' regions are one. */
function votes({ profile }: StackContext): string[] {
    const regions = Object.values(profile.regions);
    const shared = regions.filter(({ name, role }) =>
        regions.some((other) => other.name === name && other.role !== role),
    );
    const voters = Object.fromEntries(regions.map((region) => [region.name, memberSize(region)]));
    return [
        ...(shared.length === 0
            ? []
            : [
                  `regions: ${shared.map(({ role, name }) => `${role} in ${name}`).join(" and ")}; each role needs a region of its own, or its loss takes two votes along`,
              ]),
        ...validateMetaQuorum(voters),
    ];
}

/** What the stacks really have, and the profile's ranges for those that are not there. */
function ranges({ profile, role, region }: StackContext, facts: JoinFacts): string[] {
    return validateNoOverlap(
        Object.values(profile.regions).map((one) => ({
            owner: one.name,
            cidr: one.role === role ? region.vpcCidr : (facts[one.role].vpcCidr ?? one.vpcCidr),
        })),
    );
}

/** The primary's NATS, where it is not the program's: said by the settings, as nothing of it is in the state. */
function adoptedNats({ role, settings, profile }: StackContext): string[] {
    if (role !== "primary" || settings.nats.owner !== "user") return [];
    const { nats } = settings.standby;
    const { found } = settings.nats;
    const missing = [
        ...(nats === undefined
            ? [
                  "kgents-dr:standby.nats: missing; NATS is the user's own (nats.owner), so say its version, url and authSecret",
              ]
            : []),
        ...(found === undefined
            ? [
                  "kgents-dr:nats.found: missing; NATS is the user's own (nats.owner), so say how it was found, in all three stacks",
              ]
            : []),
    ];
    if (nats === undefined || found === undefined) return missing;
    return [
        ...validateFoundNats(found, profile).map((issue) => `kgents-dr:nats.found.${issue}`),
        ...(atLeast(nats.version, oldestNatsServer)
            ? []
            : [
                  `kgents-dr:standby.nats.version: ${nats.version} found; allowed are versions from ${oldestNatsServer}: upgrade the servers one by one first`,
              ]),
    ];
}

/** The standby and the witness have the accounts, the cluster and the servers that the primary says it has. */
function sameNats({ role, profile }: StackContext, { primary: { natsSetup } }: JoinFacts): string[] {
    if (role === "primary" || natsSetup === undefined) return [];
    const own = natsSetupOf(profile);
    const keys = Object.keys(natsSetup) as (keyof typeof own)[];
    return (
        keys
            // The witness holds no stream.
            .filter((key) => (role === "dr" || key !== "republish") && !isDeepStrictEqual(own[key], natsSetup[key]))
            .map((key) => {
                const [setting, path] = key === "republish" ? [key, key] : ["found", `found.${key}`];
                return (
                    `kgents-dr:nats.${path}: ${JSON.stringify(own[key])} found, and the primary's NATS has ${JSON.stringify(natsSetup[key])}; ` +
                    `give stack ${role} the nats.${setting} of stack primary`
                );
            })
    );
}

/** The twin of the backup runs as the alarm on it expects, which sleeps beside it in the witness's stack. */
function twinCadence(stack: StackContext, { witness }: JoinFacts): string[] {
    return stack.role === "dr" ? otherCadence(natsCadence(stack), "witness", witness.backupCadence) : [];
}

function adoptedNetwork({ role, settings }: StackContext): string[] {
    if (role === "witness" || settings.cluster.mode !== "adopt") return [];
    const { routeTableIds, privateSubnetIds, publicSubnetIds } = settings.standby;
    return [
        ...(routeTableIds.length > 0
            ? []
            : [
                  "kgents-dr:standby.routeTableIds: empty; name those of the adopted cluster's subnets, or the regions cannot reach one another",
              ]),
        ...(privateSubnetIds.length > 0
            ? []
            : [
                  "kgents-dr:standby.privateSubnetIds: empty; name one of the adopted cluster's private subnets in each zone, for the load balancer of the gateways",
              ]),
        ...(role === "primary" || publicSubnetIds.length >= 2
            ? []
            : [
                  `kgents-dr:standby.publicSubnetIds: ${publicSubnetIds.length} found; an application load balancer needs two zones or more`,
              ]),
    ];
}

/** The witness's server is taken from its release by checksum only. Asked for with the network, before anybody waits for the server. */
function witnessChecksum({ role, settings }: StackContext): string[] {
    if (role !== "witness" || settings.standby.witness.sha256 !== undefined) return [];
    return [
        `kgents-dr:standby.witness.sha256: missing; read it in ${witnessChecksumsUrl(memberVersion)}, then ` +
            "pulumi config set --stack witness --path kgents-dr:standby.witness.sha256 <64 hexadecimal digits>",
    ];
}

/** Refused until the join is through. Afterwards a certificate that ends is said, and does not stop an update on the worst day. */
async function certificates(stack: StackContext, facts: JoinFacts): Promise<void> {
    const issues = validateCertificates(
        await lookUpGatewayCertificates(stack.profile, { provider: stack.aws }),
        stack.profile,
    );
    if (issues.length === 0) return;
    const message = `the certificates of the gateways are not in order:\n  - ${issues.join("\n  - ")}`;
    if (joinSteps.every((step) => step.isDone(facts))) await log.warn(message);
    else throw new RunError(message);
}
