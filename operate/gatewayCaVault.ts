import {
    CreateSecretCommand,
    DescribeSecretCommand,
    GetSecretValueCommand,
    PutSecretValueCommand,
    ReplicateSecretToRegionsCommand,
    ResourceNotFoundException,
    SecretsManagerClient,
    type DescribeSecretCommandOutput,
} from "@aws-sdk/client-secrets-manager";
import type { SecretVault } from "./gatewayCa";

/** Secrets Manager of one region, with the credentials of whoever runs the command. Values travel in requests' bodies only. */
export function awsSecretVault(
    region: string,
    client: Pick<SecretsManagerClient, "send"> = new SecretsManagerClient({ region }),
): SecretVault {
    return {
        async read(name) {
            return unlessMissing(
                async () => (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString,
            );
        },

        async write(name, value, replicas) {
            const known = await unlessMissing(() => client.send(new DescribeSecretCommand({ SecretId: name })));
            if (known === undefined) {
                await client.send(
                    new CreateSecretCommand({ Name: name, SecretString: value, AddReplicaRegions: regions(replicas) }),
                );
                return;
            }
            // Replicas first: a value that is already there then reaches all of them at once.
            const missing = replicas.filter((one) => !replicaRegions(known).includes(one));
            if (missing.length > 0)
                await client.send(
                    new ReplicateSecretToRegionsCommand({ SecretId: name, AddReplicaRegions: regions(missing) }),
                );
            await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
        },
    };
}

function regions(names: readonly string[]) {
    return names.map((Region) => ({ Region }));
}

function replicaRegions({ ReplicationStatus = [] }: DescribeSecretCommandOutput): (string | undefined)[] {
    return ReplicationStatus.map(({ Region }) => Region);
}

async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
        return await ask();
    } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
    }
}
