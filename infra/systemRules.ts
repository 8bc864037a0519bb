import { overlaps, parseCidr } from "../components/model/cidr";
import { nameLimits } from "../components/model/nameLimits";
import { roles, type RegionProfile, type SystemProfile } from "../components/model/profile";
import {
    memberSize,
    validateMetaQuorum,
    validateNatsNames,
    validateStreamSubjects,
} from "../components/nats/natsMember";
import { derivedNames } from "./derivedNames";

/**
 * What is wrong with a system, all at once; empty if nothing is. To be asked before anything is created, whatever the phase: most
 * of these cannot be mended once something carries the name.
 */
export function systemIssues(system: SystemProfile): string[] {
    const missing = roles.filter((role) => system.regions[role] === undefined);
    if (missing.length > 0) return [...missing.flatMap(missingRegion), ...names(system)];
    return [
        ...names(system),
        ...oneRegionARole(system),
        ...disjointRanges(system),
        ...validateNatsNames(system),
        ...validateStreamSubjects(system, memberSize(system.regions.primary)),
        ...longStreamNames(system),
        ...fewerServersThanReplicas(system),
        ...validateMetaQuorum(
            Object.fromEntries(
                roles.map((role) => [`${role}, ${system.regions[role].name}`, memberSize(system.regions[role])]),
            ),
        ),
        ...lengths(system),
    ];
}

function missingRegion(role: (typeof roles)[number]): string[] {
    const why =
        role === "witness"
            ? "without a third region that votes, the loss of either region leaves no majority, and no stream can be promoted"
            : "each role has a region of its own";
    return [`regions.${role}: nothing found; ${why}: name an AWS region, a short name, a range and a NATS cluster`];
}

const label = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

function names({ name, zone, apiHost }: SystemProfile): string[] {
    return [
        ...(label.test(name)
            ? []
            : [`name: "${name}" found; allowed are lower-case letters, digits and hyphens, beginning with a letter`]),
        ...(apiHost.endsWith(`.${zone}`)
            ? []
            : [`apiHost: "${apiHost}" found; allowed is a name below the zone, such as api.${zone}`]),
    ];
}

function oneRegionARole({ regions }: SystemProfile): string[] {
    return pairs(regions).flatMap(([one, other]) =>
        one.name === other.name
            ? [
                  `regions.${other.role}.name: "${other.name}" is also that of ${one.role}; each role needs a region of its own, ` +
                      "or its loss takes two votes along",
              ]
            : [],
    );
}

function disjointRanges({ regions }: SystemProfile): string[] {
    const wrong = Object.values(regions).filter(({ vpcCidr }) => parseCidr(vpcCidr) === undefined);
    const malformed = wrong.map(
        ({ role, vpcCidr }) =>
            `regions.${role}.vpcCidr: "${vpcCidr}" found; allowed is a range that starts at its first address, such as 10.20.0.0/16`,
    );
    const shared = pairs(regions).flatMap(([one, other]) => {
        const [range, otherRange] = [parseCidr(one.vpcCidr), parseCidr(other.vpcCidr)];
        return range && otherRange && overlaps(range, otherRange)
            ? [
                  `regions.${other.role}.vpcCidr: ${other.vpcCidr} overlaps ${one.vpcCidr} of ${one.role}; ` +
                      "the networks are peered, so give each a range of its own",
              ]
            : [];
    });
    return [...malformed, ...shared];
}

/** NATS's limit (JSMaxNameLen). */
const longestStreamName = 255;

function longStreamNames({ streams }: SystemProfile): string[] {
    return streams
        .flatMap(({ name, mirror }) => [name, mirror])
        .filter(({ length }) => length > longestStreamName)
        .map(
            (name) =>
                `streams.${name}: a name of ${name.length} characters found; NATS takes at most ${longestStreamName}`,
        );
}

/** A mirror has as many replicas as its origin. */
function fewerServersThanReplicas({ streams, regions }: SystemProfile): string[] {
    const servers = memberSize(regions.dr);
    return streams
        .filter(({ replicas }) => replicas > servers)
        .map(
            ({ mirror, replicas }) =>
                `regions.dr.natsServers: ${servers} found, and ${mirror} has ${replicas} replicas; allowed are at least as many`,
        );
}

/** Longest label of a host name, and value of a Kubernetes label. */
const longestLabel = 63;

/** What cannot be cut: the name itself, which is a label in the clusters, and host names, which people and certificates hold. */
function lengths(system: SystemProfile): string[] {
    const { name } = system;
    const hosts = derivedNames(system).filter(({ kind }) => kind === "host name");
    const fits = (host: string) =>
        host.length <= nameLimits["host name"] && host.split(".").every(({ length }) => length <= longestLabel);
    return [
        ...(name.length <= longestLabel
            ? []
            : [`name: "${name}" has ${name.length} characters; allowed are at most ${longestLabel}`]),
        ...hosts
            .filter((host) => !fits(host.name))
            .slice(0, 1)
            .map(
                (host) =>
                    `zone, apiHost: the host name "${host.name}" cannot be; DNS allows ${nameLimits["host name"]} characters, and ${longestLabel} between two dots`,
            ),
    ];
}

function pairs(regions: SystemProfile["regions"]): [RegionProfile, RegionProfile][] {
    const all = Object.values(regions);
    return all.flatMap((one, index) =>
        all.slice(index + 1).map((other): [RegionProfile, RegionProfile] => [one, other]),
    );
}
