import type { Cloud } from "../cloud";
import type { InvokeTable, ResourceTable } from "../model/resourceModel";
import { Sdk } from "../model/sdk";
import { TableProvider } from "../model/tableProvider";
import type { CheckFailure, ConfiguredProvider, ProviderDouble } from "../wire/provider";
import { hasUnknown, plain, type Properties } from "../wire/values";
import { accountInvokes } from "./account";
import { cloudwatch } from "./cloudwatch";
import { compute } from "./compute";
import { data, dataInvokes } from "./data";
import { ec2, ec2Invokes } from "./ec2";
import { edge } from "./edge";
import { eks, eksInvokes } from "./eks";
import { iam, iamInvokes } from "./iam";
import { kms } from "./kms";
import { loadBalancing } from "./loadBalancing";
import { messaging } from "./messaging";
import { network } from "./network";
import { route53, route53Invokes } from "./route53";
import { s3, s3Invokes } from "./s3";

/** Every AWS resource type that the double knows. */
export const awsResources: ResourceTable = {
    ...s3,
    ...iam,
    ...kms,
    ...eks,
    ...ec2,
    ...network,
    ...route53,
    ...cloudwatch,
    ...messaging,
    ...compute,
    ...edge,
    ...loadBalancing,
    ...data,
};

export const awsInvokes: InvokeTable = {
    ...accountInvokes,
    ...s3Invokes,
    ...iamInvokes,
    ...eksInvokes,
    ...ec2Invokes,
    ...route53Invokes,
    ...dataInvokes,
};

/** Services whose entries are in a file of another name; every other service has a file of its own. */
const fileOfService: Readonly<Record<string, string>> = {
    index: "account",
    vpc: "network",
    ebs: "ec2",
    sns: "messaging",
    sqs: "messaging",
    lambda: "compute",
    scheduler: "compute",
    autoscaling: "compute",
    acm: "edge",
    cloudfront: "edge",
    globalaccelerator: "edge",
    lb: "loadBalancing",
    secretsmanager: "data",
    ssm: "data",
    dynamodb: "data",
    ecr: "data",
};

/** The file that has, or should have, the entry of a type or function. */
export function fileOf(token: string): string {
    const service = token.split(":")[1]?.split("/")[0] ?? "";
    return `testbed/doubles/aws/${fileOfService[service] ?? service}.ts`;
}

/** Stands in for the AWS provider. */
export class AwsDouble implements ProviderDouble {
    readonly package = "aws";
    readonly npm = "@pulumi/aws";
    readonly #sdk = new Sdk(this.npm);

    constructor(private readonly cloud: Cloud) {}

    checkConfig(news: Properties): CheckFailure[] {
        return news.region === undefined || news.region === ""
            ? [{ property: "region", reason: "missing; give the provider a region" }]
            : [];
    }

    /** A change of region leaves what exists where it is (facts: 7.x dropped the cascading replace). */
    replacingConfig(): string[] {
        return [];
    }

    configure(config: Properties): ConfiguredProvider {
        const { region, defaultTags, allowedAccountIds, forbiddenAccountIds } = parsed(config);
        const allowed: string[] | undefined = allowedAccountIds;
        const account = this.cloud.accountId;
        if (
            forbiddenAccountIds?.includes(account) === true ||
            (allowed !== undefined && allowed.length > 0 && !allowed.includes(account))
        ) {
            throw new Error(
                `AWS account ID not allowed: ${account}; allowedAccountIds: ${allowed?.join(", ") ?? "any"}`,
            );
        }
        return new TableProvider({
            package: this.package,
            sdk: this.#sdk,
            cloud: this.cloud,
            resources: awsResources,
            invokes: awsInvokes,
            region,
            defaultTags: defaultTags?.tags ?? {},
            fileOf,
        });
    }
}

/** The SDK sends every setting of a provider that is not a string as JSON text. */
function parsed(config: Properties): Properties {
    return Object.fromEntries(
        Object.entries(plain(config) as Properties).map(([key, value]) => [
            key,
            typeof value === "string" && /^[[{]/.test(value) && !hasUnknown(value) ? JSON.parse(value) : value,
        ]),
    );
}
