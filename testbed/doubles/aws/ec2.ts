import type { CloudObject } from "../cloud";
import type { InvokeContext, InvokeTable, ResourceModel, ResourceTable } from "../model/resourceModel";
import type { Properties } from "../wire/values";

export const subnet = { type: "aws:ec2/subnet:Subnet", missing: "InvalidSubnetID.NotFound", holds: true } as const;
const securityGroup = { type: "aws:ec2/securityGroup:SecurityGroup", missing: "InvalidGroup.NotFound" } as const;
const instance = { type: "aws:ec2/instance:Instance", missing: "InvalidInstanceID.NotFound", holds: true } as const;

/** An EC2 id: a prefix and 17 digits. */
export function ec2Id(prefix: string): ResourceModel["id"] {
    return (_inputs, { random }) => `${prefix}-${random(17)}`;
}

/** Amazon EC2: machines, their templates, volumes and addresses. Networks are in `network.ts`. */
/**
 * An address from the range set apart for benchmarks (RFC 2544), by four hexadecimal digits: so many that two resources of a rehearsal
 * do not get the same one.
 */
function publicAddress(digits: string): string {
    return `198.18.${parseInt(digits.slice(0, 2), 16)}.${parseInt(digits.slice(2, 4), 16)}`;
}

export const ec2: ResourceTable = {
    "aws:ec2/eip:Eip": {
        id: ec2Id("eipalloc"),
        replaceOn: ["domain", "publicIpv4Pool", "networkBorderGroup"],
        references: { instance },
        outputs: (inputs, { id, arn, hash, region }) => {
            const publicIp = publicAddress(hash(4, "address"));
            return {
                allocationId: id,
                arn: arn("ec2", `elastic-ip/${id}`),
                domain: inputs.domain ?? "vpc",
                publicIp,
                publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${region === "us-east-1" ? "compute-1" : `${region}.compute`}.amazonaws.com`,
                networkBorderGroup: region,
            };
        },
    },
    "aws:ec2/instance:Instance": {
        id: ec2Id("i"),
        replaceOn: [
            "ami",
            "availabilityZone",
            "subnetId",
            "keyName",
            "privateIp",
            "associatePublicIpAddress",
            "userDataBase64",
            "ebsBlockDevices",
        ],
        alsoReplaceOn: ({ userDataReplaceOnChange }) => (userDataReplaceOnChange === true ? ["userData"] : []),
        references: {
            subnetId: subnet,
            vpcSecurityGroupIds: { ...securityGroup, holds: true },
            iamInstanceProfile: { type: "aws:iam/instanceProfile:InstanceProfile", missing: "InvalidParameterValue" },
        },
        outputs: (inputs, { id, arn, hash, find, region }) => {
            const privateIp = inputs.privateIp ?? `10.0.1.${4 + (parseInt(hash(2), 16) % 200)}`;
            return {
                arn: arn("ec2", `instance/${id}`),
                instanceState: "running",
                availabilityZone:
                    inputs.availabilityZone ?? find(subnet.type, inputs.subnetId)?.properties.availabilityZone,
                privateIp,
                privateDns: `ip-${privateIp.replaceAll(".", "-")}.${region === "us-east-1" ? "ec2" : `${region}.compute`}.internal`,
                publicIp: inputs.associatePublicIpAddress === true ? publicAddress(hash(4, "public")) : "",
                primaryNetworkInterfaceId: `eni-${hash(17, "interface")}`,
                instanceType: inputs.instanceType ?? "t4g.nano",
                sourceDestCheck: inputs.sourceDestCheck ?? true,
            };
        },
    },
    "aws:ec2/launchTemplate:LaunchTemplate": {
        autoname: "name",
        maxName: 128,
        unique: (inputs) => inputs.name,
        conflict: "InvalidLaunchTemplateName.AlreadyExistsException",
        id: ec2Id("lt"),
        replaceOn: ["name", "namePrefix"],
        outputs: (inputs, { id, arn, find, type }) => {
            const latestVersion = Number(find(type, id)?.properties.latestVersion ?? 0) + 1;
            return {
                arn: arn("ec2", `launch-template/${id}`),
                latestVersion,
                defaultVersion: inputs.updateDefaultVersion === true ? latestVersion : (inputs.defaultVersion ?? 1),
            };
        },
    },
    "aws:ebs/volume:Volume": {
        id: ec2Id("vol"),
        replaceOn: ["availabilityZone", "snapshotId", "encrypted", "kmsKeyId"],
        outputs: (inputs, { id, arn }) => ({
            arn: arn("ec2", `volume/${id}`),
            type: inputs.type ?? "gp2",
            size: inputs.size ?? 1,
            encrypted: inputs.encrypted ?? false,
        }),
    },
    "aws:ec2/volumeAttachment:VolumeAttachment": {
        unique: (inputs) => `${inputs.volumeId} ${inputs.instanceId}`,
        id: (_inputs, { random }) => `vai-${random(10)}`,
        replaceOn: ["deviceName", "instanceId", "volumeId"],
        references: {
            instanceId: instance,
            volumeId: { type: "aws:ebs/volume:Volume", missing: "InvalidVolume.NotFound", holds: true },
        },
        refuse: ({ instanceId, volumeId }, { find }) => {
            const zones = [
                find(instance.type, instanceId)?.properties.availabilityZone,
                find("aws:ebs/volume:Volume", volumeId)?.properties.availabilityZone,
            ];
            return zones[0] === zones[1]
                ? []
                : [`InvalidVolume.ZoneMismatch: the volume is in ${zones[1]}, the instance in ${zones[0]}`];
        },
    },
};

function oneOf(
    type: string,
    what: string,
    args: Properties,
    { visible, region }: InvokeContext,
    test: (object: CloudObject) => boolean,
): Properties {
    const found = visible(type).filter(test);
    if (found.length !== 1) {
        throw new Error(
            `${found.length === 0 ? "no matching" : "multiple"} ${what} found in ${region} for ${JSON.stringify(args)}`,
        );
    }
    return { ...found[0]!.properties, id: found[0]!.id };
}

function matches(args: Properties): (object: CloudObject) => boolean {
    return ({ id, properties }) =>
        (args.id === undefined || args.id === id) &&
        (args.vpcId === undefined || args.vpcId === properties.vpcId) &&
        Object.entries(args.tags ?? {}).every(([key, value]) => properties.tagsAll?.[key] === value) &&
        (args.filters ?? []).every(({ name, values }: Properties) =>
            name === "vpc-id"
                ? values.includes(properties.vpcId)
                : name.startsWith("tag:")
                  ? values.includes(properties.tagsAll?.[name.slice(4)])
                  : unknownFilter(name),
        );
}

function unknownFilter(name: string): never {
    throw new Error(`filter "${name}" is not modelled by the aws double: add it to testbed/doubles/aws/ec2.ts`);
}

export const ec2Invokes: InvokeTable = {
    "aws:ec2/getVpc:getVpc": (args, context) => {
        const found = oneOf("aws:ec2/vpc:Vpc", "EC2 VPC", args, context, matches(args));
        const association = {
            associationId: String(found.id).replace("vpc-", "vpc-cidr-assoc-"),
            cidrBlock: found.cidrBlock,
            state: "associated",
        };
        return { ...found, cidrBlockAssociations: [association] };
    },
};
