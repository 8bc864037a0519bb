import type { ResourceValidationArgs } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { policyCoverage } from "./policyCoverage";

describe("what the policies do not look at", () => {
    const reported = (...types: string[]) => {
        const { validateResource } = policyCoverage(() => ({}));
        const lines: string[] = [];
        for (const type of types) {
            const args = { type, urn: `urn:pulumi:prod::shop::${type}::it` } as ResourceValidationArgs;
            void (validateResource as (args: ResourceValidationArgs, report: (line: string) => void) => void)(
                args,
                (line) => lines.push(line),
            );
        }
        return lines.filter((line) => line.includes("by any policy"));
    };

    it.each(["aws-native", "awscc"])("is said once a run for resources of %s", (provider) => {
        const stack = "pulumi:pulumi:Stack";
        const once = `Not looked at by any policy: resources of ${provider}. The policies read those of @pulumi/aws: what this stack has of the other provider is neither allowed nor refused.`;
        expect(reported(stack, `${provider}:s3:Bucket`, `${provider}:route53:RecordSet`)).toEqual([once]);
        expect(reported(stack, `${provider}:s3:Bucket`, stack, `${provider}:s3:Bucket`)).toEqual([once, once]);
    });

    it("is not said of providers that the policies read, nor of those of other services", () => {
        expect(
            reported("pulumi:pulumi:Stack", "aws:s3/bucket:Bucket", "kubernetes:core/v1:Pod", "datadog:index:Monitor"),
        ).toEqual([]);
    });
});
