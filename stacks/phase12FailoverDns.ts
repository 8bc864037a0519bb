import type { PhaseDefinition } from "../infra/roadmap";

/**
 * Phase 12, failover DNS (seed 000). The primary goes first: it has the zone, the edge's certificate (CloudFront takes one from us-east-1
 * only), the checks and the PRIMARY record. The standby follows with the latch, its watcher and the SECONDARY record. The latch's
 * check asks a host whose name is computed, so the primary needs nothing of the standby.
 *
 * It leaves open whether there is a standby that can take over (`standbyServes`). Until then the SECONDARY answers 503 from the edge,
 * and the watcher only pages: nobody is to be pinned to a maintenance page. From then on the record is made by the part
 * `secondaryRecord`, which leads it to the standby.
 */
export const failoverDns: PhaseDefinition = {
    id: 12,
    title: "failover DNS",
    order: ["primary", "dr"],
    reads: { dr: ["primary"] },
    outputs: {
        primary: ["liveName", "zoneId", "zoneNameServers", "edgeCertificateArn"],
        dr: ["latchBucket", "latchUrl", "pagingTopicArn"],
    },
    // Once the pair has answered well for five minutes.
    after: {
        id: "cutover",
        title: "The live name is turned to the failover pair in place, and nothing else changes",
        role: "primary",
        settings: { dns: { cutover: "done" } },
        steps: [{ op: "update", type: "aws:route53/record:Record", name: "live-name-record" }],
    },
};
