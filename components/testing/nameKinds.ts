import type { NameKind } from "../model/nameLimits";

/** The kind of name that a resource of each type has, for tests that hold names against AWS's limits. */
export const nameKinds: Readonly<Record<string, NameKind>> = {
    "aws:cloudfront/function:Function": "CloudFront function",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "alarm",
    "aws:iam/instanceProfile:InstanceProfile": "instance profile",
    "aws:iam/role:Role": "IAM role",
    "aws:kms/alias:Alias": "KMS alias",
    "aws:lambda/function:Function": "Lambda function",
    "aws:lb/loadBalancer:LoadBalancer": "load balancer",
    "aws:lb/targetGroup:TargetGroup": "target group",
    "aws:s3/bucket:Bucket": "bucket",
    "aws:sns/topic:Topic": "topic",
};
