import type { SystemProfile } from "../../components/model/profile";
import { listOf, matching, oneOf, section, vpcCidr, yesOrNo } from "./schema";

const subnetIds = () =>
    listOf(matching(/^subnet-[0-9a-f]+$/, "the id of a subnet, such as subnet-0123456789abcdef0"), "ids of subnets");

const adopted = { primary: 13, dr: 13 };

/** The region's VPC: created with a cluster that the program creates, or as it is around an adopted one. */
export const networkSettings = ({ regions }: Pick<SystemProfile, "regions">) => ({
    network: section({
        vpcCidr: vpcCidr()
            .optional()
            .meta({
                description: "The VPC's range. It must not overlap the other regions' ranges: the VPCs are peered.",
                unset: Object.values(regions)
                    .map((region) => region.vpcCidr)
                    .join(", "),
                ofSystem: true,
                from: { primary: 10, dr: 10, witness: 13 },
            }),
        nat: oneOf("gateway", "gateway-per-zone", "instance")
            .default("gateway")
            .describe(
                'How private subnets reach the internet. "gateway": one NAT gateway, about $33 a month plus $0.045 a GB. ' +
                    '"gateway-per-zone": three of them, so that no zone depends on another. "instance": one t4g.nano, about $7 a ' +
                    "month, a single point of failure: acceptable in a standby.",
            ),
        flowLogs: yesOrNo()
            .default(false)
            .describe("Whether CloudWatch Logs records every connection, about $0.50 a GB."),
        routeTableIds: listOf(
            matching(/^rtb-[0-9a-f]+$/, "the id of a route table, such as rtb-0123456789abcdef0"),
            "ids of route tables",
        )
            .default([])
            .meta({
                description:
                    "An adopted cluster's route tables, of the subnets with its nodes: the peerings add their routes to them. A created network needs none.",
                from: adopted,
            }),
        privateSubnetIds: subnetIds().default([]).meta({
            description:
                "An adopted cluster's private subnets, one in each zone, for the load balancer of the gateways. Their route tables are among `network.routeTableIds`.",
            from: adopted,
        }),
        publicSubnetIds: subnetIds()
            .default([])
            .meta({
                description: "An adopted standby's public subnets, one in each zone, for its load balancer.",
                from: { dr: 13 },
            }),
    })
        .prefault({})
        .meta({ description: "The region's VPC.", from: { primary: 10, dr: 13 } }),
});
