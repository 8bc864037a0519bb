import { setTimeout as delay } from "node:timers/promises";
import type { NatsServer } from "../../testbed/nats/natsServer";
import type { Member } from "../../testbed/nats/natsWorld";
import type { DrillRun } from "./drillRun";
import { oneWayMs, type SuperCluster } from "./environments/superCluster";
import { publishWindow, type Traffic } from "./load/traffic";

/** Something that goes wrong: in which lane, what it is, what begins it, and what ends it. */
export interface Fault {
    readonly lane: string;
    readonly title: string;
    readonly begin: () => Promise<void> | void;
    readonly end: () => Promise<void> | void;
}

type Pair = readonly [Member, Member];

/**
 * Faults of the links between two regions, by the proxies under the gateways. Both directions. Servers tell one another addresses: a
 * region that has connected anew may reach another one by the third region's link, which then has to be cut as well.
 */
export const linkFaults = {
    /** Each direction takes that long; the links of the environment take 30 ms. */
    latency: (cluster: SuperCluster, pair: Pair, ms: number): Fault =>
        onLinks(
            cluster,
            pair,
            `${ms} ms one way`,
            (link) => link.slow(ms),
            (link) => link.slow(oneWayMs),
        ),
    /** Loses a share of what is sent: TCP sends it again. */
    loss: (cluster: SuperCluster, pair: Pair, share: number, random: () => number): Fault =>
        onLinks(
            cluster,
            pair,
            `${share * 100} % of packets lost`,
            (link) => link.lose(share, random),
            (link) => link.lose(0, random),
        ),
    /** Ends all connections and refuses new ones: what a firewall that rejects does. */
    cut: (cluster: SuperCluster, pair: Pair): Fault =>
        onLinks(
            cluster,
            pair,
            "cut",
            (link) => link.cut(),
            (link) => link.mend(),
        ),
    /** Nothing arrives and nothing is closed: what a lost route does. */
    partition: (cluster: SuperCluster, pair: Pair): Fault =>
        onLinks(
            cluster,
            pair,
            "nothing arrives any more",
            (link) => link.silence(),
            (link) => link.mend(),
        ),
} as const;

/** Faults of one server's process. */
export const serverFaults = {
    /** As a lost machine: at once, with the disk kept. */
    killed: (server: NatsServer): Fault => ({
        lane: server.name,
        title: "killed with -9",
        begin: () => server.kill(),
        end: () => server.start(),
    }),
    /** In good order, as Kubernetes ends a pod. */
    stopped: (server: NatsServer): Fault => ({
        lane: server.name,
        title: "stopped",
        begin: () => server.stop(),
        end: () => server.start(),
    }),
    /** The process stands still and holds its connections: a frozen machine, a disk that does not answer. */
    paused: (server: NatsServer): Fault => ({
        lane: server.name,
        title: "paused",
        begin: () => server.pause(),
        end: () => server.resume(),
    }),
    /**
     * No file of the server grows any more: what a full disk does to what is written, by a limit on the size of files (so the error
     * is EFBIG and not ENOSPC). The server says nothing of it (seen with 2.14.9); restarted, it writes again. Linux alone.
     */
    fullDisk: (server: NatsServer): Fault => ({
        lane: server.name,
        title: "disk full",
        begin: () => server.limitFiles(1),
        end: async () => {
            await server.kill();
            server.start();
        },
    }),
} as const;

/** Applies one change to each link of a pair, and the one that ends it. */
function onLinks(
    cluster: SuperCluster,
    pair: Pair,
    title: string,
    begin: (link: Link) => void,
    end: (link: Link) => void,
): Fault {
    const links = () => cluster.servers.linksBetween(...pair);
    return {
        lane: `${pair[0].stack} and ${pair[1].stack}`,
        title,
        begin: () => links().forEach(begin),
        end: () => links().forEach(end),
    };
}

type Link = ReturnType<SuperCluster["servers"]["linksBetween"]>[number];

/** Begins faults and appends them to the history. Returns what ends them, which is appended too. */
export async function inject(run: DrillRun, ...faults: readonly Fault[]): Promise<() => Promise<void>> {
    for (const { lane, title, begin } of faults) await run.at(lane, title, begin, "bad");
    return async () => {
        for (const { lane, title, end } of faults) await run.at(lane, `${title}: over`, end);
    };
}

/**
 * The whole primary region is lost. Its links to the standby go first, its servers a moment later: what they acknowledge in between
 * no mirror has. Those are the unreplicated messages of a lost region; without them there would be none to account for, so the
 * moment lasts until more is acknowledged than was on its way. Returns when its servers were killed (performance.now).
 */
export async function losePrimary(run: DrillRun, cluster: SuperCluster, momentMs: number, traffic?: Traffic) {
    const lostAt = await run.at(
        "primary",
        "killed with -9",
        async () => {
            const links = cluster.servers.linksTo(cluster.standby);
            for (const link of links) link.cut();
            await Promise.all([
                traffic?.acknowledged(publishWindow + 1),
                delay(momentMs, undefined, { signal: run.signal }),
            ]);
            const killed = cluster.primary.servers.map((server) => server.kill());
            const at = performance.now();
            for (const link of links) link.mend();
            await Promise.all(killed);
            return at;
        },
        "bad",
    );
    run.disruption(lostAt);
    run.simulated(
        `the lost region's links go ${momentMs} ms before its servers: so there is a tail to account for, and the recovery point is no shorter`,
    );
    return lostAt;
}
