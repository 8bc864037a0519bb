import type { InvokeTable } from "../model/resourceModel";
import { availabilityZones } from "./regions";

/** Questions about the caller, the region and the partition. */
export const accountInvokes: InvokeTable = {
    "aws:index/getCallerIdentity:getCallerIdentity": (_args, { account }) => ({
        id: account,
        accountId: account,
        arn: `arn:aws:iam::${account}:user/rehearsal`,
        userId: "AIDAREHEARSAL00000000",
    }),
    "aws:index/getRegion:getRegion": (args, context) => {
        const region = args.name ?? context.region;
        return { id: region, name: region, region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
    },
    "aws:index/getPartition:getPartition": () => ({
        id: "aws",
        partition: "aws",
        dnsSuffix: "amazonaws.com",
        reverseDnsPrefix: "com.amazonaws",
    }),
    "aws:index/getAvailabilityZones:getAvailabilityZones": (args, { region }) => {
        const zones = availabilityZones(region).filter(
            ({ name, id }) => !args.excludeNames?.includes(name) && !args.excludeZoneIds?.includes(id),
        );
        return {
            ...args,
            id: region,
            region,
            names: zones.map(({ name }) => name),
            zoneIds: zones.map(({ id }) => id),
            groupNames: [region],
        };
    },
};
