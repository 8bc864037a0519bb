import { aliasTtl, contractTerms } from "../components/model/contract";
import { resourcePolicy } from "./shared/define";
import { isAliasInZone, isFailoverRecord } from "./shared/failover";

/** Every second of TTL is a second that clients go on asking a region that is gone. An alias has no TTL to set. */
export const failoverRecordTtl = resourcePolicy(
    "failover-record-ttl",
    "Resolvers keep the answer of a failover record no longer than the contract says.",
    ({ type, name, props }, { ttl }, report) => {
        if (!isFailoverRecord(type, props)) return;
        const allowed = `allowed are ${ttl} s (contract ${contractTerms.recordTtl.id})`;
        if ((props.aliases ?? []).length > 0) {
            if (aliasTtl > ttl! && !isAliasInZone(props))
                report(
                    `failover record "${name}" is an alias, which resolvers keep for ${aliasTtl} s; ${allowed}: use addresses, and set ttl: ${ttl}.`,
                );
            return;
        }
        if (Number(props.ttl) > ttl!)
            report(`failover record "${name}" has ttl ${props.ttl} s; ${allowed}: set ttl: ${ttl}.`);
    },
);
