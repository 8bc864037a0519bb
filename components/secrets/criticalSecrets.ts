import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { isSecretName, secretNameRule } from "./secretNames";

/** A secret without which a region cannot take over. */
export interface CriticalSecret {
    /** Name in Secrets Manager, the same in all regions: "shop/nats-auth". */
    readonly name: string;
    /** What it opens, for whoever finds it on the worst day. */
    readonly description: string;
    /** Its value, where the program knows it already. Left out, the value is put in from outside and Pulumi never sees it. */
    readonly value?: pulumi.Input<string>;
}

/** A region that holds a copy. */
export interface SecretReplica {
    /** AWS's name: "us-west-2". */
    readonly region: string;
    /** Key of that region. @default AWS's own, aws/secretsmanager */
    readonly keyArn?: pulumi.Input<string>;
}

export interface CriticalSecretsArgs {
    /** Region of the secrets, the one of the provider that is passed in. */
    readonly region: string;
    /** This region's key. */
    readonly keyArn: pulumi.Input<string>;
    readonly replicas: readonly SecretReplica[];
    readonly secrets: readonly CriticalSecret[];
}

/** What is wrong with a list of secrets, all at once; empty if nothing is. */
export function validateCriticalSecrets(args: Pick<CriticalSecretsArgs, "region" | "replicas" | "secrets">): string[] {
    const names = args.secrets.map((secret) => secret.name);
    const regions = args.replicas.map((replica) => replica.region);
    return [
        ...(args.secrets.length > 0 ? [] : ["secrets: empty; name at least one, or leave the component out"]),
        ...(regions.length > 0 ? [] : ["replicas: empty; a secret that is in one region only is gone with it"]),
        ...(regions.includes(args.region)
            ? [`replicas: ${args.region} is the secrets' own region; name another one`]
            : []),
        ...repeated(regions).map((region) => `replicas: ${region} is there twice`),
        ...repeated(names).map((name) => `secrets: "${name}" is there twice`),
        ...names
            .filter((name) => !isSecretName(name))
            .map((name) => `secrets: "${name}" found; allowed are ${secretNameRule}`),
        ...args.secrets
            .filter((secret) => secret.description.trim() === "")
            .map((secret) => `secrets."${secret.name}".description: empty; say what it opens`),
    ];
}

function repeated(values: readonly string[]): string[] {
    return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/**
 * The secrets that both regions need, in Secrets Manager of the primary region with a replica wherever they are read.
 *
 * A replica follows its secret by itself and can be read when the first region is gone; to change it there, it has to be
 * promoted first. No value goes through an output. What is not known to the program is put in with
 * `aws secretsmanager put-secret-value`.
 *
 * ### Cost
 * $0.40 a month for each secret and for each replica.
 */
export class CriticalSecrets extends pulumi.ComponentResource {
    /** ARNs by name, of the secrets in this region. */
    readonly arns: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(name: string, args: CriticalSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateCriticalSecrets(args);
        if (issues.length > 0) throw new Error(`CriticalSecrets "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:CriticalSecrets", name, {}, opts);

        const created = args.secrets.map((secret) => [secret.name, createSecret(secret, { parent: this })] as const);
        this.arns = Object.fromEntries(created);
        this.registerOutputs({});

        function createSecret(
            { name: secretName, description, value }: CriticalSecret,
            parent: pulumi.CustomResourceOptions,
        ) {
            const child = `${name}-${secretName.replace(/[^A-Za-z0-9]+/g, "-")}`;
            const secret = new aws.secretsmanager.Secret(
                child,
                {
                    name: secretName,
                    description,
                    kmsKeyId: args.keyArn,
                    recoveryWindowInDays: 30,
                    // A secret of that name in the other region is somebody's: it stops the replication instead of being overwritten.
                    forceOverwriteReplicaSecret: false,
                    replicas: args.replicas.map(({ region, keyArn }) => ({
                        region,
                        ...(keyArn !== undefined && { kmsKeyId: keyArn }),
                    })),
                },
                { ...parent, protect: true },
            );
            if (value !== undefined) {
                new aws.secretsmanager.SecretVersion(
                    `${child}-value`,
                    { secretId: secret.id, secretString: pulumi.secret(value) },
                    parent,
                );
            }
            return secret.arn;
        }
    }
}
