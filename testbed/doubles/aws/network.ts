import { isSecurityGroupText, securityGroupTextRule } from "../../../components/network/securityGroupText";
import type { ModelContext, ResourceModel, ResourceTable } from "../model/resourceModel";
import type { Properties } from "../wire/values";
import { ec2Id, subnet } from "./ec2";
import { availabilityZones } from "./regions";

const vpc = { type: "aws:ec2/vpc:Vpc", missing: "InvalidVpcID.NotFound", holds: true } as const;
const routeTable = {
    type: "aws:ec2/routeTable:RouteTable",
    missing: "InvalidRouteTableID.NotFound",
    holds: true,
} as const;
const securityGroup = { type: "aws:ec2/securityGroup:SecurityGroup", missing: "InvalidGroup.NotFound" } as const;

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
    return (
        small !== undefined &&
        large !== undefined &&
        small.length >= large.length &&
        small.first >= large.first &&
        small.first < large.first + 2 ** (32 - large.length)
    );
}

function subnetFaults(inputs: Properties, { find, cloud, id, region }: ModelContext): string[] {
    const { cidrBlock, vpcId, availabilityZone } = inputs;
    const outer = find(vpc.type, vpcId)?.inputs.cidrBlock;
    const others = cloud.ofType(subnet.type).filter((other) => other.inputs.vpcId === vpcId && other.id !== id);
    const overlapping = others.find(
        (other) => isInside(other.inputs.cidrBlock, cidrBlock) || isInside(cidrBlock, other.inputs.cidrBlock),
    );
    const zones = availabilityZones(region).map(({ name }) => name);
    return [
        ...(outer === undefined || isInside(cidrBlock, outer)
            ? []
            : [`InvalidSubnet.Range: ${cidrBlock} is not inside the VPC's ${outer}`]),
        ...(overlapping === undefined
            ? []
            : [`InvalidSubnet.Conflict: ${cidrBlock} overlaps ${overlapping.inputs.cidrBlock} of ${overlapping.id}`]),
        ...(availabilityZone === undefined || zones.includes(availabilityZone)
            ? []
            : [`InvalidParameterValue: zone ${availabilityZone}; this account has ${zones.join(", ")}`]),
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
    return isInside(one, other) || isInside(other, one)
        ? [`OverlappingCidrs: ${one} and ${other} cannot be peered`]
        : [];
}

/** What EC2 says of a description, or of a group's name, that it does not take. */
function groupTextFaults(parameter: string, text: unknown): string[] {
    if (text === undefined || isSecurityGroupText(String(text))) return [];
    return [`InvalidParameterValue: ${parameter} "${text}"; valid are ${securityGroupTextRule}`];
}

const rule = (prefix: string): ResourceModel => ({
    id: ec2Id(prefix),
    refuse: ({ description }) => groupTextFaults("description", description),
    replaceOn: ["securityGroupId"],
    references: {
        securityGroupId: securityGroup,
        referencedSecurityGroupId: securityGroup,
    },
    outputs: (_inputs, { id, arn }) => ({ securityGroupRuleId: id, arn: arn("ec2", `security-group-rule/${id}`) }),
});

/** The groups that nobody makes: a VPC's default one, and the one that EKS makes for a cluster. */
function impliedSecurityGroup(id: string, { cloud, region }: ModelContext): Properties | undefined {
    const owner = cloud.find(
        vpc.type,
        (object) => object.region === region && object.properties.defaultSecurityGroupId === id,
    );
    const cluster = cloud.find(
        "aws:eks/cluster:Cluster",
        (object) => object.region === region && object.properties.vpcConfig.clusterSecurityGroupId === id,
    );
    const vpcId = owner?.id ?? cluster?.properties.vpcConfig.vpcId;
    return vpcId === undefined ? undefined : { vpcId, name: owner ? "default" : `eks-cluster-sg-${cluster?.id}` };
}

/** Amazon VPC: networks, routes, gateways, groups, endpoints, peerings. */
export const network: ResourceTable = {
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
            const zone =
                zones.find(
                    ({ name, id: zoneId }) => name === inputs.availabilityZone || zoneId === inputs.availabilityZoneId,
                ) ?? zones[0]!;
            return {
                arn: arn("ec2", `subnet/${id}`),
                availabilityZone: zone.name,
                availabilityZoneId: zone.id,
                ownerId: account,
            };
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
        references: {
            subnetId: subnet,
            allocationId: { type: "aws:ec2/eip:Eip", missing: "InvalidAllocationID.NotFound", holds: true },
        },
        outputs: (inputs, { find, hash }) => ({
            publicIp: find("aws:ec2/eip:Eip", inputs.allocationId)?.properties.publicIp ?? "",
            privateIp: `10.0.${parseInt(hash(2, "third"), 16)}.${4 + (parseInt(hash(2), 16) % 200)}`,
            networkInterfaceId: `eni-${hash(17)}`,
        }),
    },
    "aws:ec2/routeTable:RouteTable": {
        id: ec2Id("rtb"),
        replaceOn: ["vpcId"],
        references: { vpcId: vpc },
        builtIn: (id, { cloud, region }) => {
            const owner = cloud.find(
                vpc.type,
                (object) => object.region === region && object.properties.mainRouteTableId === id,
            );
            return owner && { vpcId: owner.id };
        },
        outputs: (inputs, { id, arn, account }) => ({
            arn: arn("ec2", `route-table/${id}`),
            ownerId: account,
            routes: inputs.routes ?? [],
        }),
    },
    "aws:ec2/route:Route": {
        unique: (inputs) =>
            `${inputs.routeTableId}_${inputs.destinationCidrBlock ?? inputs.destinationIpv6CidrBlock ?? inputs.destinationPrefixListId}`,
        conflict: "RouteAlreadyExists",
        id: (inputs) =>
            `${inputs.routeTableId}_${inputs.destinationCidrBlock ?? inputs.destinationIpv6CidrBlock ?? inputs.destinationPrefixListId}`,
        replaceOn: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
        references: {
            routeTableId: routeTable,
            natGatewayId: { type: "aws:ec2/natGateway:NatGateway", missing: "InvalidNatGatewayID.NotFound" },
            gatewayId: { type: "aws:ec2/internetGateway:InternetGateway", missing: "InvalidGatewayID.NotFound" },
        },
        // A peering lies in two regions, and both route to it.
        refuse: ({ vpcPeeringConnectionId: id }, { cloud, region }) => {
            const peering = cloud.find(
                "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
                (object) => object.id === id,
            );
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
        refuse: ({ name, description }) => [
            ...groupTextFaults("GroupName", name),
            ...groupTextFaults("GroupDescription", description),
            ...(String(name).startsWith("sg-")
                ? [`InvalidParameterValue: GroupName "${name}" cannot start with sg-`]
                : []),
        ],
        builtIn: impliedSecurityGroup,
        outputs: (inputs, { id, arn, account }) => ({
            arn: arn("ec2", `security-group/${id}`),
            ownerId: account,
            ingress: inputs.ingress ?? [],
            egress: inputs.egress ?? [],
        }),
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
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        id: ec2Id("vpce"),
        replaceOn: ["vpcId", "serviceName", "vpcEndpointType"],
        references: {
            vpcId: vpc,
            subnetIds: subnet,
            routeTableIds: { ...routeTable, holds: false },
            securityGroupIds: securityGroup,
        },
        refuse: ({ serviceName, serviceRegion }, { region }) =>
            serviceRegion !== undefined || String(serviceName).includes(`.${region}.`)
                ? []
                : [`InvalidServiceName: the service "${serviceName}" is not one of ${region}`],
        outputs: (inputs, { id, arn, hash, account, region }) => ({
            arn: arn("ec2", `vpc-endpoint/${id}`),
            state: "available",
            vpcEndpointType: inputs.vpcEndpointType ?? "Gateway",
            prefixListId: `pl-${hash(8)}`,
            ownerId: account,
            dnsEntries: [
                {
                    dnsName: `${id}-${hash(8)}.${String(inputs.serviceName).split(".").at(-1)}.${region}.vpce.amazonaws.com`,
                    hostedZoneId: `Z${hash(12).toUpperCase()}`,
                },
            ],
            networkInterfaceIds: (inputs.subnetIds ?? []).map((one: string) => `eni-${hash(17, one)}`),
            policy:
                inputs.policy ??
                '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
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
            const peering = cloud.find(
                "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
                ({ id }) => id === vpcPeeringConnectionId,
            );
            const accepting = peering?.properties.peerRegion;
            return accepting === region
                ? []
                : [
                      `InvalidVpcPeeringConnectionID.NotFound: "${vpcPeeringConnectionId}" does not await an answer in ${region}`,
                  ];
        },
        outputs: (inputs, { cloud, account }) => {
            const { inputs: asked } = cloud.find(
                "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
                ({ id }) => id === inputs.vpcPeeringConnectionId,
            )!;
            const requester = cloud.find(vpc.type, ({ id }) => id === asked.vpcId);
            return {
                acceptStatus: inputs.autoAccept === true ? "active" : "pending-acceptance",
                vpcId: asked.peerVpcId,
                peerVpcId: asked.vpcId,
                peerOwnerId: account,
                peerRegion: requester?.region,
            };
        },
    },
    "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": {
        id: (inputs) => inputs.vpcPeeringConnectionId,
        replaceOn: ["vpcPeeringConnectionId"],
    },
    "aws:ec2/flowLog:FlowLog": {
        id: ec2Id("fl"),
        defaults: { maxAggregationInterval: 600 },
        replaceOn: ["*"],
        references: {
            vpcId: { ...vpc, holds: false },
            subnetId: { ...subnet, holds: false },
            iamRoleArn: { type: "aws:iam/role:Role" },
        },
        outputs: (inputs, { id, arn }) => ({
            arn: arn("ec2", `vpc-flow-log/${id}`),
            logDestinationType: inputs.logDestinationType ?? "cloud-watch-logs",
        }),
    },
};
