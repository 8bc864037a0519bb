import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import * as tls from "node:tls";
import type { NatsServer } from "./natsServer";
import type { Member, NatsWorld } from "./natsWorld";
import { waitFor, type WaitOptions } from "./waitFor";

/** The connection of each server to each other cluster, as "nats-0 to usw2": its number, or undefined where there is none. */
export async function outboundGateways(members: readonly Member[]): Promise<Map<string, number | undefined>> {
    const found = new Map<string, number | undefined>();
    for (const member of members) {
        for (const server of member.servers) {
            const { outbound_gateways: gateways } = await server.monitor("gatewayz");
            for (const { cluster } of members.filter((other) => other !== member)) {
                found.set(`${server.name} to ${cluster}`, gateways?.[cluster]?.connection?.cid);
            }
        }
    }
    return found;
}

/** Cuts every connection between the clusters for a moment, and waits until each server has a new one to each other cluster. */
export async function reconnectGateways(
    world: NatsWorld,
    members: readonly Member[],
    options: WaitOptions = {},
): Promise<void> {
    const before = await outboundGateways(members);
    const links = members.flatMap((member) => world.linksTo(member));
    for (const link of links) link.cut();
    for (const link of links) link.mend();
    await waitFor(
        "a new connection from each server to each other cluster",
        async () => {
            const now = await outboundGateways(members);
            const missing = [...now].filter(([, cid]) => cid === undefined).map(([name]) => `${name}: no connection`);
            const standing = [...now]
                .filter(([name, cid]) => cid !== undefined && cid === before.get(name))
                .map(([name]) => `${name}: the old connection`);
            if (missing.length + standing.length > 0) throw new Error([...missing, ...standing].join(", "));
            return true;
        },
        { everyMs: 100, ...options },
    );
}

/** The certificate that a server's gateway shows whoever connects now with these files. TLS comes first there, as on routes. */
export async function gatewayCertificate(
    server: NatsServer,
    files: Readonly<Record<string, string>>,
): Promise<X509Certificate> {
    const { port } = server.local.conf.gateway;
    const socket = tls.connect({
        port,
        host: "127.0.0.1",
        cert: files["tls.crt"],
        key: files["tls.key"],
        ca: files["ca.crt"],
        rejectUnauthorized: false,
    });
    try {
        await once(socket, "secureConnect", { signal: AbortSignal.timeout(10_000) });
        return socket.getPeerX509Certificate()!;
    } finally {
        socket.on("error", () => undefined).destroy();
    }
}
