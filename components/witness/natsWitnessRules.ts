import { oldestNatsServer } from "../model/versions";
import { natsImages } from "../nats/natsChart";
import { atLeast } from "../nats/natsMember";
import { archiveName, witnessChecksumsUrl, type WitnessServer } from "./natsWitnessBoot";
import { validateNoOverlap } from "../network/regionPeeringRules";

/** Small arm64 instances. Memory is what counts: system, agent and server take about 350 MiB. */
export const witnessInstanceTypes = ["t4g.nano", "t4g.micro", "t4g.small"] as const;
export type WitnessInstanceType = (typeof witnessInstanceTypes)[number];

/** A region whose gateways talk to the witness. */
export interface WitnessPeer {
    /** AWS's name of the region. */
    readonly region: string;
    /** Range of its VPC. */
    readonly cidr: string;
    /** Listeners of its gateway balancer (`gatewayEndpoints`). */
    readonly ports: readonly number[];
}

/** What the rules look at: plain values. */
export interface NatsWitnessPlan {
    /** AWS's name of the witness's region. */
    readonly region: string;
    /** Range of the witness's VPC. */
    readonly cidr: string;
    readonly peers: readonly WitnessPeer[];
    readonly server: WitnessServer;
    readonly instanceType?: WitnessInstanceType;
}

/** The version that the regions run. */
export const memberVersion = natsImages.server.tag.replace(/-.*$/, "");

/** What is wrong with a witness's settings, all at once; empty if nothing is. */
export function validateNatsWitness({ region, cidr, peers, server, instanceType }: NatsWitnessPlan): string[] {
    const issues: string[] = [];
    for (const peer of peers.filter((one) => one.region === region)) {
        issues.push(
            `region: ${region} is that of a member (range ${peer.cidr}), and its loss would take two votes along: the witness needs a third region, such as us-east-2`,
        );
    }
    if (peers.length < 2) issues.push(`peers: ${peers.length} found; a witness stands between two regions, name both`);
    for (const peer of peers.filter(({ ports }) => ports.length === 0)) {
        issues.push(`peers.${peer.region}.ports: empty; name the listeners of the region's gateway balancer`);
    }
    issues.push(
        ...validateNoOverlap([
            { owner: region, cidr },
            ...peers.map((peer) => ({ owner: peer.region, cidr: peer.cidr })),
        ]),
    );
    if (!atLeast(server.version, oldestNatsServer)) {
        issues.push(
            `server.version: "${server.version}" found; allowed are versions from ${oldestNatsServer}, and the regions run ${memberVersion}`,
        );
    }
    if (!/^[0-9a-f]{64}$/.test(server.sha256)) {
        issues.push(
            `server.sha256: ${JSON.stringify(server.sha256)} found; it is the checksum, 64 hexadecimal digits, of ${archiveName(server.version)}: ` +
                `take it from ${witnessChecksumsUrl(server.version)}`,
        );
    }
    if (instanceType !== undefined && !witnessInstanceTypes.includes(instanceType)) {
        issues.push(`instanceType: "${String(instanceType)}" found; allowed are ${witnessInstanceTypes.join(", ")}`);
    }
    return issues;
}
