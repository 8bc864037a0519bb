import type { RegionProfile, SystemProfile } from "../model/profile";
import { oldestNatsServer } from "../model/versions";
import { natsImages, type ChartImage } from "./natsChart";
import { subjectRoot } from "./natsSubjects";

/** Ports of the chart; the security groups and services of the gateways use the same. */
export const natsPorts = { client: 4222, cluster: 6222, gateway: 7222, monitor: 8222 } as const;

/** How this member reaches the other members, and they it. */
export interface NatsGatewayArgs {
    /** Kubernetes Secret with `tls.crt`, `tls.key` (server and client use; SAN: this member's gateway hosts) and `ca.crt`. */
    readonly tlsSecret: string;
}

/** What a member of the super-cluster is made from: the zone of its gateways, its streams, the accounts and all its regions. */
export type NatsProfile = GatewayDomain & Pick<SystemProfile, "streams" | "natsAccount" | "natsAcceptance" | "regions">;

/** What the host names of the gateways are made of. */
export type GatewayDomain = Pick<SystemProfile, "zone" | "gatewayDomain">;

/** One region's NATS cluster: the plain settings, which a policy or a rehearsal can read as well. */
export interface NatsMemberArgs {
    readonly profile: NatsProfile;
    /** Whose cluster this is. The witness is no chart: `natsWitnessConfig`. */
    readonly role: "primary" | "dr";
    /** @default the region's: 3, one a zone */
    readonly servers?: number;
    /** The server's image. @default natsImages.server */
    readonly image?: ChartImage;
    /** Volume of each server. @default "20Gi" */
    readonly storageSize?: string;
    /** @default "gp3" */
    readonly storageClass?: string;
    /** Memory of each server, in MiB, requested and the limit. @default 768 */
    readonly memoryMiB?: number;
    /** Whether the cluster has the PodMonitor CRD (Prometheus operator). @default false */
    readonly podMonitor?: boolean;
    /** Labels by which the operator's `podMonitorSelector` finds it: kube-prometheus-stack's default takes its own release's only. @default none */
    readonly podMonitorLabels?: Readonly<Record<string, string>>;
    /** Secret with the users' passwords. @default natsAuthSecret */
    readonly authSecret?: string;
    /** Joins the super-cluster. Absent in a single region; added in place later, by a rolling restart. @default none */
    readonly gateway?: NatsGatewayArgs;
}

export const memberDefaults = {
    servers: 3,
    storageSize: "20Gi",
    storageClass: "gp3",
    memoryMiB: 768,
} as const;

/**
 * Host name under which a region's server is reached through the gateways: an address per server, because remotes dial
 * what a server advertises, and an address shared by several hides which one is unreachable.
 */
export function gatewayHost(
    profile: GatewayDomain,
    region: Pick<RegionProfile, "short">,
    server: number | string,
): string {
    const pod = typeof server === "number" ? `nats-${server}` : server;
    return `${pod}.gw.${region.short}.${profile.gatewayDomain ?? profile.zone}`;
}

/** Servers of each region's member, for the URLs of the gateways: the witness is one. */
export function memberSize(
    region: Pick<RegionProfile, "role" | "natsServers">,
    servers: number = region.natsServers ?? memberDefaults.servers,
): number {
    return region.role === "witness" ? 1 : servers;
}

/** What is wrong with a member's settings, all at once; empty if nothing is. */
export function validateNatsMember(args: NatsMemberArgs): string[] {
    const issues: string[] = [];
    const { profile } = args;
    const servers = memberSize(profile.regions[args.role], args.servers);
    if (!Number.isInteger(servers) || servers < 3 || servers % 2 === 0) {
        issues.push(
            `servers: ${servers} found; allowed are odd numbers from 3, so that a majority outlives one server`,
        );
    }
    const version = (args.image ?? natsImages.server).tag;
    if (!atLeast(version, oldestNatsServer)) {
        issues.push(
            `image.tag: "${version}" found; allowed are tags that begin with a version from ${oldestNatsServer}`,
        );
    }
    const size = args.storageSize ?? memberDefaults.storageSize;
    if (!/^[1-9][0-9]*(Gi|Ti)$/.test(size)) {
        issues.push(`storageSize: "${size}" found; allowed is a whole number of Gi or Ti, such as "20Gi"`);
    }
    const memory = args.memoryMiB ?? memberDefaults.memoryMiB;
    if (!Number.isInteger(memory) || memory < 256) {
        issues.push(`memoryMiB: ${memory} found; allowed are whole numbers from 256`);
    }
    if (args.gateway && args.gateway.tlsSecret.trim() === "") {
        issues.push("gateway.tlsSecret: empty; name the Secret that holds tls.crt, tls.key and ca.crt");
    }
    return [...issues, ...validateNatsNames(profile), ...validateStreamSubjects(profile, servers)];
}

/**
 * Rules on who votes: with any one region gone, the others still are a majority of all JetStream servers. Two regions
 * of three fail it, whatever else is right: the survivor can neither create nor promote a stream. An even number outlives no more
 * than the odd one below it.
 */
export function validateMetaQuorum(voters: Readonly<Record<string, number>>): string[] {
    const regions = Object.entries(voters);
    const all = regions.reduce((sum, [, servers]) => sum + servers, 0);
    const quorum = Math.floor(all / 2) + 1;
    const holding = regions.filter(([, servers]) => all - servers < quorum);
    return [
        ...holding.map(
            ([region, servers]) =>
                `without ${region}, ${all - servers} of ${all} NATS servers are left and ${quorum} are needed to elect a meta leader ` +
                `(${region} holds ${servers}); add a witness with JetStream in a region of its own`,
        ),
        ...(all % 2 === 1 || regions.length === 0
            ? []
            : [
                  `${all} servers vote, an even number, which survives no more than ${all - 1} do; take one away, or add one elsewhere`,
              ]),
    ];
}

/** Rules on the names of the regions' clusters: equal names make islands that never meet, or no leader at all. */
export function validateNatsNames(profile: Pick<SystemProfile, "regions">): string[] {
    const regions = Object.values(profile.regions);
    const duplicated = (key: "natsCluster" | "short") =>
        regions.flatMap((region, index) => {
            const earlier = regions.slice(0, index).find((other) => other[key] === region[key]);
            return earlier
                ? [
                      `regions.${region.role}.${key}: "${region[key]}" is also that of ${earlier.role}; each region needs its own`,
                  ]
                : [];
        });
    const label = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;
    const malformed = regions
        .filter((region) => !label.test(region.short) || !label.test(region.natsCluster))
        .map(
            (region) =>
                `regions.${region.role}: "${region.short}", "${region.natsCluster}" found; allowed are DNS labels in lower case`,
        );
    return [...duplicated("natsCluster"), ...duplicated("short"), ...malformed];
}

/** Rules on subjects: each region's copy of a subject carries the region's short name in front. */
export function validateStreamSubjects(profile: Pick<SystemProfile, "regions" | "streams">, servers: number): string[] {
    const shorts = new Set(Object.values(profile.regions).map((region) => region.short));
    const seenNames = new Set<string>();
    const seenRoots = new Map<string, string>();
    return profile.streams.flatMap((stream) => {
        const issues: string[] = [];
        const root = subjectRoot(stream.subject);
        if (!/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.[>*]$/.test(stream.subject)) {
            issues.push(
                `streams.${stream.name}.subject: "${stream.subject}" found; allowed are "word.>" and "word.*", the words without wildcards`,
            );
        } else if (shorts.has(root.split(".")[0] ?? "")) {
            issues.push(
                `streams.${stream.name}.subject: "${stream.subject}" begins with a region's short name; a mapping would match its own result`,
            );
        }
        for (const [other, owner] of seenRoots) {
            if (root === other || root.startsWith(`${other}.`) || other.startsWith(`${root}.`)) {
                issues.push(
                    `streams.${stream.name}.subject: "${stream.subject}" overlaps that of ${owner}; each subject has one stream`,
                );
            }
        }
        seenRoots.set(root, stream.name);
        for (const name of [stream.name, stream.mirror]) {
            if (!/^[A-Za-z0-9_-]+$/.test(name)) {
                issues.push(
                    `streams.${stream.name}: stream name "${name}" found; allowed are letters, digits, "_" and "-"`,
                );
            }
            if (seenNames.has(name))
                issues.push(`streams.${stream.name}: the stream name "${name}" is taken; each stream needs its own`);
            seenNames.add(name);
        }
        if (stream.replicas > servers) {
            issues.push(
                `streams.${stream.name}.replicas: ${stream.replicas} found, with ${servers} servers; allowed are at most as many`,
            );
        }
        return issues;
    });
}

/** Whether an image tag begins with a version that is at least `oldest`; pre-releases and missing numbers are not. */
export function atLeast(tag: string, oldest: string): boolean {
    const numbers = (version: string) =>
        /^(\d+)\.(\d+)\.(\d+)(?:-alpine[0-9.]*|-scratch)?$/.exec(version)?.slice(1).map(Number);
    const found = numbers(tag);
    const wanted = numbers(oldest);
    if (!found || !wanted) return false;
    const difference = found.map((value, index) => value - (wanted[index] ?? 0)).find((value) => value !== 0) ?? 0;
    return difference >= 0;
}
