import * as pulumi from "@pulumi/pulumi";
import { GitOps } from "../../components/standby/gitOps";
import { positionsJob } from "../../components/nats/durablePositionsStore";
import { natsUsers } from "../../components/nats/natsAccounts";
import { natsAuthSecret } from "../../components/nats/natsChartValues";
import { Observability } from "../../components/standby/observability";
import { StandbyCanary, StandbyMarkers } from "../../components/standby/standbyCanary";
import { standbyMarkers, type ComparedSecret } from "../../components/standby/standbyCanaryRules";
import type { SyncedSecret } from "../../components/secrets/secretSyncRules";
import { part, type Parts } from "../../infra/parts";
import type { StackContext } from "../../infra/stack";
import { natsAccess } from "../parts/backups";
import { warnIfAlertsReachNobody } from "../parts/paging";

/** Names of the CronJobs that keep watch on the standby. */
const markerJob = "standby-marker";
const canaryJob = "standby-canary";

/** The canary's API key in the cluster; empty where no setting names it. */
export function canarySync({ profile, settings }: StackContext): SyncedSecret[] {
    const { canary } = settings.standby;
    return canary === undefined ? [] : [{ name: canary.secret, target: { namespace: profile.namespaces.nats, name: canaryJob } }];
}

/** Secrets of the system's own workloads, as the settings list them. */
export function ownSecretsSync({ profile, settings }: StackContext): SyncedSecret[] {
    return settings.standby.secrets.map(({ name, secret, namespace = profile.namespaces.api }) => ({ name, target: { namespace, name: secret } }));
}

/** Each region's own Argo CD, deploying the region's overlay to its own cluster. */
export function buildGitOps(stack: StackContext<"primary"> | StackContext<"dr">, parts: Parts): void {
    const { profile, settings, role } = stack;
    const { repository, revision, overlays } = settings.standby.git;
    new GitOps(
        "gitops",
        {
            source: { repository, revision },
            elements: Object.entries(overlays).map(([cluster, path]) => ({ cluster, path })),
            own: role,
            namespaces: [profile.namespaces.api, profile.namespaces.nats],
        },
        { providers: [part(parts, "cluster").provider], dependsOn: [...part(parts, "cluster").ready] },
    );
}

/** The accounts' passwords; the user's own NATS has them under a name of their choice. */
function natsAuth({ profile, settings, role }: StackContext): ComparedSecret {
    const own = role === "primary" && settings.nats.owner === "user" ? { nameHere: settings.standby.nats!.authSecret } : {};
    return { namespace: profile.namespaces.nats, name: natsAuthSecret, ...own };
}

export interface WatchParts {
    /** The standby's own load balancer, which the canary has to name: the API's public name leads to the primary until the day. */
    readonly entry?: pulumi.Input<string>;
    /** Name of the CronJob that asks for the meta group, once there is one. */
    readonly metaWatch?: string;
}

/** Rules and dashboard, and what they watch: the markers in the primary, the canary in the standby. */
export async function buildWatch(stack: StackContext<"primary"> | StackContext<"dr">, parts: Parts, { entry, metaWatch }: WatchParts): Promise<void> {
    const { profile, settings, role } = stack;
    const { ruleLabels, regionLabel, alertsUrl, namespace: rulesNamespace } = settings.standby.prometheus;
    await warnIfAlertsReachNobody(stack);
    const { nats: namespace } = part(parts, "namespaces");
    const opts = { providers: [part(parts, "cluster").provider], dependsOn: [...(parts.nats?.ready ?? [])] };
    new Observability(
        "observability",
        {
            profile,
            role,
            namespace: rulesNamespace ?? namespace,
            canaryNamespace: profile.namespaces.nats,
            canary: canaryJob,
            markers: markerJob,
            positions: positionsJob,
            prometheusOperator: settings.prometheusOperator,
            ruleLabels,
            ...(metaWatch !== undefined && { metaWatch }),
            ...(regionLabel !== undefined && { regionLabel }),
            ...(alertsUrl !== undefined && { alertsUrl }),
        },
        opts,
    );
    const { canary } = settings.standby;
    if (canary === undefined) {
        await pulumi.log.warn(
            "nothing calls the standby every minute: kgents-dr:standby.canary is missing\n" +
                `  to do: store an API key in Secrets Manager of ${profile.regions.primary.name} with a replica in ${profile.regions.dr.name}, then\n` +
                `         pulumi config set --stack ${role} --path kgents-dr:standby.canary.secret <its name>`,
        );
        return;
    }
    const facts = {
        namespace,
        nats: natsAccess(stack, parts),
        markers: standbyMarkers(profile),
        imageNamespaces: [profile.namespaces.api],
        secrets: [natsAuth(stack), ...ownSecretsSync(stack).map(({ target }) => target)],
        apiKey: { secretName: canaryJob, secretKey: canary.key },
    };
    if (role === "primary") new StandbyMarkers("standby-marker", { ...facts, jobName: markerJob }, opts);
    else {
        const api = { apiUrl: `https://${profile.apiHost}${canary.path}`, apiConnectTo: pulumi.interpolate`::${entry}:443` };
        const { name: user, passwordVariable: secretKey } = natsUsers.system;
        // The standby's NATS is always the program's, with a Secret of the same name.
        const system = { url: part(parts, "nats").url, login: { user, secretName: natsAuthSecret, secretKey } };
        new StandbyCanary("standby-canary", { ...facts, jobName: canaryJob, ...api, system, writeFence: canary.writeFence }, opts);
    }
}
