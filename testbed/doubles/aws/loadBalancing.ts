import type { ModelContext, ResourceTable } from "../model/resourceModel";
import type { Properties } from "../wire/values";
import { endpointZones } from "./regions";

const balancer = { type: "aws:lb/loadBalancer:LoadBalancer", missing: "LoadBalancerNotFound", holds: true } as const;

/** A balancer has one subnet a zone, and the internet reaches its VPC through a gateway or not at all. */
function subnetFaults({ subnets = [], internal }: Properties, { cloud, find }: ModelContext): string[] {
    const found = subnets.map((id: string) => find("aws:ec2/subnet:Subnet", id)?.inputs ?? {}) as Properties[];
    const zones = found.map(({ availabilityZone }) => availabilityZone).filter((zone) => zone !== undefined);
    const vpcId = found[0]?.vpcId;
    const isOpen =
        internal === true ||
        vpcId === undefined ||
        cloud.find("aws:ec2/internetGateway:InternetGateway", ({ inputs }) => inputs.vpcId === vpcId);
    return [
        ...(new Set(zones).size === zones.length
            ? []
            : [
                  `InvalidConfigurationRequest: A load balancer cannot be attached to multiple subnets in the same Availability Zone; found ${zones.join(", ")}`,
              ]),
        ...(isOpen ? [] : [`InvalidSubnet: VPC ${vpcId} has no internet gateway`]),
    ];
}

/** Elastic Load Balancing. */
export const loadBalancing: ResourceTable = {
    "aws:lb/loadBalancer:LoadBalancer": {
        autoname: "name",
        maxName: 32,
        unique: (inputs) => inputs.name,
        conflict: "DuplicateLoadBalancerName",
        id: (inputs, { arn, random }) =>
            arn(
                "elasticloadbalancing",
                `loadbalancer/${inputs.loadBalancerType === "network" ? "net" : "app"}/${inputs.name ?? `${inputs.namePrefix}${random(26)}`}/${random(16)}`,
            ),
        defaults: { enableDeletionProtection: false, loadBalancerType: "application" },
        replaceOn: ["name", "namePrefix", "internal", "loadBalancerType"],
        references: {
            subnets: { type: "aws:ec2/subnet:Subnet", missing: "SubnetNotFound", holds: true },
            securityGroups: {
                type: "aws:ec2/securityGroup:SecurityGroup",
                missing: "InvalidSecurityGroup",
                holds: true,
            },
        },
        refuse: ({ name, loadBalancerType, subnets, internal }, context) => [
            ...subnetFaults({ subnets, internal }, context),
            ...(name === undefined || (/^[A-Za-z0-9](-?[A-Za-z0-9])*$/.test(name) && String(name).length <= 32)
                ? []
                : [`ValidationError: name "${name}": at most 32 letters, digits and hyphens`]),
            ...(loadBalancerType === "application" && subnets !== undefined && subnets.length < 2
                ? ["ValidationError: at least two subnets in two zones"]
                : []),
        ],
        refuseDelete: (one) =>
            one.inputs.enableDeletionProtection === true
                ? [`OperationNotPermitted: deletion protection of ${one.id} is on`]
                : [],
        outputs: (inputs, { id, region, hash, find }) => {
            const [, kind = "app", name = ""] = id.split(":").at(-1)!.split("/");
            const scheme = inputs.internal === true ? "internal-" : "";
            const isNetwork = kind === "net";
            return {
                arn: id,
                name,
                arnSuffix: id.split("loadbalancer/").at(-1),
                dnsName: isNetwork
                    ? `${name}-${hash(16)}.elb.${region}.amazonaws.com`
                    : `${scheme}${name}-${parseInt(hash(8), 16)}.${region}.elb.amazonaws.com`,
                zoneId: endpointZones(region)[isNetwork ? "networkLoadBalancer" : "applicationLoadBalancer"],
                vpcId:
                    find("aws:ec2/subnet:Subnet", inputs.subnets?.[0] ?? inputs.subnetMappings?.[0]?.subnetId)?.inputs
                        .vpcId ?? "",
                internal: inputs.internal ?? false,
                ipAddressType: inputs.ipAddressType ?? "ipv4",
            };
        },
    },
    "aws:lb/targetGroup:TargetGroup": {
        autoname: "name",
        maxName: 32,
        unique: (inputs) => inputs.name,
        conflict: "DuplicateTargetGroupName",
        id: (inputs, { arn, random }) => arn("elasticloadbalancing", `targetgroup/${inputs.name}/${random(16)}`),
        defaults: { targetType: "instance" },
        replaceOn: ["name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId"],
        references: { vpcId: { type: "aws:ec2/vpc:Vpc", missing: "ValidationError" } },
        refuseDelete: (group, { cloud }) => {
            const uses = cloud
                .objects()
                .filter(
                    ({ type, inputs }) =>
                        type.startsWith("aws:lb/listener") && JSON.stringify(inputs).includes(group.id),
                );
            return uses.length === 0
                ? []
                : [`ResourceInUse: ${group.id} is used by ${uses.map(({ id }) => id).join(", ")}`];
        },
        outputs: (inputs, { id }) => ({
            arn: id,
            arnSuffix: `targetgroup/${id.split("targetgroup/").at(-1)}`,
            ipAddressType: "ipv4",
            loadBalancerArns: [],
            healthCheck: {
                enabled: true,
                healthyThreshold: 3,
                interval: 30,
                path: "/",
                port: "traffic-port",
                protocol: inputs.protocol,
                timeout: 5,
                unhealthyThreshold: 3,
                ...inputs.healthCheck,
            },
        }),
    },
    "aws:lb/listener:Listener": {
        unique: (inputs) => `${inputs.loadBalancerArn} ${inputs.port}`,
        conflict: "DuplicateListener",
        id: (inputs, { random }) =>
            `${String(inputs.loadBalancerArn).replace(":loadbalancer/", ":listener/")}/${random(16)}`,
        replaceOn: ["loadBalancerArn"],
        references: { loadBalancerArn: balancer },
        refuse: ({ certificateArn, protocol }, { region, find }) => [
            ...(protocol === "HTTPS" && certificateArn === undefined
                ? ["CertificateNotFound: an HTTPS listener needs a certificate"]
                : []),
            ...(certificateArn === undefined || find("aws:acm/certificate:Certificate", certificateArn) !== undefined
                ? []
                : [`CertificateNotFound: "${certificateArn}" does not exist in ${region}`]),
        ],
        outputs: (inputs, { id }) => ({
            arn: id,
            protocol: inputs.protocol ?? "HTTP",
            sslPolicy: inputs.sslPolicy ?? (inputs.protocol === "HTTPS" ? "ELBSecurityPolicy-TLS13-1-2-2021-06" : ""),
        }),
    },
    "aws:lb/listenerCertificate:ListenerCertificate": {
        id: (inputs) => `${inputs.listenerArn}_${inputs.certificateArn}`,
        replaceOn: ["*"],
        references: { listenerArn: { type: "aws:lb/listener:Listener", holds: true } },
    },
};
