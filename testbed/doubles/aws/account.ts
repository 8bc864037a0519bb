import type { InvokeTable } from "../model/resourceModel";
import { availabilityZones } from "./regions";

/** Questions about the caller and its zones. */
export const accountInvokes: InvokeTable = {
    "aws:index/getCallerIdentity:getCallerIdentity": (_args, { account }) => ({
        id: account,
        accountId: account,
        arn: `arn:aws:iam::${account}:user/rehearsal`,
        userId: "AIDAREHEARSAL00000000",
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
