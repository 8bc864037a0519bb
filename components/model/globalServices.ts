/**
 * AWS services that are not bound to a region. A stack may use them from any region, because their resources
 * live in none; everything else has to be in the stack's own region (design, section 3).
 * Prefixes of Pulumi type tokens.
 */
const globalServices = [
    "aws:iam/",
    "aws:route53/",
    "aws:cloudfront/",
    "aws:globalaccelerator/",
    "aws:organizations/",
] as const;

export function isGlobalService(type: string): boolean {
    return globalServices.some((prefix) => type.startsWith(prefix));
}

/**
 * The region that AWS insists on for two things, wherever a system lives: a certificate that CloudFront serves, and alarms on the
 * metrics of health checks, which page by a topic of the alarm's region. The primary's stack makes them by one provider of this name.
 */
export const usEast1 = { region: "us-east-1", provider: "aws-us-east-1" } as const;

const onlyThere = [
    "aws:acm/certificate:Certificate",
    "aws:acm/certificateValidation:CertificateValidation",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:sns/topic:Topic",
    "aws:sns/topicSubscription:TopicSubscription",
];

/** Whether a resource, or the provider itself, may be in that region though the stack's own is another. */
export function needsUsEast1({ type, name }: { readonly type: string; readonly name: string }): boolean {
    return type === "pulumi:providers:aws" ? name === usEast1.provider : onlyThere.includes(type);
}
