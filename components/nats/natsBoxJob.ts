import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { restrictedContainer, restrictedPod } from "../cluster/podSecurity";
import { runOf } from "../cluster/repeatedRun";
import { scriptCommand } from "../cluster/scriptCommand";
import type { Seconds } from "../model/duration";
import type { JobTimes } from "../model/jobTimes";
import { natsImages } from "./natsChart";

type JobArgs = kubernetes.types.input.batch.v1.Job;
type PodTemplate = kubernetes.types.input.core.v1.PodTemplateSpec & {
    readonly spec: kubernetes.types.input.core.v1.PodSpec;
};
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
    /** Its times; the script gets the patience of one try as DEADLINE_SECONDS. */
    readonly times: JobTimes & { readonly patience: Seconds };
}

/** A Job of one container with the `nats` CLI. */
export function natsBoxJob({ name, namespace, script, times, env, volumes }: NatsBoxJobArgs): JobArgs {
    return {
        // A Job that failed is made again by the next update; without this it would stay failed for ever.
        metadata: { name, namespace, annotations: { "pulumi.com/replaceUnready": "true" } },
        spec: runOf(
            times,
            natsBoxPod({
                name,
                script,
                env: [...env, { name: "DEADLINE_SECONDS", value: String(times.patience) }],
                volumes,
            }),
        ),
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
            securityContext: restrictedPod,
            containers: [
                {
                    name,
                    image: `${natsImages.box.repository}:${natsImages.box.tag}`,
                    command: scriptCommand(script),
                    // The CLI keeps its settings at home, and the root file system is read-only.
                    env: [...env, { name: "HOME", value: "/tmp" }],
                    securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
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
