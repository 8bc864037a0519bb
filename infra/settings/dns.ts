import { z } from "zod";
import { dnsName, ipAddresses, loadBalancerZoneId, oneOf, section, wholeNumber, yesOrNo } from "./schema";

/** How clients find the API, from phase 12 on. */
export const dnsSettings = {
    dns: section({
        createZone: yesOrNo()
            .default(false)
            .describe("Whether the stack creates the hosted zone, for a greenfield; otherwise it is looked up."),
        liveName: dnsName()
            .optional()
            .meta({
                description:
                    "The name that clients use, of an environment that is not production: below the system's zone, and the same in the stacks of primary and standby.",
                unset: "the system's, which is production's; in any other environment with the environment in front, such as staging-api.example.com",
                from: { primary: 12, dr: 12 },
            }),
        healthCheck: section({
            intervalSeconds: z
                .union([z.literal(10), z.literal(30)], "10 or 30")
                .default(10)
                .meta({
                    description:
                        "Seconds between a checker's last answer and its next request. 30 allows two failures at most.",
                    allowed: "10 or 30",
                }),
            failureThreshold: wholeNumber(1, 10)
                .default(3)
                .describe("Failures in a row after which the primary counts as lost."),
        })
            .prefault({})
            .describe("How Route 53 checks the primary from outside."),
        cutover: oneOf("pending", "done", "back")
            .default("pending")
            .describe(
                'Whether the live name leads to the failover pair. Set "done" only after the pair has answered well for five minutes. "back" restores what `dns.liveRecord` describes.',
            ),
        liveRecord: section({
            addresses: ipAddresses().optional().meta({ description: "Its addresses.", unset: "an alias" }),
            ttl: wholeNumber(1, 172_800).optional().meta({ description: "Its TTL in seconds.", unset: "an alias" }),
            alias: section({
                name: dnsName().describe("The name that it is an alias of."),
                zoneId: loadBalancerZoneId().describe("The hosted zone of that name."),
                evaluateTargetHealth: yesOrNo().default(false).describe("Whether it follows that target's health."),
            })
                .optional()
                .meta({ description: "Its target, if it is an alias.", unset: "addresses with a TTL" }),
        })
            .optional()
            .meta({
                description:
                    "The live name's A record as it is today: adopted by the cutover, and what it goes back to. Either `alias`, or `addresses` with `ttl`.",
                unset: "none: the cutover creates it",
            }),
    })
        .prefault({})
        .meta({ description: "How clients find the API: docs/runbook-failover.md.", from: { primary: 12 } }),
};
