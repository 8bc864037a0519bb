import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RegionProfile, SystemProfile } from "../model/profile";
import { gatewaySecrets, type PublishedCertificates } from "./gatewayCertificateRules";
import type { SyncedSecret } from "../secrets/secretSyncRules";

/** The Secret in a region's cluster, as the chart of NATS is told to mount it (`gateway.tlsSecret`). */
export const gatewayTlsSecret = "nats-gateway-tls";

/**
 * A region's gateway certificate in its cluster, for `SecretSync`: External Secrets copies it out of Secrets Manager, so that the key
 * is in no stack's state, in no output and in no log. A rotated certificate arrives by itself, and NATS reloads it.
 */
export function gatewaySyncedSecret(
    profile: Pick<SystemProfile, "name" | "namespaces">,
    region: Pick<RegionProfile, "short">,
): SyncedSecret {
    return {
        name: gatewaySecrets(profile).member(region),
        target: { namespace: profile.namespaces.nats, name: gatewayTlsSecret },
    };
}

/**
 * The public halves of the certificates, read from Secrets Manager in the provider's region. To be awaited and checked
 * (`validateCertificates`) before anything is made: an empty authority must not be found out by servers that refuse one another.
 */
export async function lookUpGatewayCertificates(
    profile: Pick<SystemProfile, "name">,
    opts?: pulumi.InvokeOptions,
): Promise<PublishedCertificates> {
    const { published } = gatewaySecrets(profile);
    try {
        const { secretString } = await aws.secretsmanager.getSecretVersion({ secretId: published }, opts);
        return readPublished(secretString);
    } catch (error) {
        if (!/ResourceNotFound|couldn't find resource/i.test(String(error))) throw error;
        throw new pulumi.RunError(
            `the certificates of the gateways are not there: no secret ${published} in this region.\n` +
                "  to do: make them once with the gateway CA command, which gives them replicas in the other regions, then this again",
        );
    }
}

/** Reads what the gateway CA command stored; a part that is missing is empty, for `validateCertificates` to name. */
export function readPublished(text: string): PublishedCertificates {
    try {
        const value = JSON.parse(text) as Partial<PublishedCertificates>;
        return { authority: value.authority ?? "", members: value.members ?? {} };
    } catch (error) {
        throw new Error(
            "the secret with the gateways' certificates is not what the gateway CA command writes: store them again",
            { cause: error },
        );
    }
}
