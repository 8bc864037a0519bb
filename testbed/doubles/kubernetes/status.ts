import type { Properties } from "../wire/values";

/** What a status may depend on. */
export interface StatusContext {
    /** Region of the cluster; "" where it is not on AWS. */
    readonly region: string;
    readonly nonce: string;
}

/** The status that a freshly made object reaches in a healthy cluster; undefined for kinds without one. */
export function liveStatus(
    { kind, spec, metadata }: Properties,
    { region, nonce }: StatusContext,
): Properties | undefined {
    const replicas = spec?.replicas ?? 1;
    switch (kind) {
        case "Namespace":
            return { phase: "Active" };
        case "PersistentVolumeClaim":
            return { phase: "Bound", accessModes: spec?.accessModes, capacity: spec?.resources?.requests };
        case "Deployment":
        case "StatefulSet":
            return {
                replicas,
                readyReplicas: replicas,
                availableReplicas: replicas,
                updatedReplicas: replicas,
                observedGeneration: 1,
            };
        case "Service":
            return {
                loadBalancer:
                    spec?.type === "LoadBalancer" ? { ingress: [{ hostname: hostname(metadata, region, nonce) }] } : {},
            };
        case "Ingress":
            return { loadBalancer: { ingress: [{ hostname: hostname(metadata, region, nonce) }] } };
        case "Job":
            return {};
        default:
            return undefined;
    }
}

function hostname(metadata: Properties, region: string, nonce: string): string {
    return `k8s-${String(metadata.namespace).slice(0, 8)}-${String(metadata.name).slice(0, 8)}-${nonce.slice(0, 10)}.elb.${region || "local"}.amazonaws.com`;
}
