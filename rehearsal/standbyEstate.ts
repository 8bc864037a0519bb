import { gatewaySecrets } from "../components/gateways/gatewayCertificateRules";
import type { SystemProfile } from "../infra/profile";
import { createGatewayCa, storeGatewayCa } from "../operate/gatewayCa";
import type { Doubles } from "./doubles/doubles";
import type { Estate } from "./estate";

/** The key with which the standby's canary calls the API, as the operator stored it. */
const canarySecret = "kgents/canary-key";

/** Stands for the checksum of the server's release, which nothing here downloads for the witness. */
const releaseChecksum = "0".repeat(64);

/**
 * What a person does before phase 13, outside Pulumi: the gateway CA by its command, with replicas, and the canary's key. The doubles'
 * secrets have no copies of their own in other regions, so each is put where it would be.
 */
export async function seedStandby(doubles: Doubles, profile: SystemProfile): Promise<Estate["settings"]> {
    const { primary, dr, witness } = profile.regions;
    const seed = async (region: string, name: string, secretString: string) => {
        const secret = await doubles.seed("aws:secretsmanager/secret:Secret", { name }, { region });
        await doubles.seed(
            "aws:secretsmanager/secretVersion:SecretVersion",
            { secretId: secret.id, secretString },
            { region },
        );
    };
    await storeGatewayCa(await createGatewayCa({ profile }), {
        profile,
        vault: {
            read: async () => undefined,
            write: async (name, value, replicas) => {
                // The program reads the public halves only; keys stay out of the doubles' state.
                const kept = name === gatewaySecrets(profile).published ? value : "{}";
                for (const region of [primary.name, ...replicas]) await seed(region, name, kept);
            },
        },
    });
    for (const region of [primary, dr]) await seed(region.name, canarySecret, "{}");
    const canary = { secret: canarySecret };
    return {
        primary: { standby: { canary } },
        dr: { standby: { canary } },
        [witness.role]: { standby: { witness: { sha256: releaseChecksum } } },
    };
}
