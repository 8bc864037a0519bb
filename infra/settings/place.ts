import { z } from "zod";
import { listOf, matching, oneOf, section, vpcCidr, yesOrNo } from "./schema";

/** Where a stack lives: account, region and network. */
export const placeSettings = {
    /** The region, for whoever wants it written in the stack file: it has to be the profile's region of the role. */
    region: z.string("the name of an AWS region").optional(),
    /** AWS accounts that the stack may touch; the provider refuses others. Default: any. */
    accountIds: listOf(
        matching(/^\d{12}$/, 'a 12-digit AWS account number in quotes, such as "123456789012"'),
        "AWS account numbers",
    ).default([]),
    /** The VPC's range instead of the profile's. Disjoint from the other regions', because the VPCs get peered. */
    vpcCidr: vpcCidr().optional(),
    network: section({
        /**
         * How private subnets reach the internet. "gateway": one NAT gateway, about $33 a month plus $0.045 a GB.
         * "gateway-per-zone": three of them, no zone depends on another. "instance": one t4g.nano, about $7 a month
         * and a single point of failure: fair in a standby. Default: "gateway".
         */
        nat: oneOf("gateway", "gateway-per-zone", "instance").default("gateway"),
        /** Records of all connections in CloudWatch Logs, about $0.50 a GB. Default: false. */
        flowLogs: yesOrNo().default(false),
    }).prefault({}),
};
