import { RunError } from "@pulumi/pulumi";
import type { ExistingRecord } from "../../components/failover/failoverDnsLiveName";
import type { FailoverTarget } from "../../components/failover/failoverDns";
import type { Settings } from "../../infra/settings";

type DnsSettings = Settings["dns"];

/** Where the PRIMARY record leads: exactly one of the two settings says so. */
export function primaryTarget({ loadBalancer, addresses }: DnsSettings): FailoverTarget {
    if (loadBalancer !== undefined && addresses === undefined)
        return { kind: "alias", name: loadBalancer.dnsName, zoneId: loadBalancer.zoneId };
    if (addresses !== undefined && loadBalancer === undefined) return { kind: "addresses", values: addresses };
    throw new RunError(
        `phase 12 needs to know where the primary's API is reached: found ${loadBalancer === undefined ? "neither" : "both"} kgents-dr:dns.loadBalancer ` +
            "and kgents-dr:dns.addresses; exactly one is needed.\n" +
            "  to do: pulumi config set --stack primary --path kgents-dr:dns.loadBalancer.dnsName <name>, and the same with .zoneId <id>\n" +
            "         (aws elbv2 describe-load-balancers shows both)",
    );
}

/** The live name's record as the settings describe it; undefined where there is none to adopt. */
export function liveRecord({ liveRecord: record }: DnsSettings): ExistingRecord | undefined {
    if (record === undefined) return undefined;
    const { alias, addresses, ttl } = record;
    if (alias !== undefined && addresses === undefined && ttl === undefined) return { kind: "alias", ...alias };
    if (alias === undefined && addresses !== undefined && ttl !== undefined)
        return { kind: "addresses", values: addresses, ttl };
    throw new RunError(
        "kgents-dr:dns.liveRecord describes the record that is there: either alias, or addresses with ttl.\n" +
            "  to do: aws route53 list-resource-record-sets shows the record as it is",
    );
}
