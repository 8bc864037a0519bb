import * as pulumi from "@pulumi/pulumi";
import { positionsJob } from "../../components/nats/durablePositionsStore";
import { natsUsers } from "../../components/nats/natsAccounts";
import { natsAuthSecret } from "../../components/nats/natsChartValues";
import { Observability } from "../../components/standby/observability";
import { StandbyCanary, StandbyMarkers } from "../../components/standby/standbyCanary";
import { standbyMarkers, type ComparedSecret } from "../../components/standby/standbyCanaryRules";
import { part, type Parts } from "../../infra/parts";
import { settingKey } from "../../infra/settingKey";
import type { StackContext } from "../../infra/stack";
import { natsAccess } from "../parts/backups";
import { warnIfAlertsReachNobody } from "../parts/paging";
import { canarySecret, ownSecretsSync } from "./syncedSecrets";

/** Names of the CronJobs that keep watch on the standby. */
const markerJob = "standby-marker";
const canaryJob = "standby-canary";

/** The accounts' passwords; the user's own NATS has them under a name of their choice. */
function natsAuth({ profile, settings, role }: StackContext): ComparedSecret {
    const own =
        role === "primary" && settings.nats.owner === "user" ? { nameHere: settings.nats.access!.authSecret! } : {};
    return { namespace: profile.namespaces.nats, name: natsAuthSecret, ...own };
}

export interface WatchParts {
    /** The standby's own load balancer, which the canary has to name: the API's public name leads to the primary until the day. */
    readonly entry?: pulumi.Input<string>;
    /** Name of the CronJob that asks for the meta group, once there is one. */
    readonly metaWatch?: string;
}

/** Rules and dashboard, and what they watch: the markers in the primary, the canary in the standby. */
export async function buildWatch(
    stack: StackContext<"primary"> | StackContext<"dr">,
    parts: Parts,
    { entry, metaWatch }: WatchParts,
): Promise<void> {
    const { profile, settings, role, name } = stack;
    const { operator, ruleLabels, regionLabel, runbookUrl, namespace: rulesNamespace } = settings.alerts.prometheus;
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
            prometheusOperator: operator,
            ruleLabels,
            ...(metaWatch !== undefined && { metaWatch }),
            ...(regionLabel !== undefined && { regionLabel }),
            ...(runbookUrl !== undefined && { alertsUrl: runbookUrl }),
        },
        opts,
    );
    const { canary } = settings.standby;
    if (canary === undefined) {
        await pulumi.log.warn(
            `nothing calls the standby every minute: ${settingKey("standby.canary")} is missing\n` +
                `  to do: store an API key in Secrets Manager of ${profile.regions.primary.name} with a replica in ${profile.regions.dr.name}, then\n` +
                `         pulumi config set --stack ${name} --path ${settingKey("standby.canary.secret")} <its name>`,
        );
        return;
    }
    const facts = {
        namespace,
        nats: natsAccess(stack, parts),
        markers: standbyMarkers(profile),
        imageNamespaces: [profile.namespaces.api],
        secrets: [natsAuth(stack), ...ownSecretsSync(stack).map(({ target }) => target)],
        apiKey: { secretName: canarySecret, secretKey: canary.key },
    };
    if (role === "primary") new StandbyMarkers("standby-marker", { ...facts, jobName: markerJob }, opts);
    else {
        const api = {
            apiUrl: `https://${profile.apiHost}${canary.path}`,
            apiConnectTo: pulumi.interpolate`::${entry}:443`,
        };
        const { name: user, passwordVariable: secretKey } = natsUsers.system;
        // The standby's NATS is always the program's, with a Secret of the same name.
        const system = { url: part(parts, "nats").url, login: { user, secretName: natsAuthSecret, secretKey } };
        new StandbyCanary(
            "standby-canary",
            {
                ...facts,
                jobName: canaryJob,
                ...api,
                system,
                writeFence: canary.writeFence,
                contract: profile.contracts.mirrorLag,
            },
            opts,
        );
    }
}
