import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { gatewaySyncedSecret } from "../../components/gateways/gatewayCertificates";
import { natsAuthSecret } from "../../components/nats/natsChartValues";
import { CriticalSecrets } from "../../components/secrets/criticalSecrets";
import { SecretSync } from "../../components/secrets/secretSync";
import type { SyncedSecret } from "../../components/secrets/secretSyncRules";
import type { JoinEntry, OwnRegion } from "../../infra/parts";
import type { SystemProfile } from "../../components/model/profile";
import type { StackContext } from "../../infra/stack";
import { physicalName } from "../../components/model/nameLimits";

/** The Secret in the cluster with the canary's API key. */
export const canarySecret = "standby-canary";

/** The canary's API key in the cluster; empty where no setting names it. */
export function canarySync({ profile, settings }: StackContext): SyncedSecret[] {
    const { canary } = settings.standby;
    return canary === undefined
        ? []
        : [{ name: canary.secret, target: { namespace: profile.namespaces.nats, name: canarySecret } }];
}

/** Secrets of the system's own workloads, as the settings list them. */
export function ownSecretsSync({ profile, settings }: StackContext): SyncedSecret[] {
    return settings.secrets.map(({ name, secret, namespace = profile.namespaces.api }) => ({
        name,
        target: { namespace, name: secret },
    }));
}

/** The accounts' passwords in Secrets Manager: what the standby's servers are given. */
export function natsAuthSync(profile: SystemProfile): SyncedSecret {
    return { name: `${profile.name}/nats-auth`, target: { namespace: profile.namespaces.nats, name: natsAuthSecret } };
}

/** External Secrets, and what it fills; `more` besides the gateway's certificate, in namespaces that are there `before`. */
export async function buildSecretSync(
    stack: StackContext,
    { cluster, namespaces }: OwnRegion,
    keyArn: pulumi.Input<string>,
    more: readonly SyncedSecret[] = [],
    before: readonly pulumi.Resource[] = [],
): Promise<SecretSync> {
    const { accountId } = await aws.getCallerIdentity({}, { provider: stack.aws });
    return new SecretSync(
        "secret-sync",
        {
            region: stack.region.name,
            secrets: [gatewaySyncedSecret(stack.profile, stack.region), ...more],
            // Known once the namespaces are there, which the Secrets go into.
            clusterName: pulumi.all([cluster.clusterName, namespaces.nats, namespaces.api]).apply(([name]) => name),
            roleName: physicalName("IAM role", [stack.names.base, "secrets"]),
            accountId,
            keyArn,
            contract: stack.profile.contracts.secretRefresh,
        },
        { providers: [stack.aws, cluster.provider], dependsOn: [...cluster.ready, ...before] },
    );
}

/** What both regions need, at its source. NATS that is the user's own keeps its passwords to itself: they are put in from outside. */
export function buildCriticalSecrets(
    stack: StackContext<"primary">,
    entry: JoinEntry,
    standbyKeyArn: pulumi.Input<string>,
    passwords: pulumi.Input<string> | undefined,
): void {
    new CriticalSecrets(
        "critical-secrets",
        {
            region: stack.region.name,
            keyArn: entry.secretsKeyArn,
            replicas: [{ region: stack.profile.regions.dr.name, keyArn: standbyKeyArn }],
            secrets: [
                {
                    name: natsAuthSync(stack.profile).name,
                    description: "Passwords of the NATS accounts, SYS_PASSWORD and APP_PASSWORD",
                    ...(passwords !== undefined && { value: passwords }),
                },
            ],
        },
        { providers: [stack.aws] },
    );
}
