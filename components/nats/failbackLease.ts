import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
    failbackLease,
    failbackLeaseName,
    failbackLeaseStream,
    failbackStore,
    reopeningTakes,
    withdrawnOpening,
} from "./failbackLeaseStore";
import { natsUsers } from "./natsAccounts";
import { natsBoxPod, passwordFrom } from "./natsBoxJob";
import { validateStreamNames, validateStreams } from "./natsStreamRules";

export interface FailbackLeaseArgs {
    readonly namespace: pulumi.Input<string>;
    /** The origins that may be failed back to. */
    readonly streams: readonly string[];
    /** The standby's NATS cluster, which holds the records. */
    readonly cluster: string;
    /** Address of the standby's servers. */
    readonly url: pulumi.Input<string>;
    /** Secret with the application account's password. */
    readonly authSecret: pulumi.Input<string>;
}

/** What is wrong with the plain values; empty if nothing is. */
export function validateFailbackLease({ streams, cluster }: Pick<FailbackLeaseArgs, "streams" | "cluster">): string[] {
    return [
        ...(streams.length > 0 ? [] : ["streams: empty; name the streams that a failback gives the writes to"]),
        ...validateStreamNames(streams),
        ...(streams.includes(failbackStore.stream)
            ? [`streams: ${failbackStore.stream} is where the records of failbacks are kept`]
            : []),
        ...validateStreams([failbackLeaseStream(cluster)]),
    ];
}

/**
 * In the standby: makes the changes of a failback that leave neither region with the writes, at the request of `dr streams failback`, and
 * under a lease of 60 s. If the operator's command is killed, or the origin does not get everything in that time, the standby takes writes
 * again by itself. An opening of the origin that arrives after that is undone.
 *
 * What it does is stored before it is done (stream `FAILBACK_LEASES` in the standby's cluster): a pod that is replaced goes on.
 *
 * ### Cost
 * None: one pod that requests 50m CPU and 64 MiB on the standby's nodes. It makes two calls a second.
 */
export class FailbackLease extends pulumi.ComponentResource {
    constructor(name: string, args: FailbackLeaseArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateFailbackLease(args);
        if (issues.length > 0) throw new Error(`FailbackLease "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:FailbackLease", name, {}, opts);
        const parent = { parent: this };

        const files = createFiles();
        createDeployment(files);

        this.registerOutputs({});

        function createFiles() {
            const stream = failbackLeaseStream(args.cluster);
            return new kubernetes.core.v1.ConfigMap(
                `${name}-files`,
                {
                    metadata: { name: failbackLeaseName, namespace: args.namespace },
                    data: {
                        "lease.sh": failbackLeaseScript(),
                        [`${stream.name}.json`]: `${JSON.stringify(stream, null, 2)}\n`,
                    },
                },
                parent,
            );
        }

        function createDeployment(configMap: kubernetes.core.v1.ConfigMap) {
            const mountPath = "/etc/failback-lease";
            const { metadata, spec } = natsBoxPod({
                name: failbackLeaseName,
                script: 'exec /bin/sh "$LEASE_DIR/lease.sh"',
                env: [
                    { name: "NATS_URL", value: args.url },
                    { name: "NATS_USER", value: natsUsers.application.name },
                    passwordFrom("NATS_PASSWORD", args.authSecret, natsUsers.application.passwordVariable),
                    // An election of the meta group's leader takes longer, and is tried again.
                    { name: "NATS_TIMEOUT", value: "3s" },
                    { name: "STREAMS", value: args.streams.join(" ") },
                    { name: "LEASE_SECONDS", value: String(failbackLease - reopeningTakes) },
                    { name: "GUARD_SECONDS", value: String(withdrawnOpening) },
                    { name: "RECORDS_STREAM", value: failbackStore.stream },
                    { name: "RECORDS_SUBJECT", value: failbackStore.subject },
                    { name: "LEASE_DIR", value: mountPath },
                ],
                volumes: [{ name: "files", mountPath, configMap: configMap.metadata.name }],
            });
            const { containers, volumes, ...pod } = spec as kubernetes.types.input.core.v1.PodSpec & {
                readonly containers: kubernetes.types.input.core.v1.Container[];
                readonly volumes: kubernetes.types.input.core.v1.Volume[];
            };
            // The pod does not wait for five minutes on a node that is gone.
            const tolerations = ["not-ready", "unreachable"].map((condition) => ({
                key: `node.kubernetes.io/${condition}`,
                operator: "Exists",
                effect: "NoExecute",
                tolerationSeconds: 5,
            }));
            // It is touched once a second, as long as requests are answered.
            const alive = { exec: { command: ["/bin/sh", "-c", 'find "$HOME/alive" -mmin -1 | grep -q .'] } };
            return new kubernetes.apps.v1.Deployment(
                `${name}-deployment`,
                {
                    metadata: { name: failbackLeaseName, namespace: args.namespace },
                    spec: {
                        replicas: 1,
                        // One process makes the changes: the new pod starts when the old one has ended.
                        strategy: { type: "Recreate" },
                        selector: { matchLabels: { "app.kubernetes.io/name": failbackLeaseName } },
                        template: {
                            // The loop is not read again when its file changes.
                            metadata: { ...metadata, annotations: { "drkit-script": scriptDigest() } },
                            spec: {
                                ...pod,
                                restartPolicy: "Always",
                                terminationGracePeriodSeconds: 5,
                                tolerations,
                                // In memory: a node's full disk would cut the records short.
                                volumes: volumes.map((volume) =>
                                    volume.name === "tmp"
                                        ? { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } }
                                        : volume,
                                ),
                                containers: containers.map((container) => ({
                                    ...container,
                                    readinessProbe: { ...alive, periodSeconds: 10 },
                                    livenessProbe: { ...alive, initialDelaySeconds: 120, periodSeconds: 30 },
                                })),
                            },
                        },
                    },
                },
                parent,
            );
        }
    }
}

function scriptDigest(): string {
    return createHash("sha256").update(failbackLeaseScript()).digest("hex").slice(0, 16);
}

/** Read when it is needed, so that a policy may import what is beside it without the file. */
export function failbackLeaseScript(): string {
    return fs.readFileSync(path.join(__dirname, "failbackLease", "lease.sh"), "utf8");
}
