import type { ModelContext, ResourceTable } from "../model/resourceModel";
import { digest } from "../model/tableProvider";
import type { Properties } from "../wire/values";
import { cloudFrontZoneId, globalAcceleratorZoneId } from "./regions";

const certificateType = "aws:acm/certificate:Certificate";

/** ACM asks for the same record for a name in every region of an account: it follows from both only. */
function validationOptions(inputs: Properties, account: string): Properties[] {
    const names = [...new Set([inputs.domainName, ...(inputs.subjectAlternativeNames ?? [])] as string[])];
    return names.map((domainName) => {
        const bare = domainName.replace(/^\*\./, "");
        const label = digest(`validation name ${account} ${bare}`, 32);
        const value = digest(`validation value ${account} ${bare}`, 32);
        return {
            domainName,
            resourceRecordName: `_${label}.${bare}.`,
            resourceRecordType: "CNAME",
            resourceRecordValue: `_${value}.jkddzztszm.acm-validations.aws.`,
        };
    });
}

/** ACM issues only when every validation record answers. */
function unvalidated(inputs: Properties, { cloud }: ModelContext): string[] {
    const certificate = cloud.find(certificateType, ({ id }) => id === inputs.certificateArn);
    const missing = ((certificate?.properties.domainValidationOptions ?? []) as Properties[]).filter(
        (option) =>
            cloud.find("aws:route53/record:Record", ({ inputs: record, properties }) => {
                const target = `${record.records?.[0] ?? ""}`.replace(/\.$/, "");
                return (
                    `${properties.fqdn}.` === option.resourceRecordName && `${target}.` === option.resourceRecordValue
                );
            }) === undefined,
    );
    return missing.map(
        (option) =>
            `certificate ${inputs.certificateArn} stays PENDING_VALIDATION: no record ${option.resourceRecordName} with ${option.resourceRecordValue}`,
    );
}

/** Certificates, CloudFront and Global Accelerator. */
export const edge: ResourceTable = {
    [certificateType]: {
        id: (_inputs, { arn, random }) =>
            arn("acm", `certificate/${[8, 4, 4, 4, 12].map((length) => random(length)).join("-")}`),
        replaceOn: ["domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm"],
        refuseDelete: (certificate, { cloud }) => {
            const uses = cloud
                .objects()
                .filter(
                    ({ type, inputs }) =>
                        type !== "aws:acm/certificateValidation:CertificateValidation" &&
                        JSON.stringify(inputs).includes(certificate.id),
                );
            return uses.length === 0
                ? []
                : [`ResourceInUseException: ${certificate.id} is used by ${uses.map(({ id }) => id).join(", ")}`];
        },
        outputs: (inputs, { id, account }) => ({
            arn: id,
            status: "PENDING_VALIDATION",
            type: "AMAZON_ISSUED",
            keyAlgorithm: inputs.keyAlgorithm ?? "RSA_2048",
            subjectAlternativeNames: [...new Set([inputs.domainName, ...(inputs.subjectAlternativeNames ?? [])])],
            domainValidationOptions: validationOptions(inputs, account),
            validationEmails: [],
            validationMethod: inputs.validationMethod ?? "DNS",
        }),
    },
    "aws:acm/certificateValidation:CertificateValidation": {
        id: () => "2026-01-01 00:00:00 +0000 UTC",
        unique: (inputs) => inputs.certificateArn,
        replaceOn: ["*"],
        references: { certificateArn: { type: certificateType, missing: "ResourceNotFoundException" } },
        refuse: unvalidated,
    },
    "aws:cloudfront/distribution:Distribution": {
        reach: "account",
        id: (_inputs, { random }) => `E${random(13).toUpperCase()}`,
        defaults: {
            httpVersion: "http2",
            isIpv6Enabled: false,
            priceClass: "PriceClass_All",
            retainOnDelete: false,
            staging: false,
            waitForDeployment: true,
        },
        refuse: (inputs, { cloud, id }) => {
            const certificate = inputs.viewerCertificate?.acmCertificateArn;
            const taken = ((inputs.aliases ?? []) as string[]).filter((alias) =>
                cloud.find(
                    "aws:cloudfront/distribution:Distribution",
                    (other) => other.id !== id && other.inputs.aliases?.includes(alias),
                ),
            );
            return [
                ...taken.map((alias) => `CNAMEAlreadyExists: "${alias}" belongs to another distribution`),
                ...(certificate !== undefined && String(certificate).split(":")[3] !== "us-east-1"
                    ? [`InvalidViewerCertificate: ${certificate} is not in us-east-1`]
                    : []),
                ...(certificate !== undefined &&
                cloud.find(certificateType, (object) => object.id === certificate) === undefined
                    ? [`InvalidViewerCertificate: ${certificate} does not exist`]
                    : []),
                ...(inputs.aliases?.length > 0 &&
                certificate === undefined &&
                inputs.viewerCertificate?.iamCertificateId === undefined
                    ? ["InvalidViewerCertificate: aliases need a certificate of their own"]
                    : []),
            ];
        },
        outputs: (inputs, { id, arn, hash }) => ({
            arn: arn("cloudfront", `distribution/${id}`, { global: true }),
            domainName: `d${hash(13)}.cloudfront.net`,
            hostedZoneId: cloudFrontZoneId,
            status: "Deployed",
            etag: `E${hash(13, JSON.stringify(inputs)).toUpperCase()}`,
            callerReference: hash(20),
            lastModifiedTime: "2026-01-01 00:00:00 +0000 UTC",
            inProgressValidationBatches: 0,
            trustedKeyGroups: [],
            trustedSigners: [],
        }),
    },
    "aws:cloudfront/function:Function": {
        autoname: "name",
        maxName: 64,
        reach: "account",
        unique: (inputs) => inputs.name,
        conflict: "FunctionAlreadyExists",
        id: (inputs) => inputs.name,
        defaults: { publish: true },
        replaceOn: ["name"],
        refuse: ({ code }) =>
            Buffer.byteLength(String(code)) > 10_240 ? ["FunctionSizeLimitExceeded: code is larger than 10 KB"] : [],
        outputs: (inputs, { arn, hash }) => ({
            arn: arn("cloudfront", `function/${inputs.name}`, { global: true }),
            etag: hash(14, JSON.stringify(inputs)).toUpperCase(),
            liveStageEtag: hash(14, `live ${JSON.stringify(inputs)}`).toUpperCase(),
            status: "UNASSOCIATED",
        }),
    },
    "aws:globalaccelerator/accelerator:Accelerator": {
        autoname: "name",
        maxName: 64,
        reach: "account",
        id: (_inputs, { arn, random }) =>
            arn("globalaccelerator", `accelerator/${[8, 4, 4, 4, 12].map((length) => random(length)).join("-")}`, {
                global: true,
            }),
        defaults: { enabled: true },
        outputs: (inputs, { id, hash }) => ({
            arn: id,
            dnsName: `a${hash(16)}.awsglobalaccelerator.com`,
            dualStackDnsName: "",
            hostedZoneId: globalAcceleratorZoneId,
            ipAddressType: inputs.ipAddressType ?? "IPV4",
            ipSets: [
                {
                    ipFamily: "IPv4",
                    ipAddresses: [
                        `198.51.100.${parseInt(hash(2, "one"), 16)}`,
                        `203.0.113.${parseInt(hash(2, "two"), 16)}`,
                    ],
                },
            ],
        }),
    },
    "aws:globalaccelerator/listener:Listener": {
        reach: "account",
        id: (inputs, { random }) => `${inputs.acceleratorArn}/listener/${random(8)}`,
        replaceOn: ["acceleratorArn"],
        references: { acceleratorArn: { type: "aws:globalaccelerator/accelerator:Accelerator", holds: true } },
        outputs: (_inputs, { id }) => ({ arn: id }),
    },
    "aws:globalaccelerator/endpointGroup:EndpointGroup": {
        reach: "account",
        unique: (inputs) => `${inputs.listenerArn} ${inputs.endpointGroupRegion}`,
        conflict: "EndpointGroupAlreadyExistsException",
        id: (inputs, { random }) => `${inputs.listenerArn}/endpoint-group/${random(12)}`,
        defaults: {
            healthCheckIntervalSeconds: 30,
            healthCheckProtocol: "TCP",
            thresholdCount: 3,
            trafficDialPercentage: 100,
        },
        replaceOn: ["listenerArn", "endpointGroupRegion"],
        references: { listenerArn: { type: "aws:globalaccelerator/listener:Listener", holds: true } },
        outputs: (inputs, { id, region }) => ({
            arn: id,
            endpointGroupRegion: inputs.endpointGroupRegion ?? region,
            healthCheckPath: inputs.healthCheckPath ?? "",
            healthCheckPort: inputs.healthCheckPort ?? 0,
        }),
    },
};
