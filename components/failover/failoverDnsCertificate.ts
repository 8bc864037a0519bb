import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface ZoneCertificateArgs {
    /** All names of the certificate, the first one its title. At most 10, AWS's limit without a raise. */
    readonly names: readonly string[];
    readonly zoneId: pulumi.Input<string>;
    /** A load balancer's HTTPS listener in the same region that is to serve these names too, beside the certificates it has. @default none */
    readonly listenerArn?: pulumi.Input<string>;
}

/**
 * A public certificate in the provider's region, issued by records in the zone and waited for: issuing takes from minutes to
 * days, so it has to be there before the day. It renews itself as long as the records stay.
 *
 * The validation records are the same for a name in every region and account, hence `allowOverwrite`; one stack should make them.
 *
 * ### Cost
 * None.
 */
export class ZoneCertificate extends pulumi.ComponentResource {
    /** ARN of the certificate once it is issued. */
    readonly arn: pulumi.Output<string>;

    constructor(
        name: string,
        { names, zoneId, listenerArn }: ZoneCertificateArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        const [title, ...others] = names;
        if (title === undefined || names.length > 10)
            throw new Error(`ZoneCertificate "${name}": names has ${names.length}; allowed are 1 to 10`);
        super("drkit:index:ZoneCertificate", name, {}, opts);
        const parent = { parent: this };

        const certificate = new aws.acm.Certificate(
            `${name}-certificate`,
            { domainName: title, subjectAlternativeNames: others, validationMethod: "DNS" },
            parent,
        );
        const records = names.map(createValidationRecord);
        const validation = new aws.acm.CertificateValidation(
            `${name}-validation`,
            { certificateArn: certificate.arn, validationRecordFqdns: records.map(({ fqdn }) => fqdn) },
            parent,
        );

        if (listenerArn !== undefined) {
            new aws.lb.ListenerCertificate(
                `${name}-listener`,
                { listenerArn, certificateArn: validation.certificateArn },
                parent,
            );
        }

        this.arn = validation.certificateArn;
        this.registerOutputs({ arn: this.arn });

        function createValidationRecord(host: string) {
            // By name and not by position: AWS promises no order.
            const option = certificate.domainValidationOptions.apply((options: Options | undefined) => {
                // The update leaves the certificate out (--target), and with it the record.
                if (options === undefined) return {} as Options[number];
                const found = options.find(({ domainName }) => domainName === host);
                if (found === undefined)
                    throw new Error(`ZoneCertificate "${name}": AWS returned no validation record for ${host}`);
                return found;
            });
            return new aws.route53.Record(
                `${name}-validation-${host}`,
                {
                    zoneId,
                    name: option.resourceRecordName,
                    type: option.resourceRecordType,
                    records: [option.resourceRecordValue],
                    ttl: 300,
                    allowOverwrite: true,
                },
                parent,
            );
        }
    }
}

type Options = readonly aws.types.output.acm.CertificateDomainValidationOption[];
