import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { cloudFrontZoneId } from "./failoverDnsRules";

export interface MaintenanceEdgeArgs {
    /** Physical name of the function and comment of the distribution. */
    readonly edgeName: string;
    /** Names that clients may ask with: the failover pair's and every live name that leads to it. */
    readonly hosts: readonly string[];
    /** A certificate for all `hosts`, issued, in us-east-1: CloudFront takes no other. */
    readonly certificateArn: pulumi.Input<string>;
    /** A name that exists, named as the origin because CloudFront wants one; no request ever goes there. */
    readonly originHost: string;
}

/** AWS's own cache policy "CachingDisabled", the same id in every account. */
const cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";

/**
 * The standby until there is one: a CloudFront function that answers every request with 503, `Retry-After: 60` and a small JSON
 * body. Clients learn in a second that they should wait, where a dead address makes them hang.
 *
 * It runs at the edges, which need no region. The distribution has to carry every name that clients ask with, not only the pair's:
 * CloudFront refuses a host that it does not know.
 *
 * ### Cost
 * Nothing at rest. On the day $1.00 to $1.20 per million HTTPS requests and $0.10 per million runs of the function; the first 10 million
 * requests and 2 million runs of a month are free.
 */
export class MaintenanceEdge extends pulumi.ComponentResource {
    readonly domainName: pulumi.Output<string>;
    /** The same for every distribution. */
    readonly zoneId: string = cloudFrontZoneId;

    constructor(name: string, args: MaintenanceEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
        if (args.hosts.length === 0)
            throw new Error(
                `MaintenanceEdge "${name}": hosts is empty; name the failover pair and the live names that lead to it`,
            );
        super("drkit:index:MaintenanceEdge", name, {}, opts);
        const parent = { parent: this };

        const answer = new aws.cloudfront.Function(
            `${name}-function`,
            {
                name: args.edgeName,
                comment: "503 with Retry-After",
                runtime: "cloudfront-js-2.0",
                code: readFileSync(join(__dirname, "maintenanceEdge", "handler.js"), "utf8"),
                publish: true,
            },
            parent,
        );
        const distribution = createDistribution();

        this.domainName = distribution.domainName;
        this.registerOutputs({ domainName: this.domainName });

        function createDistribution() {
            return new aws.cloudfront.Distribution(
                `${name}-distribution`,
                {
                    comment: args.edgeName,
                    enabled: true,
                    aliases: [...args.hosts],
                    httpVersion: "http2and3",
                    // The pair has A records only.
                    isIpv6Enabled: false,
                    origins: [
                        {
                            originId: "none",
                            domainName: args.originHost,
                            customOriginConfig: {
                                httpPort: 80,
                                httpsPort: 443,
                                originProtocolPolicy: "https-only",
                                originSslProtocols: ["TLSv1.2"],
                            },
                        },
                    ],
                    defaultCacheBehavior: {
                        targetOriginId: "none",
                        viewerProtocolPolicy: "https-only",
                        allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
                        cachedMethods: ["GET", "HEAD"],
                        cachePolicyId: cachingDisabled,
                        functionAssociations: [{ eventType: "viewer-request", functionArn: answer.arn }],
                    },
                    restrictions: { geoRestriction: { restrictionType: "none" } },
                    viewerCertificate: {
                        acmCertificateArn: args.certificateArn,
                        sslSupportMethod: "sni-only",
                        minimumProtocolVersion: "TLSv1.2_2021",
                    },
                    // A record that leads to a distribution that no edge knows yet would be a standby that is not there.
                    waitForDeployment: true,
                },
                parent,
            );
        }
    }
}
