import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface IssuedCertificateArgs {
    /** All names of the certificate, the first one its title. At most 10, AWS's limit without a raise. */
    readonly names: readonly string[];
    /**
     * How long to wait until the certificate is issued, in seconds. Minutes once the validation records are there; if it takes
     * longer, they are not.
     * @default 1800
     */
    readonly timeoutSeconds?: number;
    /** A load balancer's HTTPS listener in the same region that is to serve these names too, beside the certificates it has. @default none */
    readonly listenerArn?: pulumi.Input<string>;
}

/**
 * A public certificate in the provider's region whose validation records exist already: they are the same for a name in every
 * region of an account, and the primary's stack owns them (`ZoneCertificate`). So the standby's certificate needs nobody to write
 * to the zone, now or when it renews itself.
 *
 * A name that the primary's certificate does not have is never issued, and fails after `timeoutSeconds`.
 *
 * ### Cost
 * None.
 */
export class IssuedCertificate extends pulumi.ComponentResource {
    /** ARN of the certificate once it is issued. */
    readonly arn: pulumi.Output<string>;

    constructor(
        name: string,
        { names, timeoutSeconds = 1800, listenerArn }: IssuedCertificateArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        const [title, ...others] = names;
        if (title === undefined || names.length > 10)
            throw new Error(`IssuedCertificate "${name}": names has ${names.length}; allowed are 1 to 10`);
        super("drkit:index:IssuedCertificate", name, {}, opts);
        const parent = { parent: this };

        const certificate = new aws.acm.Certificate(
            `${name}-certificate`,
            { domainName: title, subjectAlternativeNames: others, validationMethod: "DNS" },
            parent,
        );
        const issued = new aws.acm.CertificateValidation(
            `${name}-issued`,
            { certificateArn: certificate.arn },
            { ...parent, customTimeouts: { create: `${timeoutSeconds}s` } },
        );

        if (listenerArn !== undefined) {
            new aws.lb.ListenerCertificate(
                `${name}-listener`,
                { listenerArn, certificateArn: issued.certificateArn },
                parent,
            );
        }

        this.arn = issued.certificateArn;
        this.registerOutputs({ arn: this.arn });
    }
}
