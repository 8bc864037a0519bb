import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { natsImages } from "./natsChart";

type JobArgs = kubernetes.types.input.batch.v1.Job;
type PodTemplate = kubernetes.types.input.core.v1.PodTemplateSpec;
type EnvVar = kubernetes.types.input.core.v1.EnvVar;
type Volume = { readonly name: string; readonly mountPath: string; readonly configMap: pulumi.Input<string> };

export interface NatsBoxPodArgs {
    /** The container's name. */
    readonly name: string;
    /** POSIX sh, run as it is. */
    readonly script: string;
    readonly env: EnvVar[];
    readonly volumes?: readonly Volume[];
}

export interface NatsBoxJobArgs extends NatsBoxPodArgs {
    /** Metadata name, which is also the container's. */
    readonly name: string;
    readonly namespace: pulumi.Input<string>;
    /** How long the script tries, in seconds; it gets this as DEADLINE_SECONDS. */
    readonly deadlineSeconds: number;
}

/** A Job of one container with the `nats` CLI. */
export function natsBoxJob({ name, namespace, script, deadlineSeconds, env, volumes }: NatsBoxJobArgs): JobArgs {
    return {
        // A Job that failed is made again by the next update; without this it would stay failed for ever.
        metadata: { name, namespace, annotations: { "pulumi.com/replaceUnready": "true" } },
        spec: {
            backoffLimit: 3,
            activeDeadlineSeconds: deadlineSeconds * 4,
            template: natsBoxPod({
                name,
                script,
                env: [...env, { name: "DEADLINE_SECONDS", value: String(deadlineSeconds) }],
                volumes,
            }),
        },
    };
}

/** A pod of one container with the `nats` CLI, without rights: no root, no token, nothing to write to but /tmp. */
export function natsBoxPod({ name, script, env, volumes = [] }: NatsBoxPodArgs): PodTemplate {
    return {
        metadata: { labels: { "app.kubernetes.io/name": name } },
        spec: {
            restartPolicy: "Never",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
                runAsNonRoot: true,
                runAsUser: 1000,
                runAsGroup: 1000,
                seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
                {
                    name,
                    image: `${natsImages.box.repository}:${natsImages.box.tag}`,
                    command: ["/bin/sh", "-c", script],
                    // The CLI keeps its settings at home, and the root file system is read-only.
                    env: [...env, { name: "HOME", value: "/tmp" }],
                    securityContext: {
                        allowPrivilegeEscalation: false,
                        readOnlyRootFilesystem: true,
                        capabilities: { drop: ["ALL"] },
                    },
                    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
                    volumeMounts: [
                        ...volumes.map((volume) => ({
                            name: volume.name,
                            mountPath: volume.mountPath,
                            readOnly: true,
                        })),
                        { name: "tmp", mountPath: "/tmp" },
                    ],
                    // What went wrong is what the failed pod says last.
                    terminationMessagePolicy: "FallbackToLogsOnError",
                },
            ],
            volumes: [
                ...volumes.map((volume) => ({ name: volume.name, configMap: { name: volume.configMap } })),
                { name: "tmp", emptyDir: {} },
            ],
        },
    };
}

/** A user's password out of the accounts' Secret. */
export function passwordFrom(variable: string, secret: pulumi.Input<string>, key: string): EnvVar {
    return { name: variable, valueFrom: { secretKeyRef: { name: secret, key } } };
}
