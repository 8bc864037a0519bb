import { dnsName, loadBalancerZoneId, ipAddresses, matching, objectName, section, wholeNumber } from "./schema";

/** How requests get into a region's cluster: through the primary's load balancer as it is, and to Kong in the standby. */
export const ingressSettings = {
    ingress: section({
        loadBalancer: section({
            dnsName: dnsName().describe("Its DNS name."),
            zoneId: loadBalancerZoneId().describe("The id of its hosted zone."),
            arnSuffix: matching(
                /^app\/[^/]+\/[0-9a-f]+$/,
                "the end of an application load balancer's ARN, such as app/kong/0123456789abcdef",
            )
                .optional()
                .meta({
                    description:
                        "`app/NAME/ID` of its ARN, for the alarm on the error rate. A network load balancer counts no answers.",
                    unset: "no such alarm",
                }),
            listenerArn: matching(
                /^arn:aws(-[a-z]+)*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener\/\S+$/,
                "the ARN of a listener",
            )
                .optional()
                .meta({
                    description: "ARN of its HTTPS listener, which gets the certificate of the new names.",
                    unset: "the listener has one already",
                }),
        })
            .optional()
            .meta({
                description:
                    "The primary's load balancer, as `aws elbv2 describe-load-balancers` shows it. Phase 12 needs either this or `ingress.addresses`.",
                unset: "`ingress.addresses`",
            }),
        addresses: ipAddresses().optional().meta({
            description: "The primary's public addresses, if no load balancer stands in front of it.",
            unset: "`ingress.loadBalancer`",
        }),
        healthService: section({
            name: matching(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, "the name of a Service").describe("The Service's name."),
            port: wholeNumber(1, 65_535).describe("The Service's port."),
        })
            .optional()
            .meta({
                description: "The Service behind the API: the deep health check gets a route to it through Kong.",
                unset: "that route exists already",
            }),
        kong: section({
            namespace: objectName("namespace")
                .optional()
                .meta({ description: "Its namespace.", unset: "the API's namespace" }),
            service: objectName("Service").default("kong-proxy").describe("Its Service."),
            servicePort: wholeNumber(1, 65_535).default(80).describe("The Service's port for plain HTTP."),
            podPort: wholeNumber(1, 65_535).default(8_000).describe("The pods' port behind it."),
        })
            .prefault({})
            .meta({
                description: "Kong's proxy in the standby, the target of the standby's load balancer.",
                from: { dr: 13 },
            }),
    })
        .prefault({})
        .meta({ description: "How requests reach each region's cluster.", from: { primary: 12 } }),
};
