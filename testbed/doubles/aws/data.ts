import type { InvokeTable, ResourceTable } from "../model/resourceModel";

const secret = { type: "aws:secretsmanager/secret:Secret", missing: "ResourceNotFoundException", holds: true } as const;

/** Secrets Manager, Parameter Store, DynamoDB and ECR. */
export const data: ResourceTable = {
    "aws:secretsmanager/secret:Secret": {
        autoname: "name",
        unique: (inputs) => inputs.name,
        conflict: "ResourceExistsException",
        id: (inputs, { arn, random }) =>
            arn("secretsmanager", `secret:${inputs.name ?? `${inputs.namePrefix}${random(26)}`}-${random(6)}`),
        defaults: { forceOverwriteReplicaSecret: false, recoveryWindowInDays: 30 },
        replaceOn: ["name", "namePrefix"],
        refuse: (inputs, { region }) =>
            ((inputs.replicas ?? []) as { region: string }[])
                .filter((one) => one.region === region)
                .map(() => `InvalidParameterException: a secret cannot be replicated to its own region ${region}`),
        outputs: (inputs, { id }) => ({
            arn: id,
            policy: inputs.policy ?? "",
            replicas: ((inputs.replicas ?? []) as object[]).map((one) => ({
                ...one,
                status: "InSync",
                statusMessage: "Replication succeeded",
                lastAccessedDate: "",
            })),
        }),
    },
    "aws:secretsmanager/secretVersion:SecretVersion": {
        id: (inputs, { random }) => `${inputs.secretId}|terraform-${random(26)}`,
        replaceOn: ["secretId", "secretString", "secretBinary", "secretStringWo", "secretStringWoVersion"],
        references: { secretId: secret },
        secrets: ["secretString", "secretBinary"],
        outputs: (inputs, { id, find }) => ({
            arn: find(secret.type, inputs.secretId)?.id,
            versionId: id.split("|").at(-1),
            versionStages: inputs.versionStages ?? ["AWSCURRENT"],
        }),
    },
    "aws:ssm/parameter:Parameter": {
        autoname: "name",
        unique: (inputs) => inputs.name,
        conflict: "ParameterAlreadyExists",
        id: (inputs) => inputs.name,
        replaceOn: ["name", "type", "dataType"],
        secrets: ["value"],
        outputs: (inputs, { arn, find, type }) => ({
            arn: arn("ssm", `parameter${String(inputs.name).startsWith("/") ? "" : "/"}${inputs.name}`),
            version: Number(find(type, inputs.name)?.properties.version ?? 0) + 1,
            tier: inputs.tier ?? "Standard",
            dataType: inputs.dataType ?? "text",
            ...(inputs.value === undefined ? {} : { value: inputs.value }),
        }),
    },
    "aws:dynamodb/table:Table": {
        autoname: "name",
        unique: (inputs) => inputs.name,
        conflict: "ResourceInUseException",
        id: (inputs) => inputs.name,
        defaults: { billingMode: "PROVISIONED", tableClass: "STANDARD" },
        replaceOn: ["name", "hashKey", "rangeKey", "localSecondaryIndexes"],
        refuse: (inputs, { region }) => {
            const replicas = (inputs.replicas ?? []) as { regionName: string; consistencyMode?: string }[];
            const strong = replicas.filter((one) => one.consistencyMode === "STRONG").length;
            const members = strong + 1 + (inputs.globalTableWitness === undefined ? 0 : 1);
            return [
                ...(replicas.some((one) => one.regionName === region)
                    ? [`ValidationException: ${region} is the table's own region and cannot be a replica`]
                    : []),
                // Multi-Region strong consistency wants exactly three (AWS documentation).
                ...(strong > 0 && members !== 3
                    ? [
                          `ValidationException: strong consistency needs three replicas, or two and a witness; found ${members}`,
                      ]
                    : []),
                ...(strong > 0 && inputs.ttl?.enabled === true
                    ? ["ValidationException: strong consistency has no TTL"]
                    : []),
            ];
        },
        refuseDelete: (table) =>
            table.inputs.deletionProtectionEnabled === true
                ? [`ValidationException: deletion protection of "${table.id}" is on`]
                : [],
        outputs: (inputs, { arn }) => {
            const own = arn("dynamodb", `table/${inputs.name}`);
            const isStreamed = inputs.streamEnabled === true;
            return {
                arn: own,
                streamArn: isStreamed ? `${own}/stream/2026-01-01T00:00:00.000` : "",
                streamLabel: isStreamed ? "2026-01-01T00:00:00.000" : "",
                readCapacity: inputs.readCapacity ?? 0,
                writeCapacity: inputs.writeCapacity ?? 0,
            };
        },
    },
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": {
        unique: (inputs) => inputs.prefix,
        conflict: "TemplateAlreadyExistsException",
        id: (inputs) => inputs.prefix,
        defaults: { imageTagMutability: "MUTABLE" },
        replaceOn: ["prefix"],
        outputs: (_inputs, { account }) => ({ registryId: account }),
    },
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": {
        unique: () => "the registry's",
        id: (_inputs, { account }) => account,
        refuse: (inputs, { region }) =>
            JSON.stringify(inputs.replicationConfiguration ?? {}).includes(`"region":"${region}"`)
                ? [`InvalidParameterException: ${region} is the registry's own region`]
                : [],
        outputs: (_inputs, { account }) => ({ registryId: account }),
    },
};

/** Machine images and versions that AWS publishes under /aws/service; the values stand for real ones. */
function publicParameter(name: string, region: string): string {
    return name.includes("ami") || name.includes("image_id")
        ? `ami-${Buffer.from(`${region}${name}`).toString("hex").slice(-17)}`
        : name;
}

export const dataInvokes: InvokeTable = {
    "aws:ssm/getParameter:getParameter": (args, { visible, region }) => {
        const own = visible("aws:ssm/parameter:Parameter").find(({ id }) => id === args.name);
        if (own !== undefined) {
            const { value, ...rest } = own.properties;
            return { ...rest, id: own.id, value, insecureValue: rest.type === "SecureString" ? "" : value };
        }
        if (!String(args.name).startsWith("/aws/service/")) {
            throw new Error(`ParameterNotFound: ${args.name} in ${region}`);
        }
        const value = publicParameter(args.name, region);
        return {
            id: args.name,
            arn: `arn:aws:ssm:${region}::parameter${args.name}`,
            name: args.name,
            region,
            type: "String",
            version: 1,
            value,
            insecureValue: value,
        };
    },
    "aws:secretsmanager/getSecretVersion:getSecretVersion": (args, { visible, region }) => {
        const named =
            visible(secret.type).find(({ properties }) => properties.name === args.secretId)?.id ?? args.secretId;
        const found = visible("aws:secretsmanager/secretVersion:SecretVersion").findLast(
            ({ properties }) => properties.arn === named || properties.secretId === named,
        );
        if (found === undefined) {
            throw new Error(`ResourceNotFoundException: no value of secret ${args.secretId} in ${region}`);
        }
        return { ...found.properties, id: found.id };
    },
};
