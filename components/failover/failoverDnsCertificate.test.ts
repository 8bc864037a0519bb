import { describe, expect, it } from "vitest";
import { record } from "../testing/record";
import { ZoneCertificate } from "./failoverDnsCertificate";

const names = ["gateway.atlas.example", "failover.gateway.atlas.example"];
const options = [...names].reverse().map((domainName) => ({
    domainName,
    resourceRecordName: `_x.${domainName}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_y.${domainName}.acm-validations.aws.`,
}));

describe("ZoneCertificate", () => {
    it("validates every name by its own record, whatever order AWS lists them in", async () => {
        const recording = await record(() => new ZoneCertificate("edge", { names, zoneId: "Z1" }), {
            outputs: { "aws:acm/certificate:Certificate": () => ({ domainValidationOptions: options }) },
        });
        for (const host of names) {
            expect(recording.one("aws:route53/record:Record", `edge-validation-${host}`).inputs).toMatchObject({
                name: `_x.${host}.`,
                records: [`_y.${host}.acm-validations.aws.`],
                allowOverwrite: true,
            });
        }
        expect(recording.one("aws:acm/certificate:Certificate").inputs).toEqual({
            domainName: "gateway.atlas.example",
            subjectAlternativeNames: ["failover.gateway.atlas.example"],
            validationMethod: "DNS",
        });
        expect(recording.children).not.toContain("aws:lb/listenerCertificate:ListenerCertificate edge-listener");
    });

    it("is added to a listener that is to serve the same names", async () => {
        const recording = await record(
            () => new ZoneCertificate("edge", { names, zoneId: "Z1", listenerArn: "arn:listener" }),
            {
                outputs: { "aws:acm/certificate:Certificate": () => ({ domainValidationOptions: options }) },
            },
        );
        expect(recording.one("aws:lb/listenerCertificate:ListenerCertificate").inputs).toEqual({
            listenerArn: "arn:listener",
            certificateArn: "arn:aws:mock:::edge-certificate",
        });
    });
});
