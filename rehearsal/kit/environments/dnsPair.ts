import { aliasTtl } from "../../../components/model/contract";
import type { Seconds } from "../../../components/model/duration";
import type { DeployedResource } from "../../../engine/state/deployment";
import type { Clock } from "../../../testbed/dns/clock";
import { VirtualClock } from "../../../testbed/dns/clock";
import { zoneFromDeployments } from "../../../testbed/dns/deployed";
import type { AliasTarget, Check, EndpointCheck, ProbeResult, Zone, ZoneRecord } from "../../../testbed/dns/model";
import { probeForReal } from "../../../testbed/dns/edge";
import { randomFrom } from "../../../testbed/dns/random";
import { Route53, type Checker, type Route53Options } from "../../../testbed/dns/route53";
import type { Deployments } from "../context";
import type { DrillRun } from "../drillRun";

/** Which half of the pair an address belongs to. */
export type Side = "primary" | "standby";

/** The deployed failover pair, and what hangs on it. */
export interface DeployedPair {
    readonly zone: Zone;
    readonly name: string;
    readonly primary: ZoneRecord;
    readonly secondary: ZoneRecord;
    /** The endpoint check that looks at the primary itself. */
    readonly deep: EndpointCheck;
    /** The latch's bucket; undefined if none is deployed. */
    readonly latch?: { readonly bucket: string };
    /** The inverted check of the latch's object, whether or not the PRIMARY follows it; undefined if none is deployed. */
    readonly latchCheck?: EndpointCheck;
    readonly watcher?: DeployedResource;
    /** The code of the deployed maintenance edge; undefined once the standby is a region. */
    readonly edgeCode?: string;
}

/** How often AWS was seen to take from a change of status to changed answers; it documents nothing. Conservative on purpose. */
export const propagation: Seconds = 10;

/** Finds the pair in what was deployed; fails with what is missing. */
export function findPair(deployments: Deployments): DeployedPair {
    const all = Object.values(deployments);
    const zone = zoneFromDeployments(all);
    const primaries = zone.records.filter(({ type, failover }) => type === "A" && failover === "PRIMARY");
    const [primary] = primaries;
    if (primary === undefined || primaries.length > 1) {
        throw new Error(
            `expected one PRIMARY failover record of type A, found ${primaries.length}: ${primaries.map(({ name }) => name).join(", ") || "none"}`,
        );
    }
    const secondary = zone.records.find(
        ({ type, name, failover }) => type === "A" && name === primary.name && failover === "SECONDARY",
    );
    if (secondary === undefined)
        throw new Error(`${primary.name}: no SECONDARY failover record was deployed beside the PRIMARY`);
    const deep = childrenOf(zone, primary).find(
        (check): check is EndpointCheck => check.kind === "endpoint" && !check.inverted,
    );
    if (deep === undefined)
        throw new Error(`${primary.name}: the PRIMARY record follows no check that asks an endpoint`);

    const resources = all.flatMap((deployment) => deployment.resources);
    const bucket = resources.find(
        ({ type, inputs }) => type === "aws:s3/bucket:Bucket" && inputs.tags?.Purpose === "stop-latch",
    )?.inputs.bucket;
    const latchCheck = [...zone.checks.values()].find(
        (check): check is EndpointCheck =>
            check.kind === "endpoint" && bucket !== undefined && check.host.startsWith(`${bucket}.s3.`),
    );
    return {
        zone,
        name: primary.name,
        primary,
        secondary,
        deep,
        ...(bucket === undefined ? {} : { latch: { bucket } }),
        latchCheck,
        watcher: resources.find(
            ({ type, inputs }) =>
                type === "aws:lambda/function:Function" && inputs.environment?.variables?.PAIR_NAME !== undefined,
        ),
        ...edgeOf(secondary, resources),
    };
}

/** The pair of a drill's deployments, and what is real and what stands in wherever it is used. */
export function dnsPair(run: DrillRun): DeployedPair {
    const pair = findPair(run.deployments);
    run.real(
        "the deployed records, health checks and latch, read from the engine's export",
        "the code of the deployed latch watcher, in a process of its own with the AWS SDK",
        "DNS packets over UDP and TCP, and HTTP requests of checkers and clients, on loopback (one pass, 40 times as fast)",
        ...(pair.edgeCode === undefined ? [] : ["the code of the deployed maintenance edge"]),
    );
    run.simulated(
        "Route 53's checkers, their judgement and its answers, by the documentation",
        "time: the distribution, the scenarios and the story run on a virtual clock",
        `the way of a change to Route 53's name servers: ${propagation} s, seen publicly and documented nowhere`,
        "S3 and SNS: a stand-in on loopback that counts calls",
        "a region that swallows packets, and TLS: on the virtual clock only",
    );
    return pair;
}

/** How long resolvers may keep the pair's answers, as deployed. */
export function answerTtl({ primary, secondary }: DeployedPair): Seconds {
    return Math.max(...[primary, secondary].map(({ content }) => ("alias" in content ? aliasTtl : content.ttl)));
}

function childrenOf(zone: Zone, record: ZoneRecord): Check[] {
    const check = zone.checks.get(record.healthCheckId ?? "");
    if (check === undefined) return [];
    return check.kind === "calculated" ? check.children.map((id) => zone.checks.get(id)!) : [check];
}

function edgeOf({ content }: ZoneRecord, resources: readonly DeployedResource[]): { edgeCode?: string } {
    const leadsToEdge = "alias" in content && content.alias.name.endsWith(".cloudfront.net");
    const code = resources.find(({ type }) => type === "aws:cloudfront/function:Function")?.inputs.code;
    return leadsToEdge && typeof code === "string" ? { edgeCode: code } : {};
}

/** Addresses for documentation (RFC 5737), one for each alias target; plain records keep their own. */
const aliasAddresses: Record<Side, string> = { primary: "192.0.2.10", standby: "198.51.100.10" };

export function addressesOf(pair: DeployedPair, target: AliasTarget): readonly string[] {
    return [aliasAddresses[leadsTo(pair.secondary, target.name) ? "standby" : "primary"]];
}

/** Whose address it is; undefined for an address that nobody has. */
export function sideOf(pair: DeployedPair, address: string | undefined): Side | undefined {
    for (const [side, record] of [
        ["primary", pair.primary],
        ["standby", pair.secondary],
    ] as const) {
        const own = "alias" in record.content ? [aliasAddresses[side]] : record.content.values;
        if (address !== undefined && own.includes(address)) return side;
    }
    return undefined;
}

function leadsTo(record: ZoneRecord, target: string): boolean {
    return "alias" in record.content && record.content.alias.name === target;
}

/** How an endpoint behaves, for all checkers or for each. */
export type Behaviour = ProbeResult | ((checker: Checker) => ProbeResult);

export const behaves = {
    well: { connect: 0.05, respond: 0.05, status: 200 },
    refused: { connect: "refused" },
    silent: { connect: "silent" },
    absent: { connect: 0.05, respond: 0.05, status: 403 },
} as const satisfies Record<string, ProbeResult>;

/** What the checkers meet. Changed by a drill as it goes. */
export interface Circumstances {
    primary: Behaviour;
    standby: Behaviour;
    /** Whether the latch's object exists. */
    latched: boolean;
    /** Whether the standby region's S3 can be reached. */
    latchReachable: boolean;
}

/** Requests of checkers over loopback: at the latch's object, or at the side that a check's host belongs to. */
export function realProbe(
    pair: DeployedPair,
    met: {
        readonly ports: (side: Side) => number;
        readonly latched: () => boolean;
        /** Whether the environment is being ended: everything is refused then. */
        readonly over: () => boolean;
        /** How many times as fast as the machine's the environment's time runs. */
        readonly scale: number;
    },
): (endpoint: EndpointCheck) => ProbeResult | Promise<ProbeResult> {
    return (endpoint) => {
        if (met.over()) return behaves.refused;
        if (endpoint.id === pair.latchCheck?.id) return met.latched() ? behaves.well : behaves.absent;
        const side = endpoint.host === pair.deep.host ? "primary" : "standby";
        return probeForReal(met.ports(side), { path: endpoint.path, host: endpoint.host, scale: met.scale });
    };
}

export interface DnsEnvironment<C extends Clock = VirtualClock> {
    readonly clock: C;
    readonly route53: Route53;
    readonly now: Circumstances;
    /** Which half of the pair the name servers answer with. */
    readonly answered: () => Side | undefined;
}

/** A world on a virtual clock, in which all is well and the checks have run for long. */
export function startDns(pair: DeployedPair, seed: number, options: Partial<Route53Options> = {}): DnsEnvironment {
    const clock = new VirtualClock();
    const now: Circumstances = { primary: behaves.well, standby: behaves.well, latched: false, latchReachable: true };
    const probe = (check: EndpointCheck, checker: Checker): ProbeResult => {
        const behaviour = behaviourAt(pair, check, now);
        return typeof behaviour === "function" ? behaviour(checker) : behaviour;
    };
    const surroundings = { probe, addresses: (target: AliasTarget) => addressesOf(pair, target) };
    const route53 = new Route53(pair.zone, clock, surroundings, { random: randomFrom(seed), ...options });
    return { clock, route53, now, answered: () => sideOf(pair, route53.answer(pair.name, "A").values[0]) };
}

/** What a checker meets at a check's host. */
function behaviourAt(pair: DeployedPair, check: EndpointCheck, now: Circumstances): Behaviour {
    if (check.id === pair.latchCheck?.id) {
        if (!now.latchReachable) return behaves.silent;
        return now.latched ? behaves.well : behaves.absent;
    }
    return check.host === pair.deep.host ? now.primary : now.standby;
}
