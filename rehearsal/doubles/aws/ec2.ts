import type { CloudObject } from "../cloud";
import type { InvokeContext, InvokeTable, ModelContext, ResourceModel, ResourceTable } from "../model/resourceModel";
import type { Properties } from "../wire/values";
import { availabilityZones } from "./regions";

const vpc = { type: "aws:ec2/vpc:Vpc", missing: "InvalidVpcID.NotFound", holds: true } as const;
const subnet = { type: "aws:ec2/subnet:Subnet", missing: "InvalidSubnetID.NotFound", holds: true } as const;
const routeTable = { type: "aws:ec2/routeTable:RouteTable", missing: "InvalidRouteTableID.NotFound", holds: true } as const;
const securityGroup = { type: "aws:ec2/securityGroup:SecurityGroup", missing: "InvalidGroup.NotFound" } as const;
const instance = { type: "aws:ec2/instance:Instance", missing: "InvalidInstanceID.NotFound", holds: true } as const;

/** An EC2 id: a prefix and 17 digits. */
function ec2Id(prefix: string): ResourceModel["id"] {
    return (_inputs, { random }) => `${prefix}-${random(17)}`;
}

/** The first address of an IPv4 range as a number, and its prefix length. */
function range(cidr: string): { first: number; length: number } | undefined {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
    const octets = match?.slice(1, 5).map(Number) ?? [256];
    if (octets.some((octet) => octet > 255)) {
        return undefined;
    }
    return { first: octets.reduce((sum, octet) => sum * 256 + octet, 0), length: Number(match?.[5]) };
}

function isInside(inner: string, outer: string): boolean {
    const [small, large] = [range(inner), range(outer)];
    return small !== undefined && large !== undefined && small.length >= large.length && small.first >= large.first && small.first < large.first + 2 ** (32 - large.length);
}

function subnetFaults(inputs: Properties, { find, cloud, id, region }: ModelContext): string[] {
    const { cidrBlock, vpcId, availabilityZone } = inputs;
    const outer = find(vpc.type, vpcId)?.inputs.cidrBlock;
    const others = cloud.ofType(subnet.type).filter((other) => other.inputs.vpcId === vpcId && other.id !== id);
    const overlapping = others.find((other) => isInside(other.inputs.cidrBlock, cidrBlock) || isInside(cidrBlock, other.inputs.cidrBlock));
    const zones = availabilityZones(region).map(({ name }) => name);
    return [
        ...(outer === undefined || isInside(cidrBlock, outer) ? [] : [`InvalidSubnet.Range: ${cidrBlock} is not inside the VPC's ${outer}`]),
        ...(overlapping === undefined ? [] : [`InvalidSubnet.Conflict: ${cidrBlock} overlaps ${overlapping.inputs.cidrBlock} of ${overlapping.id}`]),
        ...(availabilityZone === undefined || zones.includes(availabilityZone) ? [] : [`InvalidParameterValue: zone ${availabilityZone}; this account has ${zones.join(", ")}`]),
    ];
}

function peeringFaults({ vpcId, peerVpcId, peerRegion }: Properties, { cloud, region }: ModelContext): string[] {
    const [own, peer] = [vpcId, peerVpcId].map((id) => cloud.find(vpc.type, (object) => object.id === id));
    if (own?.region !== region) {
        return [`InvalidVpcID.NotFound: vpcId "${vpcId}" does not exist in ${region}`];
    }
    if (peer === undefined || peer.region !== (peerRegion ?? region)) {
        return [`InvalidVpcID.NotFound: peerVpcId "${peerVpcId}" does not exist in ${peerRegion ?? region}`];
    }
    const [one, other] = [own.inputs.cidrBlock, peer.inputs.cidrBlock];
    return isInside(one, other) || isInside(other, one) ? [`OverlappingCidrs: ${one} and ${other} cannot be peered`] : [];
}

const rule = (prefix: string): ResourceModel => ({
    id: ec2Id(prefix),
    replaceOn: ["securityGroupId"],
    references: { securityGroupId: securityGroup, referencedSecurityGroupId: securityGroup, prefixListId: { type: "aws:ec2/managedPrefixList:ManagedPrefixList" } },
    outputs: (_inputs, { id, arn }) => ({ securityGroupRuleId: id, arn: arn("ec2", `security-group-rule/${id}`) }),
});

/** The groups that nobody makes: a VPC's default one, and the one that EKS makes for a cluster. */
function impliedSecurityGroup(id: string, { cloud, region }: ModelContext): Properties | undefined {
    const owner = cloud.find(vpc.type, (object) => object.region === region && object.properties.defaultSecurityGroupId === id);
    const cluster = cloud.find("aws:eks/cluster:Cluster", (object) => object.region === region && object.properties.vpcConfig.clusterSecurityGroupId === id);
    const vpcId = owner?.id ?? cluster?.properties.vpcConfig.vpcId;
    return vpcId === undefined ? undefined : { vpcId, name: owner ? "default" : `eks-cluster-sg-${cluster?.id}` };
}

/** Amazon VPC and EC2. */
export const ec2: ResourceTable = {
    "aws:ec2/vpc:Vpc": {
        id: ec2Id("vpc"),
        defaults: { enableDnsSupport: true, instanceTenancy: "default" },
        replaceOn: ["cidrBlock", "ipv4IpamPoolId"],
        refuse: ({ cidrBlock }) => {
            const length = cidrBlock === undefined ? 16 : (range(cidrBlock)?.length ?? 0);
            return length >= 16 && length <= 28 ? [] : [`InvalidVpc.Range: "${cidrBlock}" must be between /16 and /28`];
        },
        outputs: (inputs, { id, arn, hash, account }) => ({
            arn: arn("ec2", `vpc/${id}`),
            enableDnsHostnames: inputs.enableDnsHostnames ?? false,
            defaultSecurityGroupId: `sg-${hash(17, "group")}`,
            defaultRouteTableId: `rtb-${hash(17, "routes")}`,
            mainRouteTableId: `rtb-${hash(17, "routes")}`,
            defaultNetworkAclId: `acl-${hash(17, "acl")}`,
            dhcpOptionsId: `dopt-${hash(17, "dhcp")}`,
            ownerId: account,
        }),
    },
    "aws:ec2/subnet:Subnet": {
        id: ec2Id("subnet"),
        defaults: { assignIpv6AddressOnCreation: false, mapPublicIpOnLaunch: false },
        replaceOn: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"],
        references: { vpcId: vpc },
        refuse: subnetFaults,
        outputs: (inputs, { id, arn, region, account }) => {
            const zones = availabilityZones(region);
            const zone = zones.find(({ name, id: zoneId }) => name === inputs.availabilityZone || zoneId === inputs.availabilityZoneId) ?? zones[0]!;
            return { arn: arn("ec2", `subnet/${id}`), availabilityZone: zone.name, availabilityZoneId: zone.id, ownerId: account };
        },
    },
    "aws:ec2/internetGateway:InternetGateway": {
        id: ec2Id("igw"),
        references: { vpcId: vpc },
        outputs: (_inputs, { id, arn, account }) => ({ arn: arn("ec2", `internet-gateway/${id}`), ownerId: account }),
    },
    "aws:ec2/natGateway:NatGateway": {
        id: ec2Id("nat"),
        defaults: { connectivityType: "public" },
        replaceOn: ["subnetId", "allocationId", "connectivityType", "privateIp"],
        references: { subnetId: subnet, allocationId: { type: "aws:ec2/eip:Eip", missing: "InvalidAllocationID.NotFound", holds: true } },
        outputs: (inputs, { find, hash }) => ({
            publicIp: find("aws:ec2/eip:Eip", inputs.allocationId)?.properties.publicIp ?? "",
            privateIp: `10.0.0.${4 + (parseInt(hash(2), 16) % 200)}`,
            networkInterfaceId: `eni-${hash(17)}`,
        }),
    },
    "aws:ec2/eip:Eip": {
        id: ec2Id("eipalloc"),
        replaceOn: ["domain", "publicIpv4Pool", "networkBorderGroup"],
        references: { instance },
        // From the ranges set apart for documentation (RFC 5737).
        outputs: (inputs, { id, arn, hash, region }) => {
            const publicIp = `203.0.113.${parseInt(hash(2, "address"), 16)}`;
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
    "aws:ec2/routeTable:RouteTable": {
        id: ec2Id("rtb"),
        replaceOn: ["vpcId"],
        references: { vpcId: vpc },
        builtIn: (id, { cloud, region }) => {
            const owner = cloud.find(vpc.type, (object) => object.region === region && object.properties.mainRouteTableId === id);
            return owner && { vpcId: owner.id };
        },
        outputs: (inputs, { id, arn, account }) => ({ arn: arn("ec2", `route-table/${id}`), ownerId: account, routes: inputs.routes ?? [] }),
    },
    "aws:ec2/route:Route": {
        unique: (inputs) => `${inputs.routeTableId}_${inputs.destinationCidrBlock ?? inputs.destinationIpv6CidrBlock ?? inputs.destinationPrefixListId}`,
        conflict: "RouteAlreadyExists",
        id: (inputs) => `${inputs.routeTableId}_${inputs.destinationCidrBlock ?? inputs.destinationIpv6CidrBlock ?? inputs.destinationPrefixListId}`,
        replaceOn: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
        references: {
            routeTableId: routeTable,
            natGatewayId: { type: "aws:ec2/natGateway:NatGateway", missing: "InvalidNatGatewayID.NotFound" },
            gatewayId: { type: "aws:ec2/internetGateway:InternetGateway", missing: "InvalidGatewayID.NotFound" },
        },
        // A peering lies in two regions, and both route to it.
        refuse: ({ vpcPeeringConnectionId: id }, { cloud, region }) => {
            const peering = cloud.find("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", (object) => object.id === id);
            const isHere = id === undefined || [peering?.region, peering?.properties.peerRegion].includes(region);
            return isHere ? [] : [`InvalidVpcPeeringConnectionID.NotFound: "${id}" does not exist in ${region}`];
        },
        outputs: () => ({ origin: "CreateRoute", state: "active" }),
    },
    "aws:ec2/routeTableAssociation:RouteTableAssociation": {
        unique: (inputs) => String(inputs.subnetId ?? inputs.gatewayId),
        conflict: "Resource.AlreadyAssociated",
        id: ec2Id("rtbassoc"),
        replaceOn: ["subnetId", "gatewayId"],
        references: { subnetId: subnet, routeTableId: routeTable },
    },
    "aws:ec2/securityGroup:SecurityGroup": {
        autoname: "name",
        unique: (inputs) => `${inputs.vpcId} ${inputs.name}`,
        conflict: "InvalidGroup.Duplicate",
        id: ec2Id("sg"),
        defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
        replaceOn: ["name", "namePrefix", "description", "vpcId"],
        references: { vpcId: vpc },
        builtIn: impliedSecurityGroup,
        outputs: (inputs, { id, arn, account }) => ({ arn: arn("ec2", `security-group/${id}`), ownerId: account, ingress: inputs.ingress ?? [], egress: inputs.egress ?? [] }),
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
        unique: (inputs) => inputs.vpcId,
        id: (inputs, { find }) => find(vpc.type, inputs.vpcId)?.properties.defaultSecurityGroupId,
        replaceOn: ["vpcId"],
        references: { vpcId: { ...vpc, holds: false } },
        outputs: (inputs, { id, arn, account }) => ({
            arn: arn("ec2", `security-group/${id}`),
            name: "default",
            namePrefix: "",
            description: "default VPC security group",
            ownerId: account,
            ingress: inputs.ingress ?? [],
            egress: inputs.egress ?? [],
        }),
    },
    "aws:ec2/securityGroupRule:SecurityGroupRule": {
        id: (_inputs, { random }) => `sgrule-${random(10)}`,
        defaults: { self: false },
        replaceOn: ["*"],
        references: { securityGroupId: { ...securityGroup, holds: true } },
        outputs: (_inputs, { hash }) => ({ securityGroupRuleId: `sgr-${hash(17)}` }),
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("sgr"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("sgr"),
    "aws:ec2/managedPrefixList:ManagedPrefixList": {
        id: ec2Id("pl"),
        replaceOn: ["addressFamily"],
        outputs: (_inputs, { id, arn, account }) => ({ arn: arn("ec2", `prefix-list/${id}`), ownerId: account, version: 1 }),
    },
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        id: ec2Id("vpce"),
        replaceOn: ["vpcId", "serviceName", "vpcEndpointType"],
        references: { vpcId: vpc, subnetIds: subnet, routeTableIds: { ...routeTable, holds: false }, securityGroupIds: securityGroup },
        refuse: ({ serviceName, serviceRegion }, { region }) =>
            serviceRegion !== undefined || String(serviceName).includes(`.${region}.`) ? [] : [`InvalidServiceName: the service "${serviceName}" is not one of ${region}`],
        outputs: (inputs, { id, arn, hash, account, region }) => ({
            arn: arn("ec2", `vpc-endpoint/${id}`),
            state: "available",
            vpcEndpointType: inputs.vpcEndpointType ?? "Gateway",
            prefixListId: `pl-${hash(8)}`,
            ownerId: account,
            dnsEntries: [{ dnsName: `${id}-${hash(8)}.${String(inputs.serviceName).split(".").at(-1)}.${region}.vpce.amazonaws.com`, hostedZoneId: `Z${hash(12).toUpperCase()}` }],
            networkInterfaceIds: (inputs.subnetIds ?? []).map((one: string) => `eni-${hash(17, one)}`),
            policy: inputs.policy ?? '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
            privateDnsEnabled: inputs.privateDnsEnabled ?? false,
            requesterManaged: false,
        }),
    },
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": {
        unique: (inputs) => [inputs.vpcId, inputs.peerVpcId].sort().join(" "),
        conflict: "VpcPeeringConnectionAlreadyExists",
        id: ec2Id("pcx"),
        replaceOn: ["vpcId", "peerVpcId", "peerRegion", "peerOwnerId"],
        refuse: peeringFaults,
        outputs: (inputs, { account, region }) => ({
            acceptStatus: inputs.autoAccept === true ? "active" : "pending-acceptance",
            peerOwnerId: inputs.peerOwnerId ?? account,
            peerRegion: inputs.peerRegion ?? region,
        }),
    },
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": {
        unique: (inputs) => inputs.vpcPeeringConnectionId,
        id: (inputs) => inputs.vpcPeeringConnectionId,
        replaceOn: ["vpcPeeringConnectionId"],
        refuse: ({ vpcPeeringConnectionId }, { cloud, region }) => {
            const peering = cloud.find("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", ({ id }) => id === vpcPeeringConnectionId);
            const accepting = peering?.properties.peerRegion;
            return accepting === region ? [] : [`InvalidVpcPeeringConnectionID.NotFound: "${vpcPeeringConnectionId}" does not await an answer in ${region}`];
        },
        outputs: (inputs, { cloud, account }) => {
            const { inputs: asked } = cloud.find("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", ({ id }) => id === inputs.vpcPeeringConnectionId)!;
            const requester = cloud.find(vpc.type, ({ id }) => id === asked.vpcId);
            return { acceptStatus: inputs.autoAccept === true ? "active" : "pending-acceptance", vpcId: asked.peerVpcId, peerVpcId: asked.vpcId, peerOwnerId: account, peerRegion: requester?.region };
        },
    },
    "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": { id: (inputs) => inputs.vpcPeeringConnectionId, replaceOn: ["vpcPeeringConnectionId"] },
    "aws:ec2/flowLog:FlowLog": {
        id: ec2Id("fl"),
        defaults: { maxAggregationInterval: 600 },
        replaceOn: ["*"],
        references: { vpcId: { ...vpc, holds: false }, subnetId: { ...subnet, holds: false }, iamRoleArn: { type: "aws:iam/role:Role" } },
        outputs: (inputs, { id, arn }) => ({ arn: arn("ec2", `vpc-flow-log/${id}`), logDestinationType: inputs.logDestinationType ?? "cloud-watch-logs", logGroupName: inputs.logGroupName ?? "" }),
    },
    "aws:ec2/instance:Instance": {
        id: ec2Id("i"),
        replaceOn: ["ami", "availabilityZone", "subnetId", "keyName", "privateIp", "associatePublicIpAddress", "userDataBase64", "ebsBlockDevices"],
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
                availabilityZone: inputs.availabilityZone ?? find(subnet.type, inputs.subnetId)?.properties.availabilityZone,
                privateIp,
                privateDns: `ip-${privateIp.replaceAll(".", "-")}.${region === "us-east-1" ? "ec2" : `${region}.compute`}.internal`,
                publicIp: inputs.associatePublicIpAddress === true ? `198.51.100.${parseInt(hash(2, "public"), 16)}` : "",
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
            return { arn: arn("ec2", `launch-template/${id}`), latestVersion, defaultVersion: inputs.updateDefaultVersion === true ? latestVersion : (inputs.defaultVersion ?? 1) };
        },
    },
    "aws:ebs/volume:Volume": {
        id: ec2Id("vol"),
        replaceOn: ["availabilityZone", "snapshotId", "encrypted", "kmsKeyId"],
        outputs: (inputs, { id, arn }) => ({ arn: arn("ec2", `volume/${id}`), type: inputs.type ?? "gp2", size: inputs.size ?? 1, encrypted: inputs.encrypted ?? false }),
    },
    "aws:ec2/volumeAttachment:VolumeAttachment": {
        unique: (inputs) => `${inputs.volumeId} ${inputs.instanceId}`,
        id: (_inputs, { random }) => `vai-${random(10)}`,
        replaceOn: ["deviceName", "instanceId", "volumeId"],
        references: { instanceId: instance, volumeId: { type: "aws:ebs/volume:Volume", missing: "InvalidVolume.NotFound", holds: true } },
        refuse: ({ instanceId, volumeId }, { find }) => {
            const zones = [find(instance.type, instanceId)?.properties.availabilityZone, find("aws:ebs/volume:Volume", volumeId)?.properties.availabilityZone];
            return zones[0] === zones[1] ? [] : [`InvalidVolume.ZoneMismatch: the volume is in ${zones[1]}, the instance in ${zones[0]}`];
        },
    },
};

function oneOf(type: string, what: string, args: Properties, { visible, region }: InvokeContext, test: (object: CloudObject) => boolean): Properties {
    const found = visible(type).filter(test);
    if (found.length !== 1) {
        throw new Error(`${found.length === 0 ? "no matching" : "multiple"} ${what} found in ${region} for ${JSON.stringify(args)}`);
    }
    return { ...found[0]!.properties, id: found[0]!.id };
}

function matches(args: Properties): (object: CloudObject) => boolean {
    return ({ id, properties }) =>
        (args.id === undefined || args.id === id) &&
        (args.vpcId === undefined || args.vpcId === properties.vpcId) &&
        Object.entries(args.tags ?? {}).every(([key, value]) => properties.tagsAll?.[key] === value) &&
        (args.filters ?? []).every(({ name, values }: Properties) =>
            name === "vpc-id" ? values.includes(properties.vpcId) : name.startsWith("tag:") ? values.includes(properties.tagsAll?.[name.slice(4)]) : unknownFilter(name),
        );
}

function unknownFilter(name: string): never {
    throw new Error(`filter "${name}" is not modelled by the aws double: add it to rehearsal/doubles/aws/ec2.ts`);
}

/** AWS's own prefix lists that a region has; their ids follow from region and name. */
function awsPrefixList(name: string, { region }: InvokeContext): Properties {
    const id = `pl-${Buffer.from(`${region} ${name}`).toString("hex").slice(-8)}`;
    return { id, name, arn: `arn:aws:ec2:${region}:aws:prefix-list/${id}`, ownerId: "AWS", addressFamily: "IPv4", region, entries: [], maxEntries: 0, version: 0, tags: {}, prefixListId: id, cidrBlocks: [] };
}

export const ec2Invokes: InvokeTable = {
    "aws:ec2/getVpc:getVpc": (args, context) => oneOf("aws:ec2/vpc:Vpc", "EC2 VPC", args, context, matches(args)),
    "aws:ec2/getSubnet:getSubnet": (args, context) => oneOf("aws:ec2/subnet:Subnet", "EC2 Subnet", args, context, matches(args)),
    "aws:ec2/getSubnets:getSubnets": (args, context) => ({ ...args, id: context.region, ids: context.visible("aws:ec2/subnet:Subnet").filter(matches(args)).map(({ id }) => id) }),
    "aws:ec2/getSecurityGroup:getSecurityGroup": (args, context) => oneOf("aws:ec2/securityGroup:SecurityGroup", "EC2 Security Group", args, context, matches(args)),
    "aws:ec2/getPrefixList:getPrefixList": (args, context) => awsPrefixList(args.name ?? args.prefixListId, context),
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": (args, context) => awsPrefixList(args.name ?? args.id, context),
    "aws:ec2/getAmi:getAmi": (args, { region }) => {
        const id = `ami-${Buffer.from(`${region}${JSON.stringify(args.filters ?? args)}`).toString("hex").slice(-17)}`;
        return { ...args, id, imageId: id, region, architecture: "arm64", name: "an image", state: "available", rootDeviceName: "/dev/xvda" };
    },
};
