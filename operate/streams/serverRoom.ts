import type { NatsConnection } from "@nats-io/transport-node";
import { fullServers, smallerThanPrimary, type ServerFacts, type Varz } from "../../components/nats/serverLimits";
import type { SystemProfile } from "../../components/model/profile";
import { askEveryServer } from "./everyServer";

/** What the regions' servers have room for. */
export interface ServerRoom {
    /** Servers of the standby that store nothing more; a mirror there stops, whatever its link does. */
    readonly standbyFull: readonly string[];
    /** What a person has to look at: the former, servers that are full or nearly so, and what the standby accepts less of than the primary. */
    readonly findings: readonly string[];
}

/** Asks every server, with the system account. Servers that do not answer are not judged. */
export async function serverRoom(
    system: NatsConnection,
    profile: Pick<SystemProfile, "regions">,
    maxWaitMs = 2_000,
): Promise<ServerRoom> {
    return serverRoomOf(await askEveryServer<Varz>(system, "VARZ", undefined, { maxWaitMs }), profile);
}

/** What the answers say. */
export function serverRoomOf(servers: readonly ServerFacts[], { regions }: Pick<SystemProfile, "regions">): ServerRoom {
    const [primary, standby] = [regions.primary.natsCluster, regions.dr.natsCluster];
    const rooms = [primary, standby].map((cluster) => fullServers(servers, cluster));
    return {
        standbyFull: rooms[1]!.full,
        findings: [
            ...rooms.flatMap(({ full, nearly }) => [...full, ...nearly]),
            ...smallerThanPrimary(servers, primary, standby),
        ],
    };
}
