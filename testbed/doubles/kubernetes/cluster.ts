import { parse } from "yaml";
import type { Cloud } from "../cloud";
import type { Properties } from "../wire/values";

/** The namespaces that every cluster begins with. */
const builtInNamespaces = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);

/** The cluster that a provider's configuration leads to. */
export class Cluster {
    readonly #server: string;

    /** @param config the provider's configuration, without secret wrappers */
    constructor(
        private readonly cloud: Cloud,
        config: Properties,
    ) {
        this.#server = serverOf(config) ?? `cluster:${config.clusterIdentifier ?? config.context ?? "default"}`;
    }

    /** What scopes its objects: the EKS cluster's ARN, else the API server's address, else the identifier. */
    get scope(): string {
        return this.#eksCluster()?.properties.arn ?? this.#server;
    }

    /** The region of an EKS cluster; "" for others. */
    get region(): string {
        return this.#eksCluster()?.region ?? "";
    }

    /** Throws as the API client does where the address is an EKS endpoint that no cluster has. */
    mustBeReachable(): void {
        if (/\.eks\.amazonaws\.com(:\d+)?$/.test(this.#server) && this.#eksCluster() === undefined) {
            const host = this.#server.replace(/^https:\/\//, "");
            throw new Error(`configured Kubernetes cluster is unreachable: dial tcp: lookup ${host}: no such host`);
        }
    }

    hasNamespace(namespace: string): boolean {
        const isMade = (type: string) =>
            this.cloud.find(
                type,
                ({ scope, inputs }) => scope === this.scope && inputs.metadata?.name === namespace,
            ) !== undefined;
        return (
            builtInNamespaces.has(namespace) ||
            isMade("kubernetes:core/v1:Namespace") ||
            // A release may have made it.
            this.cloud.find(
                "kubernetes:helm.sh/v3:Release",
                ({ scope, inputs }) =>
                    scope === this.scope && inputs.namespace === namespace && inputs.createNamespace === true,
            ) !== undefined
        );
    }

    #eksCluster() {
        return this.cloud.find("aws:eks/cluster:Cluster", ({ properties }) => properties.endpoint === this.#server);
    }
}

/** The API server's address of a kubeconfig's current (or the given) context. */
export function serverOf({ kubeconfig, context }: Properties): string | undefined {
    if (kubeconfig === undefined || kubeconfig === "") {
        return undefined;
    }
    const parsed = (typeof kubeconfig === "string" ? parse(kubeconfig) : kubeconfig) as Properties | null;
    const contextName = context ?? parsed?.["current-context"];
    const clusterName =
        parsed?.contexts?.find((one: Properties) => one.name === contextName)?.context?.cluster ??
        parsed?.clusters?.[0]?.name;
    return parsed?.clusters?.find((one: Properties) => one.name === clusterName)?.cluster?.server;
}
