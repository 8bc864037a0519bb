import { isDeepStrictEqual } from "node:util";
import { log, RunError } from "@pulumi/pulumi";
import { validateCertificates } from "../../components/gateways/gatewayCertificateRules";
import { lookUpGatewayCertificates } from "../../components/gateways/gatewayCertificates";
import { oldestNatsServer } from "../../components/model/versions";
import { validateFoundNats } from "../../components/nats/natsFoundRules";
import { atLeast, memberSize, validateMetaQuorum, validateNatsNames } from "../../components/nats/natsMember";
import { witnessChecksumsUrl } from "../../components/witness/natsWitnessBoot";
import { memberVersion } from "../../components/witness/natsWitnessRules";
import { validateNoOverlap } from "../../components/network/regionPeeringRules";
import { natsSetupOf, optionalKeys } from "../../infra/natsFound";
import { settingKey } from "../../infra/settingKey";
import type { StackContext } from "../../infra/stack";
import { natsCadence, otherCadence } from "../parts/backupCadence";
import { architectureIssues, architectureNote } from "./standbyArchitecture";
import { isDone, joinSteps, warmStandby, type JoinFacts } from "../phase13WarmStandby";
import { sharedImageIssues } from "./sharedImages";
import { reachOf, readJoinFacts } from "./standbyOrder";

/**
 * All that must hold before anything of the warm standby is made: the order, names, ranges, votes, certificates, and what is known of NATS
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
        ...(volumeIsFixed(facts) ? [] : smallerVolume(stack, facts)),
        ...adoptedNetwork(stack),
        ...witnessChecksum(stack),
        ...(await sharedImageIssues(stack)),
        ...architectureIssues(stack, facts),
        ...twinCadence(stack, facts),
    ];
    if (issues.length > 0)
        throw new RunError(
            `phase ${warmStandby.id} cannot begin in stack ${stack.name}:\n  - ${issues.join("\n  - ")}`,
        );
    const note = architectureNote(stack, facts);
    if (note !== undefined) await log.info(note);
    if (volumeIsFixed(facts)) for (const issue of smallerVolume(stack, facts)) await log.warn(issue);
    reachOf(stack, facts, stack.settings.standby.wait);
    await certificates(stack, facts);
}

/** What it stands on: buckets, snapshots and the failover pair have to be there, not to be made beside it. */
function phasesBefore({ role, name, roadmap }: StackContext, facts: JoinFacts): string[] {
    const earlier = roadmap.filter(({ id, order }) => id < warmStandby.id && order.includes(role)).map(({ id }) => id);
    const { phase } = facts[role];
    const next = earlier.find((id) => phase === undefined || id > phase);
    if (next === undefined) return [];
    const found = phase === undefined ? "was never updated" : `is at phase ${phase}`;
    return [
        `stack ${name} ${found}, and phase ${warmStandby.id} builds on what ${earlier.slice(1).join(" and ")} made: ` +
            `pulumi config set --stack ${name} ${settingKey("phase")} ${next}, then pulumi up, up to phase ${earlier.at(-1)}`,
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
    const { access, found } = settings.nats;
    const own = "NATS is the user's own (nats.owner), so say";
    const missing = [
        ...(access?.authSecret === undefined
            ? [
                  `${settingKey(access ? "nats.access.authSecret" : "nats.access")}: missing; ${own} its url and authSecret`,
              ]
            : []),
        ...(found === undefined
            ? [`${settingKey("nats.found")}: missing; ${own} how it was found, in all three stacks`]
            : []),
        ...(found !== undefined && found.version === undefined
            ? [`${settingKey("nats.found.version")}: missing; ${own} what its servers run`]
            : []),
    ];
    if (found === undefined) return missing;
    return [
        ...missing,
        ...validateFoundNats(found, profile).map((issue) => `${settingKey("nats.found")}.${issue}`),
        ...(found.version === undefined || atLeast(found.version, oldestNatsServer)
            ? []
            : [
                  `${settingKey("nats.found.version")}: ${found.version} found; allowed are versions from ${oldestNatsServer}: upgrade the servers one by one first`,
              ]),
    ];
}

/** The standby and the witness have the accounts, the cluster and the servers that the primary says it has. */
function sameNats({ role, name, peers, profile }: StackContext, { primary: { natsSetup } }: JoinFacts): string[] {
    if (role === "primary" || natsSetup === undefined) return [];
    const own = natsSetupOf(profile);
    const keys = [
        ...new Set([...Object.keys(natsSetup), ...optionalKeys.filter((key) => key in own)]),
    ] as (keyof typeof own)[];
    return (
        keys
            // The witness holds no stream, and has no clients.
            .filter(
                (key) =>
                    (role === "dr" || (key !== "republish" && key !== "accepts")) &&
                    !isDeepStrictEqual(own[key], natsSetup[key]),
            )
            .map((key) => {
                const [setting, path] = key === "republish" ? [key, key] : ["found", `found.${key}`];
                return (
                    `${settingKey("nats")}.${path}: ${JSON.stringify(own[key])} found, and the primary's NATS has ${JSON.stringify(natsSetup[key])}; ` +
                    `give stack ${name} the nats.${setting} of stack ${peers.primary}`
                );
            })
    );
}

/** A standby that holds less than the primary stops to follow when it is full. Said by whichever of the two stacks comes second. */
function smallerVolume({ role, settings, peers }: StackContext, { primary, dr }: JoinFacts): string[] {
    const own = settings.nats.volumeGib;
    const [here, there] =
        role === "dr"
            ? [primary.natsVolumeGib, own]
            : role === "primary"
              ? [primaryVolume(settings), dr.natsVolumeGib]
              : [];
    if (here === undefined || there === undefined || there >= here) return [];
    return [
        `${settingKey("nats.volumeGib")}: ${there} of stack ${peers.dr} found, and the primary's servers have ${here}; the mirrors stop when a volume is full. ` +
            `pulumi config set --stack ${peers.dr} --path ${settingKey("nats.volumeGib")} ${here}, before the standby's NATS is there`,
    ];
}

function primaryVolume({ nats }: StackContext["settings"]): number | undefined {
    return nats.owner === "user" ? nats.found?.accepts.volumeGib : nats.volumeGib;
}

/** A StatefulSet's volumes cannot be changed: afterwards it is said, and no update is stopped by it. */
function volumeIsFixed(facts: JoinFacts): boolean {
    return joinSteps.every((step) => isDone(step, facts));
}

/** The twin of the backup runs as the alarm on it expects, which sleeps beside it in the witness's stack. */
function twinCadence(stack: StackContext, { witness }: JoinFacts): string[] {
    return stack.role === "dr" ? otherCadence(natsCadence(stack), stack.peers.witness, witness.backupCadence) : [];
}

function adoptedNetwork({ role, settings }: StackContext): string[] {
    if (role === "witness" || settings.cluster.mode !== "adopt") return [];
    const { routeTableIds, privateSubnetIds, publicSubnetIds } = settings.network;
    return [
        ...(routeTableIds.length > 0
            ? []
            : [
                  `${settingKey("network.routeTableIds")}: empty; name those of the adopted cluster's subnets, or the regions cannot reach one another`,
              ]),
        ...(privateSubnetIds.length > 0
            ? []
            : [
                  `${settingKey("network.privateSubnetIds")}: empty; name one of the adopted cluster's private subnets in each zone, for the load balancer of the gateways`,
              ]),
        ...(role === "primary" || publicSubnetIds.length >= 2
            ? []
            : [
                  `${settingKey("network.publicSubnetIds")}: ${publicSubnetIds.length} found; an application load balancer needs two zones or more`,
              ]),
    ];
}

/** The witness's server is taken from its release by checksum only. Asked for with the network, before anybody waits for the server. */
function witnessChecksum({ role, name, settings }: StackContext): string[] {
    if (role !== "witness" || settings.witness.sha256 !== undefined) return [];
    return [
        `${settingKey("witness.sha256")}: missing; read it in ${witnessChecksumsUrl(memberVersion)}, then ` +
            `pulumi config set --stack ${name} --path ${settingKey("witness.sha256")} <64 hexadecimal digits>`,
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
    if (joinSteps.every((step) => isDone(step, facts))) await log.warn(message);
    else throw new RunError(message);
}
