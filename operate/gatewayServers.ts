import type { NatsConnection } from "@nats-io/transport-node";

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

interface Answer {
    readonly server: { readonly name: string; readonly cluster?: string };
    readonly data?: {
        readonly config_load_time: string;
        readonly gateway?: { readonly name?: string; readonly tls_cert_not_after?: string };
    };
}

/** Asks every server of the super-cluster, with the system account; sorted by name. Those that do not answer in time are not in it. */
export async function gatewayServers(system: NatsConnection, maxWaitMs = 2_000): Promise<GatewayServer[]> {
    const servers: GatewayServer[] = [];
    const asked = await system.requestMany("$SYS.REQ.SERVER.PING.VARZ", "", { strategy: "timer", maxWait: maxWaitMs });
    for await (const answer of asked) {
        const { server, data } = answer.json<Answer>();
        if (!data) continue;
        const ends = data.gateway?.tls_cert_not_after;
        servers.push({
            name: server.name,
            cluster: data.gateway?.name ?? server.cluster ?? "",
            loadedAt: new Date(data.config_load_time),
            ...(ends !== undefined && { certificateEnds: new Date(ends) }),
        });
    }
    return servers.sort((one, other) => (one.name < other.name ? -1 : 1));
}
