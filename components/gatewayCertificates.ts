import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contracts } from "../infra/contracts";
import type { Seconds } from "../infra/duration";
import type { SystemProfile } from "../infra/profile";
import { gatewaySecrets, type PublishedCertificates } from "./gatewayCertificateRules";

export interface GatewayCertificatesArgs {
    /** Name of the secret in Secrets Manager, in the provider's region (`gatewaySecrets(profile).member(region)`). */
    readonly remoteSecret: string;
    /** Namespace of the NATS pods. */
    readonly namespace: pulumi.Input<string>;
    /** The region's ClusterSecretStore. */
    readonly storeName: pulumi.Input<string>;
    /** External Secrets and the store; they bring the definition of ExternalSecret and have to outlive it. */
    readonly secretSync: readonly pulumi.Resource[];
    /** How often the secret is read again, in seconds; at most the contract `secret-refresh`. @default 300 */
    readonly refresh?: Seconds;
}

/** The Secret in the cluster, as the chart of NATS is told to mount it. */
export const gatewayTlsSecret = "nats-gateway-tls";

/**
 * A region's gateway certificate in its cluster: External Secrets copies it out of Secrets Manager, so that the key is in no stack's
 * state, in no output and in no log. A rotated certificate arrives by itself, and NATS reloads it.
 *
 * ### Cost
 * None here; $0.40 a month for the secret and for each replica, $0.05 for 10,000 reads (0.04 a month).
 */
export class GatewayCertificates extends pulumi.ComponentResource {
    /** Name of the Secret, once it is there: `gateway.tlsSecret` of the NATS member. */
    readonly secretName: pulumi.Output<string>;

    constructor(name: string, args: GatewayCertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
        const refresh = args.refresh ?? contracts.secretRefresh.limit;
        const issues = validateRefresh(refresh);
        if (issues.length > 0) throw new Error(`${name}: gateway certificates:\n- ${issues.join("\n- ")}`);
        super("kgents:nats:GatewayCertificates", name, {}, opts);

        const secret = new kubernetes.apiextensions.CustomResource(
            `${name}-secret`,
            {
                apiVersion: "external-secrets.io/v1",
                kind: "ExternalSecret",
                metadata: {
                    name: gatewayTlsSecret,
                    namespace: args.namespace,
                    // Servers must not start before it, and a wrong name is found here and not by a pod that hangs.
                    annotations: { "pulumi.com/waitFor": "condition=Ready" },
                },
                spec: {
                    refreshInterval: `${refresh}s`,
                    secretStoreRef: { kind: "ClusterSecretStore", name: args.storeName },
                    // Retain: losing the ExternalSecret is no reason to take the certificate from running servers.
                    target: { name: gatewayTlsSecret, creationPolicy: "Orphan", deletionPolicy: "Retain" },
                    dataFrom: [{ extract: { key: args.remoteSecret } }],
                },
            },
            { parent: this, dependsOn: [...args.secretSync] },
        );

        this.secretName = secret.id.apply(() => gatewayTlsSecret);
        this.registerOutputs({ secretName: this.secretName });
    }
}

function validateRefresh(refresh: Seconds): string[] {
    const { limit, id } = contracts.secretRefresh;
    if (Number.isInteger(refresh) && refresh >= 1 && refresh <= limit) return [];
    return [`refresh: ${refresh} found; allowed are whole seconds from 1 to ${limit} (contract ${id})`];
}

/**
 * The public halves of the certificates, read from Secrets Manager in the provider's region. To be awaited and checked
 * (`validateCertificates`) before anything is made: an empty authority must not be found out by servers that refuse one another.
 */
export async function lookUpGatewayCertificates(profile: SystemProfile, opts?: pulumi.InvokeOptions): Promise<PublishedCertificates> {
    const { published } = gatewaySecrets(profile);
    try {
        const { secretString } = await aws.secretsmanager.getSecretVersion({ secretId: published }, opts);
        return readPublished(secretString);
    } catch (error) {
        if (!/ResourceNotFound|couldn't find resource/i.test(String(error))) throw error;
        throw new pulumi.RunError(
            `the certificates of the gateways are not there: no secret ${published} in this region.\n` +
                "  to do: make them once with the gateway CA command, with replicas in all three regions, then this again",
        );
    }
}

/** Reads what the gateway CA command stored; a part that is missing is empty, for `validateCertificates` to name. */
export function readPublished(text: string): PublishedCertificates {
    try {
        const value = JSON.parse(text) as Partial<PublishedCertificates>;
        return { authority: value.authority ?? "", members: value.members ?? {} };
    } catch (error) {
        throw new Error("the secret with the gateways' certificates is not what the gateway CA command writes: store them again", { cause: error });
    }
}
