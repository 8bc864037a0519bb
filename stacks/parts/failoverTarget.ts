import { RunError } from "@pulumi/pulumi";
import type { ExistingRecord } from "../../components/failover/failoverDnsLiveName";
import type { FailoverTarget } from "../../components/failover/failoverDns";
import { settingKey } from "../../infra/settingKey";
import type { Settings } from "../../infra/settings";
import type { StackContext } from "../../infra/stack";
import { failoverDns } from "../phase12FailoverDns";

/** Where the PRIMARY record leads: exactly one of the two settings says so. */
export function primaryTarget({ name, settings }: Pick<StackContext, "name" | "settings">): FailoverTarget {
    const { loadBalancer, addresses } = settings.ingress;
    if (loadBalancer !== undefined && addresses === undefined)
        return { kind: "alias", name: loadBalancer.dnsName, zoneId: loadBalancer.zoneId };
    if (addresses !== undefined && loadBalancer === undefined) return { kind: "addresses", values: addresses };
    throw new RunError(
        `phase ${failoverDns.id} needs to know where the primary's API is reached: found ${loadBalancer === undefined ? "neither" : "both"} ${settingKey("ingress.loadBalancer")} ` +
            `and ${settingKey("ingress.addresses")}; exactly one is needed.\n` +
            `  to do: pulumi config set --stack ${name} --path ${settingKey("ingress.loadBalancer.dnsName")} <name>, and the same with .zoneId <id>\n` +
            "         (aws elbv2 describe-load-balancers shows both)",
    );
}

/** The live name's record as the settings describe it; undefined where there is none to adopt. */
export function liveRecord({ liveRecord: record }: Settings["dns"]): ExistingRecord | undefined {
    if (record === undefined) return undefined;
    const { alias, addresses, ttl } = record;
    if (alias !== undefined && addresses === undefined && ttl === undefined) return { kind: "alias", ...alias };
    if (alias === undefined && addresses !== undefined && ttl !== undefined)
        return { kind: "addresses", values: addresses, ttl };
    throw new RunError(
        `${settingKey("dns.liveRecord")} describes the record that is there: either alias, or addresses with ttl.\n` +
            "  to do: aws route53 list-resource-record-sets shows the record as it is",
    );
}
