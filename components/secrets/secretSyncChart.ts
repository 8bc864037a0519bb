import { charts } from "../model/versions";

/** External Secrets by its own chart. Only the newest minor version is supported, so both regions move together. */
export const externalSecretsChart = charts.externalSecrets;

export const externalSecretsNamespace = "external-secrets";

/** Service account of the controller, the only one that reads from AWS. */
export const externalSecretsServiceAccount = "external-secrets";

type Quantities = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The values of the chart that this program sets, and no others. Read in the chart's values.yaml, version 2.9.0. */
export interface ExternalSecretsChartValues {
    readonly fullnameOverride: string;
    readonly installCRDs: boolean;
    readonly crds: {
        readonly createClusterGenerator: boolean;
        readonly createClusterPushSecret: boolean;
        readonly createPushSecret: boolean;
    };
    readonly processClusterGenerator: boolean;
    readonly processClusterPushSecret: boolean;
    readonly processPushSecret: boolean;
    readonly replicaCount: number;
    readonly serviceAccount: { readonly create: boolean; readonly name: string };
    readonly resources: Quantities;
    readonly webhook: { readonly resources: Quantities };
    readonly certController: { readonly resources: Quantities };
}

/** Reads only: what would write to Secrets Manager is left out, as replicas cannot be written. */
export function externalSecretsChartValues(): ExternalSecretsChartValues {
    const quantities = (cpu: string, memory: string, limit: string): Quantities => ({
        requests: { cpu, memory },
        limits: { memory: limit },
    });
    return {
        fullnameOverride: externalSecretsChart.name,
        installCRDs: true,
        crds: { createClusterGenerator: false, createClusterPushSecret: false, createPushSecret: false },
        processClusterGenerator: false,
        processClusterPushSecret: false,
        processPushSecret: false,
        replicaCount: 1,
        serviceAccount: { create: true, name: externalSecretsServiceAccount },
        resources: quantities("50m", "128Mi", "256Mi"),
        webhook: { resources: quantities("10m", "64Mi", "128Mi") },
        certController: { resources: quantities("10m", "64Mi", "192Mi") },
    };
}
