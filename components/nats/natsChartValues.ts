import type { NatsAcceptance, RegionProfile } from "../model/profile";
import { gatewayEndpoints, gatewayPort } from "../gateways/gatewayAddresses";
import { restrictedContainer, restrictedPod } from "../cluster/podSecurity";
import { natsAccess, natsUsersOf } from "./natsAccounts";
import { natsImages, type NatsChartValues } from "./natsChart";
import { acceptanceOf, stockAcceptance } from "./serverLimits";
import { gatewayHost, memberDefaults, memberSize, natsPorts, type NatsMemberArgs } from "./natsMember";

/** The Secret with the passwords of the two accounts; both regions hold the same, so that clients never change. */
export const natsAuthSecret = "nats-auth";

/** The variable by which a server knows its own address on the gateways. */
const advertiseVariable = "GW_ADVERTISE";

/**
 * The pod's number in its StatefulSet, whatever that is called. Its name comes before the other's in the alphabet, as the chart sorts variables
 * and one refers to the other.
 */
const serverVariable = "GATEWAY_SERVER";
const podIndex = { valueFrom: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } } };

/**
 * All containers are of one user, as the reloader signals the server. Streams that a server running as root has written are handed over to
 * the group when the volume is mounted, once.
 */
const podSecurity = {
    ...restrictedPod,
    fsGroup: restrictedPod.runAsGroup,
    fsGroupChangePolicy: "OnRootMismatch",
} as const;
const restricted = { securityContext: restrictedContainer };

/** The chart's values for one region's member. Pure: what the policies, the rehearsal and the component agree on. */
export function natsChartValues(args: NatsMemberArgs): NatsChartValues {
    const region = args.profile.regions[args.role];
    return {
        ...gatewayAuthority(args),
        config: {
            cluster: {
                enabled: true,
                port: natsPorts.cluster,
                replicas: memberSize(region, args.servers),
                // The chart's own default is the release's name, equal in both regions: two islands that never meet.
                merge: { name: region.natsCluster },
            },
            jetstream: jetStream(args),
            nats: { port: natsPorts.client, ...clientTls(args) },
            ...listeners(args),
            ...gateway(args),
            monitor: { enabled: true, port: natsPorts.monitor },
            ...serverNames(region),
            merge: { ...clientLimits(args), ...natsAccess(args.profile, region) },
        },
        container: container(args),
        // Reloads certificates when they change; everything else restarts the pods one by one (see podTemplate).
        reloader: { enabled: true, image: natsImages.reloader, merge: restricted },
        promExporter: { enabled: true, image: natsImages.exporter, podMonitor: podMonitor(args), merge: restricted },
        podTemplate: {
            // Gateways and sync_interval cannot be reloaded: one such key makes the server refuse the whole reload.
            configChecksumAnnotation: true,
            topologySpreadConstraints: {
                "topology.kubernetes.io/zone": { maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
            },
            merge: { spec: { securityContext: podSecurity } },
        },
        podDisruptionBudget: { enabled: true },
        // The chart's box holds no credentials of ours; the streams' Job brings its own.
        natsBox: { enabled: false },
    };
}

function podMonitor({
    podMonitor: enabled = false,
    podMonitorLabels: labels = {},
}: NatsMemberArgs): NatsChartValues["promExporter"]["podMonitor"] {
    return { enabled, ...(enabled && Object.keys(labels).length > 0 && { merge: { metadata: { labels } } }) };
}

function jetStream(args: NatsMemberArgs): NatsChartValues["config"]["jetstream"] {
    return {
        enabled: true,
        fileStore: {
            enabled: true,
            dir: "/data",
            pvc: {
                enabled: true,
                size: args.storageSize ?? memberDefaults.storageSize,
                storageClassName: args.storageClass ?? memberDefaults.storageClass,
            },
        },
        // The default syncs every two minutes: a power failure of all zones would lose what was acknowledged in between.
        merge: { sync_interval: "always", ...memoryStore(args) },
    };
}

/**
 * What the primary's servers accept beyond a stock nats.conf, where they are the user's own: the standby's accept it too. Nothing for the
 * primary, whose owner has it in their own configuration.
 */
function followed({ profile, role }: NatsMemberArgs): NatsAcceptance {
    return role === "dr" ? acceptanceOf(profile) : stockAcceptance;
}

function clientLimits(args: NatsMemberArgs): { max_payload?: number; allow_non_tls?: boolean } {
    const { maxPayload, tlsSecret } = followed(args);
    return {
        ...(maxPayload !== stockAcceptance.maxPayload && { max_payload: maxPayload }),
        // Clients that ask for TLS get it. The program's own jobs connect inside the cluster, and know no certificate of the user's.
        ...(tlsSecret !== undefined && { allow_non_tls: true }),
    };
}

function memoryStore(args: NatsMemberArgs): { max_memory_store?: string } {
    const { memoryStoreMib: size } = followed(args);
    return size === 0 ? {} : { max_memory_store: `<< ${size}Mi >>` };
}

function clientTls(args: NatsMemberArgs): Pick<NatsChartValues["config"]["nats"], "tls"> {
    const { tlsSecret: secretName } = followed(args);
    return secretName === undefined ? {} : { tls: { enabled: true, secretName } };
}

function listeners(args: NatsMemberArgs): Pick<NatsChartValues["config"], "websocket" | "mqtt" | "leafnodes"> {
    const { websocketPort, mqttPort, leafnodesPort, tlsSecret: secretName } = followed(args);
    const tls = secretName === undefined ? {} : { tls: { enabled: true, secretName } };
    return {
        ...(websocketPort !== undefined && { websocket: { enabled: true, port: websocketPort, ...tls } }),
        ...(mqttPort !== undefined && { mqtt: { enabled: true, port: mqttPort, ...tls } }),
        ...(leafnodesPort !== undefined && { leafnodes: { enabled: true, port: leafnodesPort } }),
    };
}

/** Distinct in the whole super-cluster; the primary keeps the pods' names, as a renamed server is a new voter. */
function serverNames(region: RegionProfile): { serverNamePrefix?: string } {
    return region.role === "primary" ? {} : { serverNamePrefix: `${region.short}-` };
}

function container(args: NatsMemberArgs): NatsChartValues["container"] {
    const memory = (args.memoryMiB ?? memberDefaults.memoryMiB) + followed(args).memoryStoreMib;
    const region = args.profile.regions[args.role];
    const passwords = natsUsersOf(args.profile).map(({ passwordVariable }) => [
        passwordVariable,
        { valueFrom: { secretKeyRef: { name: args.authSecret ?? natsAuthSecret, key: passwordVariable } } },
    ]);
    return {
        image: args.image ?? natsImages.server,
        env: {
            ...Object.fromEntries(passwords),
            // Go frees memory before the kernel's limit ends the server.
            GOMEMLIMIT: `${Math.floor(memory * 0.85)}MiB`,
            ...(args.gateway && {
                [serverVariable]: podIndex,
                // A port is the first server's but for its last digit, which is the pod's number.
                [advertiseVariable]: `${gatewayHost(args.profile, region, `nats-$(${serverVariable})`)}:${Math.floor(gatewayPort(region, 0) / 10)}$(${serverVariable})`,
            }),
        },
        resources: { requests: { cpu: "200m", memory: `${memory}Mi` }, limits: { memory: `${memory}Mi` } },
        merge: restricted,
    };
}

function gatewayAuthority(args: NatsMemberArgs): Pick<NatsChartValues, "tlsCA"> {
    return args.gateway ? { tlsCA: { enabled: true, secretName: args.gateway.tlsSecret, key: "ca.crt" } } : {};
}

function gateway(args: NatsMemberArgs): Pick<NatsChartValues["config"], "gateway"> {
    if (!args.gateway) return {};
    const region = args.profile.regions[args.role];
    return {
        gateway: {
            enabled: true,
            port: natsPorts.gateway,
            // The server verifies both sides of a gateway in any case; said here so that a reader need not know.
            tls: { enabled: true, secretName: args.gateway.tlsSecret, merge: { verify: true } },
            merge: {
                name: region.natsCluster,
                // Without it a server publishes its pod's address, and remotes dial what they cannot reach.
                advertise: `<< $${advertiseVariable} >>`,
                connect_backoff: true,
                reject_unknown_cluster: true,
                gateways: gatewayRemotes(args),
            },
        },
    };
}

/** Every member, this one included, with an address per server: complete on all, so that any one can find the rest. */
export function gatewayRemotes({
    profile,
    servers,
}: Pick<NatsMemberArgs, "profile" | "servers">): { name: string; urls: string[] }[] {
    return Object.values(profile.regions).map((region) => ({
        name: region.natsCluster,
        urls: gatewayEndpoints(profile, region, servers).map(({ host, port }) => `nats://${host}:${port}`),
    }));
}
