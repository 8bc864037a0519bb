import { z } from "zod";
import { listOf, matching, oneOf, section, wholeNumber, yesOrNo } from "./schema";

const dnsName = () =>
    matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "a DNS name in lower case, without a dot at its end");
const zoneId = () => matching(/^Z[A-Z0-9]+$/, "the id of a hosted zone, such as Z35SXDOTRQ7X7K");
const addresses = () =>
    listOf(matching(/^\d{1,3}(\.\d{1,3}){3}$/, "an IPv4 address"), "IPv4 addresses", { atLeast: 1 });

/** How clients find the API, from phase 12 on. */
export const dnsSettings = {
    dns: section({
        /** Whether stack primary makes the hosted zone, for a greenfield; otherwise it is looked up. Default: false. */
        createZone: yesOrNo().default(false),
        /** The primary's load balancer, as `aws elbv2 describe-load-balancers` shows it. Stack primary needs this or `addresses` from phase 12 on. */
        loadBalancer: section({
            dnsName: dnsName(),
            zoneId: zoneId(),
            /** `app/NAME/ID` of its ARN, for the alarm on the error rate: a network load balancer counts no answers. Default: no such alarm. */
            arnSuffix: matching(
                /^app\/[^/]+\/[0-9a-f]+$/,
                "the end of an application load balancer's ARN, such as app/kong/0123456789abcdef",
            ).optional(),
            /** ARN of its HTTPS listener, to be given the certificate of the new names. Default: it has one already. */
            listenerArn: matching(
                /^arn:aws(-[a-z]+)*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener\/\S+$/,
                "the ARN of a listener",
            ).optional(),
        }).optional(),
        /** The primary's public addresses, where no load balancer stands in front of it. */
        addresses: addresses().optional(),
        /** The Service behind the API, for the deep check's way through Kong. Default: that way is there already. */
        healthService: section({
            name: matching(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, "the name of a Service"),
            port: wholeNumber(1, 65_535),
        }).optional(),
        /** Seconds between a checker's last answer and its next request. Default: 10; 30 allows 2 failures at most. */
        checkInterval: z.union([z.literal(10), z.literal(30)], "10 or 30").default(10),
        /** Failures in a row. Default: 3 (seed 002). */
        failureThreshold: wholeNumber(1, 10).default(3),
        /**
         * Whether the live name leads to the pair. "done" only when the pair has answered well for five minutes; "back" makes it again what
         * `liveRecord` describes. Default: "pending".
         */
        cutover: oneOf("pending", "done", "back").default("pending"),
        /** The live name's A record as it is today, to be adopted, and to go back to. Default: none, the cutover makes it. */
        liveRecord: section({
            addresses: addresses().optional(),
            ttl: wholeNumber(1, 172_800).optional(),
            alias: section({
                name: dnsName(),
                zoneId: zoneId(),
                evaluateTargetHealth: yesOrNo().default(false),
            }).optional(),
        }).optional(),
        /** Who is paged. Default: nobody; subscribe to the topics by hand. */
        pages: listOf(
            section({
                protocol: oneOf("email", "https", "sms"),
                endpoint: matching(/^\S+$/, "an e-mail address, a URL or a telephone number"),
            }),
            "subscribers",
        ).default([]),
    }).prefault({}),
};
