import { gatewaySecrets } from "../components/gateways/gatewayCertificateRules";
import type { Role, SystemProfile } from "../components/model/profile";
import { createGatewayCa, storeGatewayCa } from "../operate/gatewayCa";
import type { Doubles } from "../testbed/doubles/doubles";

/** Settings of each stack that has any. */
export type StackSettings = Readonly<Partial<Record<Role, Readonly<Record<string, unknown>>>>>;

/** The key with which the standby's canary calls the API, as the operator stored it. */
const canarySecretOf = ({ name }: SystemProfile) => `${name}/canary-key`;

/** Stands for the checksum of the server's release, which nothing here downloads for the witness. */
const releaseChecksum = "0".repeat(64);

/**
 * What a person does before phase 13, outside Pulumi: the gateway CA by its command, with replicas, and the canary's key. The doubles'
 * secrets have no copies of their own in other regions, so each is put where it would be.
 */
export async function seedStandby(doubles: Doubles, profile: SystemProfile): Promise<StackSettings> {
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
    const canarySecret = canarySecretOf(profile);
    for (const region of [primary, dr]) await seed(region.name, canarySecret, "{}");
    const canary = { secret: canarySecret };
    return {
        primary: { standby: { canary } },
        dr: { standby: { canary } },
        [witness.role]: { witness: { sha256: releaseChecksum } },
    };
}
