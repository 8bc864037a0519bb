import { contractsOf, type ContractLimit } from "../model/contract";
import { days, hours, minutes, seconds, type Seconds } from "../model/duration";
import type { Phase } from "../model/phase";
import type { SystemProfile } from "../model/profile";

function bound(limit: Seconds, from: Phase): ContractLimit {
    return { limit, from, source: "design" };
}

/**
 * A system that is not the shipped one, in everything that a system may differ in: name, regions, zone, namespaces, streams, servers,
 * limits. What holds for it holds for any; nothing but tests knows it.
 */
export const fixtureSystem: SystemProfile = {
    name: "atlas",
    zone: "atlas.example",
    apiHost: "gateway.atlas.example",
    healthPath: "/livez",
    namespaces: { api: "atlas-edge", nats: "atlas-messaging" },
    streams: [
        // Five replicas on five servers, and a subject of several tokens.
        { name: "ORDERS", subject: "shop.orders.>", replicas: 5, mirror: "ORDERS_COPY" },
        { name: "audit-log", subject: "audit.>", replicas: 3, mirror: "audit-log-copy", mirrorMaxMessages: 500_000 },
        { name: "Readings", subject: "telemetry.v1.readings.>", replicas: 3, mirror: "Readings_copy" },
    ],
    regions: {
        primary: {
            role: "primary",
            name: "eu-central-1",
            short: "euc1",
            vpcCidr: "10.40.0.0/16",
            natsCluster: "frankfurt",
            natsServers: 5,
        },
        dr: {
            role: "dr",
            name: "eu-west-1",
            short: "euw1",
            vpcCidr: "10.50.0.0/16",
            natsCluster: "dublin",
            natsServers: 5,
        },
        witness: { role: "witness", name: "eu-west-3", short: "euw3", vpcCidr: "10.60.0.0/24", natsCluster: "paris" },
    },
    contracts: contractsOf({
        apiRto: bound(minutes(5), 12),
        natsRto: bound(minutes(15), 13),
        natsRpo: bound(minutes(4), 13),
        natsBackupRpo: bound(hours(24), 11),
        natsRestoreRto: bound(minutes(20), 11),
        clusterVolumesRpo: bound(hours(25), 11),
        configRto: bound(minutes(30), 13),
        configRpo: bound(hours(1), 11),
        observabilityRto: bound(hours(1), 13),
        failoverTrigger: bound(seconds(80), 12),
        recordTtl: bound(seconds(60), 12),
        mirrorLag: bound(minutes(2), 13),
        durablePositions: bound(minutes(5), 13),
        secretRefresh: bound(minutes(5), 13),
        backupRetention: bound(days(7), 11),
        serverLossRecovery: bound(seconds(60), 10),
    }),
    decisionAllowance: minutes(4),
    standbyStartUp: seconds(50),
    gitops: {
        repository: "https://git.atlas.example/platform/manifests.git",
        overlays: { primary: "clusters/frankfurt", dr: "clusters/dublin" },
    },
    imagePrefixes: ["atlas/"],
};
