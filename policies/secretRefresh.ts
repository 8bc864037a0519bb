import { validateRefreshInterval } from "../components/secrets/secretSyncRules";
import { contractTerms } from "../components/model/contract";
import type { Seconds } from "../components/model/duration";
import { parseSeconds } from "../components/model/goDuration";
import type { PolicyConfig } from "../components/model/policyConfig";
import type { Role } from "../components/model/profile";
import { resourcePolicy } from "./shared/define";
import { roleOf } from "./shared/stacks";

const defaultInterval = "1h0m0s";

/** A secret that is rotated in one region and old in the other locks the standby out on the day it is needed. */
export const secretRefresh = resourcePolicy(
    "secret-refresh",
    "Secrets have a replica in the standby, and each cluster reads its own region's again every five minutes.",
    ({ type, name, urn, props }, config, report) => {
        const role = roleOf(config, urn);
        if (!role) return;
        const { id, title } = contractTerms.secretRefresh;
        for (const issue of issuesOf(type, props, role, config))
            report(`"${name}" ${issue} (contract ${id}: ${title}).`);
    },
);

function issuesOf(
    type: string,
    props: Record<string, any>,
    role: Role,
    { regions = {}, refresh }: PolicyConfig<"secret-refresh">,
): string[] {
    const own = regions[role];
    switch (type) {
        case "kubernetes:external-secrets.io/v1:ExternalSecret":
            return refreshIssues(props.spec ?? {}, refresh!);
        case "kubernetes:external-secrets.io/v1:ClusterSecretStore":
        case "kubernetes:external-secrets.io/v1:SecretStore":
            return own === undefined ? [] : storeIssues(props.spec?.provider?.aws?.region, own);
        case "aws:secretsmanager/secret:Secret":
            return role === "primary" && regions.dr !== undefined
                ? replicaIssues(props.replicas ?? [], regions.dr)
                : [];
        default:
            return [];
    }
}

function refreshIssues(
    { refreshPolicy = "Periodic", refreshInterval = defaultInterval }: Record<string, any>,
    limit: Seconds,
): string[] {
    if (refreshPolicy !== "Periodic")
        return [`has refreshPolicy ${refreshPolicy}, which never learns of a rotation; allowed is Periodic`];
    return validateRefreshInterval(parseSeconds(refreshInterval), { limit }).map(
        (issue) => `has refreshInterval "${refreshInterval}": ${issue}`,
    );
}

function storeIssues(region: unknown, own: string): string[] {
    return region === own
        ? []
        : [
              `reads secrets in ${String(region ?? "a region that nothing states")}; allowed is ${own}, the cluster's own, which is there when another is not`,
          ];
}

function replicaIssues(replicas: readonly { readonly region: string }[], standby: string): string[] {
    if (replicas.some((replica) => replica.region === standby)) return [];
    const found = replicas.map((replica) => replica.region).join(", ") || "none";
    return [`has replicas in ${found}; needed is one in ${standby}, where the standby reads it`];
}
