import { charts, images } from "../model/versions";

/** Argo CD by the community's chart, the one that its own documentation names. */
export const argoCdChart = charts.argoCd;

export const argoCdNamespace = "argocd";

/** A server's name as Argo CD knows the cluster that it runs in. */
export const ownCluster = "https://kubernetes.default.svc";

type Quantities = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Part {
    readonly replicas: 1;
    readonly resources: Quantities;
}

/** The values of the chart that this program sets, and no others. Read in the chart's values.yaml, version 10.1.1. */
export interface ArgoCdChartValues {
    readonly fullnameOverride: string;
    readonly crds: { readonly install: boolean; readonly keep: boolean };
    readonly global: {
        /** Of every part that is Argo CD's own. */
        readonly image: { readonly repository: string; readonly tag: string };
        readonly networkPolicy: { readonly create: boolean };
    };
    readonly configs: {
        readonly cm: Readonly<Record<string, string | boolean>>;
        readonly rbac: Readonly<Record<string, string>>;
    };
    readonly controller: Part;
    readonly repoServer: Part;
    readonly applicationSet: Part;
    readonly server: Part & {
        readonly service: { readonly type: "ClusterIP" };
        readonly ingress: { readonly enabled: false };
        readonly httproute: { readonly enabled: false };
    };
    readonly redis: { readonly resources: Quantities };
    readonly "redis-ha": { readonly enabled: false };
    readonly dex: { readonly enabled: false };
    readonly notifications: { readonly enabled: false };
}

/**
 * Small: one replica of each part, about 0.4 CPU and 0.9 GiB in all. A region's Argo CD that restarts delays a sync by
 * a minute and stops nothing that runs.
 */
export function argoCdChartValues(version: string = images.argoCd.tag): ArgoCdChartValues {
    const part = (cpu: string, memory: string, limit: string): Part => ({
        replicas: 1,
        resources: quantities(cpu, memory, limit),
    });
    return {
        fullnameOverride: "argocd",
        // Kept when the release goes: deleting a definition deletes every Application, and with it what it deployed.
        crds: { install: true, keep: true },
        global: {
            image: { repository: images.argoCd.repository, tag: version },
            networkPolicy: { create: true },
        },
        configs: {
            cm: { "admin.enabled": false, "exec.enabled": false, "timeout.reconciliation": "120s" },
            // Nobody has rights by default; people use `argocd --core` with their own access to the cluster.
            rbac: { "policy.default": "" },
        },
        controller: part("150m", "384Mi", "1Gi"),
        repoServer: part("100m", "192Mi", "512Mi"),
        applicationSet: part("50m", "96Mi", "256Mi"),
        server: {
            ...part("50m", "96Mi", "256Mi"),
            service: { type: "ClusterIP" },
            ingress: { enabled: false },
            httproute: { enabled: false },
        },
        redis: { resources: quantities("50m", "64Mi", "128Mi") },
        "redis-ha": { enabled: false },
        dex: { enabled: false },
        notifications: { enabled: false },
    };
}

function quantities(cpu: string, memory: string, limit: string): Quantities {
    return { requests: { cpu, memory }, limits: { memory: limit } };
}
