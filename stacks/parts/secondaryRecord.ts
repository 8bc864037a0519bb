import { FailoverDns, type FailoverTarget } from "../../components/failover/failoverDns";
import { dnsNamesOf } from "../../infra/dnsNames";
import type { StackContext } from "../../infra/stack";

/**
 * The standby's half of the failover pair. Phase 12 leads it to the maintenance edge, phase 13 to the standby's load balancer: the same
 * resources under the same names, so that raising the phase turns the record in place.
 */
export async function buildSecondaryRecord(stack: StackContext<"dr">, target: FailoverTarget): Promise<FailoverDns> {
    const primary = await stack.peer("primary");
    return new FailoverDns(
        "failover",
        {
            role: "dr",
            zoneName: stack.profile.zone,
            zoneId: primary.require("zoneId"),
            recordName: dnsNamesOf(stack.profile).pair,
            target,
        },
        { providers: [stack.aws] },
    );
}
