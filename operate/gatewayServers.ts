import type { NatsConnection } from "@nats-io/transport-node";
import { askEveryServer } from "./streams/everyServer";

/** What a server says of its own gateway. */
export interface GatewayServer {
    readonly name: string;
    /** The cluster's name: the region. */
    readonly cluster: string;
    /** When the certificate that it shows now ends; undefined without TLS on its gateway. */
    readonly certificateEnds?: Date;
    /** When it last read its configuration and its certificates. */
    readonly loadedAt: Date;
}

interface Variables {
    readonly config_load_time: string;
    readonly gateway?: { readonly name?: string; readonly tls_cert_not_after?: string };
}

/** Asks every server of the super-cluster, with the system account; sorted by name. Those that do not answer in time are not in it. */
export async function gatewayServers(system: NatsConnection, maxWaitMs = 2_000): Promise<GatewayServer[]> {
    const answers = await askEveryServer<Variables>(system, "VARZ", undefined, { maxWaitMs });
    const servers = answers.flatMap(({ server, data }): GatewayServer[] => {
        if (!data) return [];
        const ends = data.gateway?.tls_cert_not_after;
        const cluster = data.gateway?.name ?? server.cluster ?? "";
        return [
            {
                name: server.name,
                cluster,
                loadedAt: new Date(data.config_load_time),
                ...(ends !== undefined && { certificateEnds: new Date(ends) }),
            },
        ];
    });
    return servers.sort((one, other) => (one.name < other.name ? -1 : 1));
}
