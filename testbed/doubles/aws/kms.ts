import type { ModelContext, ResourceTable } from "../model/resourceModel";
import type { Properties } from "../wire/values";

/** A multi-Region key has one key id in all regions; its id begins with "mrk-". */
function keyId(inputs: Properties, { random }: ModelContext): string {
    return inputs.multiRegion === true
        ? `mrk-${random(32)}`
        : [8, 4, 4, 4, 12].map((length) => random(length)).join("-");
}

export const kms: ResourceTable = {
    "aws:kms/key:Key": {
        id: keyId,
        defaults: {
            bypassPolicyLockoutSafetyCheck: false,
            customerMasterKeySpec: "SYMMETRIC_DEFAULT",
            isEnabled: true,
            keyUsage: "ENCRYPT_DECRYPT",
        },
        replaceOn: ["multiRegion", "keyUsage", "customerMasterKeySpec", "customKeyStoreId"],
        outputs: (inputs, { id, arn, account }) => ({
            keyId: id,
            arn: arn("kms", `key/${id}`),
            multiRegion: inputs.multiRegion ?? false,
            enableKeyRotation: inputs.enableKeyRotation ?? false,
            description: inputs.description ?? "",
            policy:
                inputs.policy ??
                JSON.stringify({
                    Version: "2012-10-17",
                    Statement: [
                        {
                            Effect: "Allow",
                            Principal: { AWS: `arn:aws:iam::${account}:root` },
                            Action: "kms:*",
                            Resource: "*",
                        },
                    ],
                }),
        }),
    },
    "aws:kms/replicaKey:ReplicaKey": {
        id: (inputs) => String(inputs.primaryKeyArn).split("/").at(-1)!,
        unique: (inputs) => inputs.primaryKeyArn,
        conflict: "AlreadyExistsException",
        defaults: { bypassPolicyLockoutSafetyCheck: false, enabled: true },
        replaceOn: ["primaryKeyArn"],
        refuse: (inputs, { cloud, region }) => {
            const primary = cloud.find("aws:kms/key:Key", ({ properties }) => properties.arn === inputs.primaryKeyArn);
            if (primary === undefined) {
                return [`NotFoundException: primaryKeyArn names key "${inputs.primaryKeyArn}", which does not exist`];
            }
            return [
                ...(primary.properties.multiRegion === true
                    ? []
                    : [`UnsupportedOperationException: "${inputs.primaryKeyArn}" is not a multi-Region key`]),
                ...(primary.region === region
                    ? [`ValidationException: a replica cannot be in its primary's region ${region}`]
                    : []),
            ];
        },
        outputs: (_inputs, { id, arn }) => ({
            keyId: id,
            arn: arn("kms", `key/${id}`),
            keyRotationEnabled: false,
            keySpec: "SYMMETRIC_DEFAULT",
            keyUsage: "ENCRYPT_DECRYPT",
        }),
    },
    "aws:kms/alias:Alias": {
        autoname: "name",
        unique: (inputs) => inputs.name,
        conflict: "AlreadyExistsException",
        id: (inputs, { random }) => inputs.name ?? `${inputs.namePrefix}${random(26)}`,
        replaceOn: ["name", "namePrefix"],
        refuse: (inputs, { find, region }) => [
            ...(inputs.name === undefined || String(inputs.name).startsWith("alias/")
                ? []
                : [`ValidationException: alias name "${inputs.name}" must begin with "alias/"`]),
            ...((find("aws:kms/key:Key", inputs.targetKeyId) ??
            find("aws:kms/replicaKey:ReplicaKey", inputs.targetKeyId))
                ? []
                : [
                      `NotFoundException: targetKeyId names key "${inputs.targetKeyId}", which does not exist in ${region}`,
                  ]),
        ],
        outputs: (inputs, { id, arn }) => ({
            name: id,
            arn: arn("kms", id),
            targetKeyArn: String(inputs.targetKeyId).startsWith("arn:")
                ? inputs.targetKeyId
                : arn("kms", `key/${inputs.targetKeyId}`),
        }),
    },
};
