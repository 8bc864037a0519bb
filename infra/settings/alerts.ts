import { z } from "zod";
import { listOf, matching, objectName, oneOf, section, yesOrNo } from "./schema";

const scraped = { primary: 10, dr: 13 };

/** Who is notified, and by what: docs/alerts.md. */
export const alertSettings = {
    alerts: section({
        subscribers: listOf(
            section({
                protocol: oneOf("email", "https", "sms").describe("How it is notified."),
                endpoint: matching(/^\S+$/, "an e-mail address, a URL or a telephone number").describe(
                    "Where. An e-mail subscriber receives a confirmation link.",
                ),
            }),
            "subscribers",
        )
            .default([])
            .meta({
                description:
                    "Who is notified by the stack's CloudWatch alarms. Empty: no one, and each update prints a warning.",
                from: { primary: 12, dr: 11, witness: 13 },
            }),
        prometheus: section({
            operator: yesOrNo().default(false).meta({
                description:
                    "Whether metrics and alerts are PodMonitor and PrometheusRule objects: the cluster needs the Prometheus operator's CRDs.",
                from: scraped,
            }),
            namespace: objectName("namespace").optional().meta({
                description:
                    "Namespace of the rules and the dashboard; it has to exist. Grafana, and a Prometheus without the operator, read ConfigMaps of their own namespace only.",
                unset: "the NATS servers' namespace",
            }),
            rulesLoaded: yesOrNo()
                .default(false)
                .describe(
                    "Whether a Prometheus loads the file with the rules, if there is no operator. Until it is true, each update prints a warning.",
                ),
            runbookUrl: matching(/^https?:\/\/[^\s#]+$/, "an address of that page, without an anchor")
                .optional()
                .meta({
                    description: "Where docs/alerts.md is read during an incident, for the alerts' `runbook_url`.",
                    unset: "`docs/alerts.md`",
                }),
            ruleLabels: z
                .record(z.string(), z.string("text"), 'an object of labels, such as {"release": "prometheus"}')
                .default({})
                .meta({
                    description:
                        "Labels of the rules and of NATS's PodMonitor, by which the operator's `ruleSelector` and `podMonitorSelector` find them.",
                    allowed: 'an object of labels, such as {"release": "prometheus"}',
                    from: scraped,
                }),
            regionLabel: matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "the name of a label")
                .optional()
                .meta({
                    description:
                        "The label that tells the regions apart, if one Prometheus sees the NATS servers of both (its values are the regions' short names, such as use1 and usw2). " +
                        "An alert then compares each mirror with its origin.",
                    unset: "none: the canary compares the mirrors",
                }),
        })
            .prefault({})
            .meta({
                description: "How the region's Prometheus takes metrics and rules.",
                from: { primary: 13, dr: 13 },
            }),
    })
        .prefault({})
        .meta({
            description: "Who is notified, and by what: docs/alerts.md.",
            from: { primary: 10, dr: 11, witness: 13 },
        }),
};
