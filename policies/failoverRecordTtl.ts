import type { ResourceValidationPolicy } from "@pulumi/policy";
import { contracts } from "../infra/contracts";
import { isFailoverRecord } from "./failover";

const { limit, id } = contracts.recordTtl;

/** Every second of TTL is a second that clients go on asking a region that is gone. An alias has no TTL to set. */
export const failoverRecordTtl: ResourceValidationPolicy = {
    name: "failover-record-ttl",
    description: "Resolvers keep the answer of a failover record no longer than the contract says.",
    enforcementLevel: "mandatory",
    validateResource: ({ type, name, props }, reportViolation) => {
        if (!isFailoverRecord(type, props) || props.aliases?.length > 0) return;
        if (props.ttl > limit)
            reportViolation(
                `failover record "${name}" has ttl ${props.ttl} s; allowed are ${limit} s (contract ${id}): set ttl: ${limit}.`,
            );
    },
};
