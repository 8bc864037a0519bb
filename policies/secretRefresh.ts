import type { ResourceValidationPolicy } from "@pulumi/policy";
import { validateRefreshInterval } from "../components/secrets/secretSyncRules";
import { contracts } from "../infra/contracts";
import { kgents, type RegionProfile } from "../infra/profile";
import { parseSeconds } from "./goDuration";
import { ownRegionOf } from "./support";

const { id, title } = contracts.secretRefresh;
const defaultInterval = "1h0m0s";

/** A secret that is rotated in one region and old in the other locks the standby out on the day it is needed. */
export const secretRefresh: ResourceValidationPolicy = {
    name: "secret-refresh",
    description:
        "Secrets have a replica in the standby, and each cluster reads its own region's again every five minutes.",
    enforcementLevel: "mandatory",
    validateResource: ({ type, name, urn, props }, reportViolation) => {
        const own = ownRegionOf(urn);
        if (!own) return;
        for (const issue of issuesOf(type, props, own))
            reportViolation(`"${name}" ${issue} (contract ${id}: ${title}).`);
    },
};

function issuesOf(type: string, props: Record<string, any>, own: RegionProfile): string[] {
    switch (type) {
        case "kubernetes:external-secrets.io/v1:ExternalSecret":
            return refreshIssues(props.spec ?? {});
        case "kubernetes:external-secrets.io/v1:ClusterSecretStore":
        case "kubernetes:external-secrets.io/v1:SecretStore":
            return storeIssues(props.spec?.provider?.aws?.region, own);
        case "aws:secretsmanager/secret:Secret":
            return own.role === "primary" ? replicaIssues(props.replicas ?? []) : [];
        default:
            return [];
    }
}

function refreshIssues({
    refreshPolicy = "Periodic",
    refreshInterval = defaultInterval,
}: Record<string, any>): string[] {
    if (refreshPolicy !== "Periodic")
        return [`has refreshPolicy ${refreshPolicy}, which never learns of a rotation; allowed is Periodic`];
    return validateRefreshInterval(parseSeconds(refreshInterval)).map(
        (issue) => `has refreshInterval "${refreshInterval}": ${issue}`,
    );
}

function storeIssues(region: unknown, own: RegionProfile): string[] {
    return region === own.name
        ? []
        : [
              `reads secrets in ${String(region ?? "a region that nothing states")}; allowed is ${own.name}, the cluster's own, which is there when another is not`,
          ];
}

function replicaIssues(replicas: readonly { readonly region: string }[]): string[] {
    const standby = kgents.regions.dr.name;
    if (replicas.some((replica) => replica.region === standby)) return [];
    const found = replicas.map((replica) => replica.region).join(", ") || "none";
    return [`has replicas in ${found}; needed is one in ${standby}, where the standby reads it`];
}
