import type { Contract } from "../model/contract";
import { formatDuration, type Seconds } from "../model/duration";
import { policyDocument } from "../backup/backupBucketPolicies";
import { isSecretName, secretNameRule } from "./secretNames";

/** What a Secret of the cluster is filled from. */
export interface SyncedSecret {
    /** Name in Secrets Manager, the same in all regions: "shop/nats-auth". */
    readonly name: string;
    /** The Secret in the cluster: its keys are those of the value, a JSON object; or `key` is the only one, and gets the value as it is. */
    readonly target: { readonly namespace: string; readonly name: string; readonly key?: string };
}

export interface SecretSyncPlan {
    /** The cluster's own region, and the only one that is read from. */
    readonly region: string;
    readonly secrets: readonly SyncedSecret[];
    /** How old a Secret of the cluster may be, in seconds. @default the contract's limit */
    readonly refreshInterval?: Seconds;
    /** What the interval has to keep. */
    readonly contract: Pick<Contract<"secretRefresh">, "limit">;
}

/** What is wrong with a plan, all at once; empty if nothing is. */
export function validateSecretSync(plan: SecretSyncPlan): string[] {
    const targets = plan.secrets.map(({ target }) => `${target.namespace}/${target.name}`);
    const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
    return [
        ...(plan.secrets.length > 0 ? [] : ["secrets: empty; name at least one, or leave the component out"]),
        ...validateRefreshInterval(plan.refreshInterval ?? plan.contract.limit, plan.contract).map(
            (issue) => `refreshInterval: ${issue}`,
        ),
        ...[...new Set(targets.filter((target, index) => targets.indexOf(target) !== index))].map(
            (target) => `secrets: ${target} is filled by two secrets; each Secret of the cluster has one source`,
        ),
        ...plan.secrets
            .filter(({ target }) => !label.test(target.namespace) || !label.test(target.name))
            .map(
                ({ name, target }) =>
                    `secrets."${name}".target: "${target.namespace}/${target.name}" found; allowed are names of a namespace and a Secret`,
            ),
        ...plan.secrets
            .filter(({ name }) => !isSecretName(name))
            .map(({ name }) => `secrets: "${name}" found; allowed are ${secretNameRule}`),
    ];
}

/** What is wrong with an interval, as the end of a sentence. Zero means "once" to External Secrets, and never again. */
export function validateRefreshInterval(
    interval: Seconds,
    { limit }: Pick<SecretSyncPlan["contract"], "limit">,
): string[] {
    if (interval > 0 && interval <= limit) return [];
    const found =
        interval === 0 ? "0 found, which reads a secret once and never again" : `${formatDuration(interval)} found`;
    return [`${found}; allowed is more than 0 and at most ${formatDuration(limit)}`];
}

/** The ARN of a secret or its replica, whose last six characters AWS draws. */
export function secretArn(region: string, accountId: string, name: string): string {
    return `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-??????`;
}

/** May read these secrets in this region, decrypted through Secrets Manager, and nothing else. */
export function secretReaderPolicy(access: {
    readonly arns: readonly string[];
    readonly keyArn: string;
    readonly region: string;
}): string {
    return policyDocument(
        {
            Sid: "ReadSecrets",
            Effect: "Allow",
            Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            Resource: access.arns,
        },
        {
            Sid: "DecryptSecrets",
            Effect: "Allow",
            Action: "kms:Decrypt",
            Resource: access.keyArn,
            Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${access.region}.amazonaws.com` } },
        },
    );
}
