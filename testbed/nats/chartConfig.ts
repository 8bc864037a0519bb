import { natsChartKeys, unknownChartKeys, type NatsChartValues } from "../../components/nats/natsChart";
import type { NatsConf } from "../../components/nats/natsConf";
import type { DeployedResource, Deployment } from "../../engine/state/deployment";

/** One server as the chart would start it: its configuration file and its container's environment. */
export interface ServerPlan {
    /** The pod: "nats-0". */
    readonly pod: string;
    /** Unique in the super-cluster: the pod's name with the release's prefix. */
    readonly name: string;
    readonly conf: NatsConf;
    readonly env: Readonly<Record<string, string>>;
    /** Files that Secrets mount, by their path in the pod. */
    readonly files: Readonly<Record<string, string>>;
}

/** A NATS release as it was deployed. */
export interface ReleasePlan {
    readonly release: string;
    readonly namespace: string;
    readonly cluster: string;
    readonly servers: readonly ServerPlan[];
    /** Whether the chart's reloader tells a server of changed certificates: it watches the files that nats.conf names. */
    readonly reloads: boolean;
}

const releaseType = "kubernetes:helm.sh/v3:Release";
const secretType = "kubernetes:core/v1:Secret";

/** Whether a resource is a release of the official chart of NATS. */
export function isNatsRelease({ type, inputs }: DeployedResource): boolean {
    return type === releaseType && inputs.chart === "nats";
}

/** Contents, by key, of Secrets that come at run time (External Secrets) and so are in no exported state; by name. */
export type RunTimeSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The servers that the NATS release of a deployment starts, rendered as the chart's templates do (chart 2.14.2). */
export function planRelease(deployment: Deployment, runTime: RunTimeSecrets = {}): ReleasePlan {
    const found = deployment.resources.filter(isNatsRelease);
    const [release] = found;
    if (!release || found.length > 1) {
        throw new Error(`stack ${deployment.stack}: expected one release of the chart "nats", found ${found.length}`);
    }
    const { name, namespace, version, values } = release.inputs;
    requireKnownKeys(String(version), values);
    const chart = values as NatsChartValues;
    // `cluster.enabled: false` is the chart's single server.
    const count = chart.config.cluster.enabled ? chart.config.cluster.replicas : 1;
    const conf = natsConf(chart, String(name));
    const secrets = (secret: string) => runTime[secret] ?? deployedSecret(deployment, secret);
    return {
        release: String(name),
        namespace: String(namespace),
        cluster: conf.cluster?.name ?? String(name),
        reloads: chart.reloader.enabled,
        servers: Array.from({ length: count }, (_, index) => {
            const pod = `${name}-${index}`;
            const serverName = `${chart.config.serverNamePrefix ?? ""}${pod}`;
            const env = { POD_NAME: pod, SERVER_NAME: serverName };
            return {
                pod,
                name: serverName,
                conf,
                env: { ...env, ...containerEnv(secrets, chart, env) },
                files: mounts(secrets, chart),
            };
        }),
    };
}

function requireKnownKeys(version: string, values: unknown): void {
    const unknown = unknownChartKeys(values);
    if (unknown.length > 0) {
        throw new Error(
            `the NATS release sets ${unknown.join(", ")}, which the rehearsal cannot render: ` +
                "read the key in the chart's values.yaml and templates, then add it to natsChartKeys and to the renderer",
        );
    }
    const read = new Set(Object.values(natsChartKeys));
    if (!read.has(version)) {
        throw new Error(
            `the NATS release is of chart version ${version}; the keys in use were read in ${[...read].join(", ")}`,
        );
    }
}

/** What the chart's files/config/*.yaml make of the values. */
function natsConf(values: NatsChartValues, release: string): NatsConf {
    const { cluster, gateway, jetstream, leafnodes, monitor, mqtt, nats, websocket, merge } = values.config;
    const conf: NatsConf = {
        server_name: "<< $SERVER_NAME >>",
        lame_duck_grace_period: "10s",
        lame_duck_duration: "30s",
        pid_file: "/var/run/nats/nats.pid",
        port: nats.port,
    };
    if (cluster.enabled) {
        const routes = Array.from(
            { length: cluster.replicas },
            (_, index) => `nats://${release}-${index}.${release}-headless:${cluster.port}`,
        );
        conf.cluster = merged({ name: release, port: cluster.port, no_advertise: true, routes }, cluster.merge);
    }
    if (gateway?.enabled) {
        const block: NatsConf = { name: release, port: gateway.port };
        if (gateway.tls.enabled) block.tls = tls(values, "gateway", gateway.tls);
        conf.gateway = merged(block, gateway.merge);
    }
    if (nats.tls?.enabled) conf.tls = tls(values, "nats", nats.tls);
    if (leafnodes?.enabled) conf.leafnodes = { port: leafnodes.port, no_advertise: true };
    if (websocket?.enabled) {
        const secured = websocket.tls?.enabled ? { tls: tls(values, "websocket", websocket.tls) } : { no_tls: true };
        conf.websocket = { port: websocket.port, compression: true, ...secured };
    }
    if (mqtt?.enabled)
        conf.mqtt = { port: mqtt.port, ...(mqtt.tls?.enabled && { tls: tls(values, "mqtt", mqtt.tls) }) };
    if (monitor.enabled) conf.http_port = monitor.port;
    if (jetstream.enabled) {
        const { dir, enabled, pvc } = jetstream.fileStore;
        const store = enabled ? { store_dir: dir, max_file_store: `<< ${pvc.size} >>` } : { max_file_store: 0 };
        conf.jetstream = merged({ max_memory_store: 0, ...store }, jetstream.merge);
    }
    return merged(conf, merge);
}

function tls(
    values: NatsChartValues,
    protocol: string,
    block: { secretName?: string; merge?: Readonly<Record<string, unknown>> },
): NatsConf {
    const conf: NatsConf = {};
    if (block.secretName) {
        conf.cert_file = `/etc/nats-certs/${protocol}/tls.crt`;
        conf.key_file = `/etc/nats-certs/${protocol}/tls.key`;
    }
    if (values.tlsCA?.enabled) conf.ca_file = `/etc/nats-ca-cert/${values.tlsCA.key}`;
    return merged(conf, block.merge);
}

/** Sprig's mergeOverwrite: objects merge, anything else replaces. */
function merged(base: NatsConf, over: Readonly<Record<string, unknown>> = {}): NatsConf {
    const result: NatsConf = { ...base };
    for (const [key, value] of Object.entries(over)) {
        result[key] = isObject(value) && isObject(result[key]) ? merged(result[key], value) : structuredClone(value);
    }
    return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Secrets = (name: string) => Readonly<Record<string, string>>;

function containerEnv(
    secrets: Secrets,
    values: NatsChartValues,
    earlier: Record<string, string>,
): Record<string, string> {
    const env: Record<string, string> = {};
    // The chart goes through them by the alphabet, and Kubernetes expands what it has seen.
    for (const [key, value] of Object.entries(values.container.env).sort(([one], [other]) => (one < other ? -1 : 1))) {
        env[key] =
            typeof value === "string"
                ? expand(value, { ...earlier, ...env })
                : (podField(value.valueFrom, earlier.POD_NAME) ?? secretValue(secrets, value.valueFrom, key));
    }
    return env;
}

/** The value behind a container's `valueFrom.fieldRef`: of a pod's own fields, its number in the StatefulSet. */
function podField(source: Readonly<Record<string, any>>, pod = ""): string | undefined {
    return source.fieldRef?.fieldPath === "metadata.labels['apps.kubernetes.io/pod-index']"
        ? pod.split("-").at(-1)
        : undefined;
}

/** Kubernetes' own `$(NAME)`; a name that is not defined stays as it is. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
    return text.replace(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, name: string) => env[name] ?? whole);
}

/** The value behind a container's `valueFrom.secretKeyRef`. */
export function secretValue(secrets: Secrets, source: Readonly<Record<string, any>>, variable: string): string {
    const reference = source.secretKeyRef;
    if (!reference)
        throw new Error(
            `the variable ${variable} comes from ${Object.keys(source).join(", ")}: only secretKeyRef is rendered`,
        );
    const value = secrets(reference.name)[reference.key];
    if (value === undefined)
        throw new Error(
            `the variable ${variable} names the key ${reference.key}, which Secret ${reference.name} lacks`,
        );
    return value;
}

/** Contents of a deployed Secret, by key. */
export function deployedSecret(deployment: Deployment, name: string): Record<string, string> {
    const found = deployment.ofType(secretType).filter((secret) => secret.inputs.metadata?.name === name);
    const [secret] = found;
    if (!secret || found.length > 1) {
        throw new Error(`stack ${deployment.stack}: expected one Secret named ${name}, found ${found.length}`);
    }
    const decoded = Object.entries((secret.inputs.data ?? {}) as Record<string, string>).map(([key, value]) => [
        key,
        Buffer.from(value, "base64").toString("utf8"),
    ]);
    return { ...Object.fromEntries(decoded), ...secret.inputs.stringData };
}

function mounts(secrets: Secrets, values: NatsChartValues): Record<string, string> {
    const { gateway, mqtt, nats, websocket } = values.config;
    const files: Record<string, string> = {};
    const blocks = { gateway: gateway?.enabled ? gateway : undefined, nats, websocket, mqtt };
    for (const [protocol, block] of Object.entries(blocks))
        if (block?.tls?.enabled && block.tls.secretName) mount(`/etc/nats-certs/${protocol}`, block.tls.secretName);
    if (values.tlsCA?.enabled) mount("/etc/nats-ca-cert", values.tlsCA.secretName);
    return files;

    function mount(folder: string, secret: string) {
        for (const [key, content] of Object.entries(secrets(secret))) files[`${folder}/${key}`] = content;
    }
}
