import type * as kubernetes from "@pulumi/kubernetes";

type Affinity = kubernetes.types.input.core.v1.Affinity;

/** Label of pods of which one may run at a time in a namespace; its value says what they do. */
const exclusiveLabel = "drkit.io/one-at-a-time";

/** What a pod's template needs so that pods with the same purpose never run at the same time. */
export interface OneAtATime {
    readonly labels: Readonly<Record<string, string>>;
    readonly affinity: Affinity;
}

/**
 * Has a pod wait, unscheduled, until no other pod with the purpose runs in its namespace. `concurrencyPolicy` knows only the Jobs that
 * the CronJob's controller started: not one that an operator made from it, and not another Job that writes to the same place.
 *
 * The scheduler decides for one pod after the other, so two cannot slip through together. Every Linux node is the same domain
 * by `kubernetes.io/os`, which the kubelet sets.
 */
export function oneAtATime(purpose: string): OneAtATime {
    const labels = { [exclusiveLabel]: purpose };
    return {
        labels,
        affinity: {
            podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                    { topologyKey: "kubernetes.io/os", labelSelector: { matchLabels: labels } },
                ],
            },
        },
    };
}
