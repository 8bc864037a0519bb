import { natsAccessWithoutUsers } from "../nats/natsAccounts";
import { gatewayRemotes } from "../nats/natsChartValues";
import { formatNatsConf, parseNatsConf, type NatsConf } from "../nats/natsConf";
import { gatewayHost, natsPorts, type NatsProfile } from "../nats/natsMember";

/** Where the witness keeps what it needs. The disk is the retained volume: a witness that lost it does not vote. */
export const witnessPaths = {
    conf: "/etc/nats/nats.conf",
    tls: "/etc/nats/tls",
    store: "/var/lib/nats",
} as const;

/**
 * nats.conf of the seventh voter. It is in the meta group, so JetStream is on, and holds no stream: `!jetstream` keeps
 * every placement away. The route to itself is what makes the server take part in a clustered JetStream at all.
 * It has no users, listens for clients on its own loopback only, and holds no password.
 */
export function natsWitnessConf(profile: NatsProfile, servers?: number): NatsConf {
    const region = profile.regions.witness;
    return {
        server_name: `${region.short}-nats-0`,
        host: "127.0.0.1",
        port: natsPorts.client,
        http_port: natsPorts.monitor,
        pid_file: "/run/nats/nats.pid",
        server_tags: ["!jetstream"],
        jetstream: {
            max_memory_store: 0,
            store_dir: witnessPaths.store,
            max_file_store: "<< 10Gi >>",
            sync_interval: "always",
        },
        cluster: {
            name: region.natsCluster,
            host: "127.0.0.1",
            port: natsPorts.cluster,
            routes: [`nats://127.0.0.1:${natsPorts.cluster}`],
        },
        gateway: {
            name: region.natsCluster,
            port: natsPorts.gateway,
            tls: {
                cert_file: `${witnessPaths.tls}/tls.crt`,
                key_file: `${witnessPaths.tls}/tls.key`,
                ca_file: `${witnessPaths.tls}/ca.crt`,
                verify: true,
            },
            advertise: `${gatewayHost(profile, region, 0)}:${natsPorts.gateway}`,
            connect_backoff: true,
            reject_unknown_cluster: true,
            gateways: gatewayRemotes({ profile, servers }),
        },
        ...natsAccessWithoutUsers(profile),
    };
}

const marker = "END_OF_NATS_CONF";

/** The step of a boot script that writes nats.conf. */
export function witnessConfStep(conf: NatsConf): string {
    return `cat >${witnessPaths.conf} <<'${marker}'\n${formatNatsConf(conf)}${marker}\n`;
}

/** The nats.conf that a boot script writes; what the rehearsal starts the witness from. */
export function witnessConfOf(bootScript: string): NatsConf {
    const text = new RegExp(`<<'${marker}'\\n([\\s\\S]*?)${marker}\\n`).exec(bootScript)?.[1];
    if (text === undefined) throw new Error("the witness's boot script writes no nats.conf");
    return parseNatsConf(text);
}
