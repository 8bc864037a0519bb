import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
    clientKeepAlive,
    ingressDefaults,
    ingressTlsPolicy,
    validateRegionIngress,
    type RegionIngressPlan,
} from "./regionIngressRules";

export interface RegionIngressArgs extends RegionIngressPlan {
    readonly vpcId: pulumi.Input<string>;
    /** Public subnets, one a zone. */
    readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
    /** An issued certificate in the balancer's region (`IssuedCertificate`). */
    readonly certificateArn: pulumi.Input<string>;
    /** Security group of the nodes, which the pods share: gets a rule for this balancer. */
    readonly nodeSecurityGroupId: pulumi.Input<string>;
    /** Kong's proxy: its Service, the Service's port for plain HTTP, and the pods' port behind it. */
    readonly target: {
        readonly namespace: pulumi.Input<string>;
        readonly service: string;
        readonly servicePort: number;
        readonly podPort: number;
    };
    /** The load balancer controller's release: it has to be there before the binding, and outlive it. */
    readonly controller: pulumi.Resource;
    /** @default true */
    readonly deletionProtection?: boolean;
}

/**
 * The public way into a region: an application load balancer with its certificate and the target for Kong, all of it made long
 * before the day, because none of it can be made on the day.
 *
 * Kong itself comes by GitOps. The binding waits for its Service, whenever it appears, and the balancer answers 503 until then.
 *
 * Until the promotion the standby's API answers writes with 503 and Retry-After. The balancer cannot say that: a rule can tell
 * requests by their method, but a fixed response has no headers of its own. So Kong does (`kongWriteFence`), and the balancer
 * passes every request on.
 *
 * ### Cost
 * $16.43 a month, about $5.84 for its capacity units, and $3.65 for the public address in each zone.
 * (us-east-1, on demand, July 2026)
 */
export class RegionIngress extends pulumi.ComponentResource {
    readonly arn: pulumi.Output<string>;
    /** AWS's name of the balancer; what the failover record leads to. */
    readonly dnsName: pulumi.Output<string>;
    /** Hosted zone of the balancer, for alias records. */
    readonly zoneId: pulumi.Output<string>;
    readonly securityGroupId: pulumi.Output<string>;
    readonly targetGroupArn: pulumi.Output<string>;

    constructor(name: string, args: RegionIngressArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateRegionIngress(args);
        if (issues.length > 0) throw new Error(`${name}: ingress:\n- ${issues.join("\n- ")}`);
        super("drkit:index:RegionIngress", name, {}, opts);
        const parent = { parent: this };
        const { healthPath, idleTimeout, allowedCidrs, deletionProtection } = { ...ingressDefaults, ...args };

        const group = createSecurityGroup();
        const balancer = createBalancer();
        const targets = createTargetGroup();
        const secure = createHttpsListener();
        createRedirect();
        bindKong();

        this.arn = balancer.arn;
        this.dnsName = balancer.dnsName;
        this.zoneId = balancer.zoneId;
        this.securityGroupId = group.id;
        this.targetGroupArn = targets.arn;
        this.registerOutputs({ dnsName: this.dnsName });

        function createSecurityGroup() {
            const made = new aws.ec2.SecurityGroup(
                `${name}-balancer`,
                {
                    name: args.ingressName,
                    description: "Public entry: HTTPS, and HTTP for the redirect",
                    vpcId: args.vpcId,
                    tags: { Name: args.ingressName },
                },
                parent,
            );
            for (const [protocol, port] of [
                ["https", 443],
                ["http", 80],
            ] as const) {
                allowedCidrs.forEach((cidrIpv4, index) => {
                    new aws.vpc.SecurityGroupIngressRule(
                        `${name}-${protocol}-${index}`,
                        { securityGroupId: made.id, ipProtocol: "tcp", fromPort: port, toPort: port, cidrIpv4 },
                        parent,
                    );
                });
            }
            const { podPort } = args.target;
            const toPods = {
                description: `Kong behind ${args.ingressName}`,
                ipProtocol: "tcp",
                fromPort: podPort,
                toPort: podPort,
            };
            new aws.vpc.SecurityGroupEgressRule(
                `${name}-pods`,
                { ...toPods, securityGroupId: made.id, referencedSecurityGroupId: args.nodeSecurityGroupId },
                parent,
            );
            new aws.vpc.SecurityGroupIngressRule(
                `${name}-pods`,
                { ...toPods, securityGroupId: args.nodeSecurityGroupId, referencedSecurityGroupId: made.id },
                parent,
            );
            return made;
        }

        function createBalancer() {
            return new aws.lb.LoadBalancer(
                `${name}-balancer`,
                {
                    name: args.ingressName,
                    loadBalancerType: "application",
                    internal: false,
                    subnets: args.publicSubnetIds,
                    securityGroups: [group.id],
                    idleTimeout,
                    clientKeepAlive,
                    dropInvalidHeaderFields: true,
                    enableDeletionProtection: deletionProtection,
                },
                parent,
            );
        }

        function createTargetGroup() {
            return new aws.lb.TargetGroup(
                `${name}-kong`,
                {
                    name: args.ingressName,
                    vpcId: args.vpcId,
                    targetType: "ip",
                    protocol: "HTTP",
                    port: args.target.podPort,
                    deregistrationDelay: 30,
                    healthCheck: {
                        protocol: "HTTP",
                        path: healthPath,
                        matcher: "200",
                        interval: 10,
                        timeout: 5,
                        healthyThreshold: 2,
                        unhealthyThreshold: 2,
                    },
                },
                parent,
            );
        }

        function createHttpsListener() {
            return new aws.lb.Listener(
                `${name}-https`,
                {
                    loadBalancerArn: balancer.arn,
                    port: 443,
                    protocol: "HTTPS",
                    sslPolicy: ingressTlsPolicy,
                    certificateArn: args.certificateArn,
                    defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
                },
                parent,
            );
        }

        function createRedirect() {
            new aws.lb.Listener(
                `${name}-http`,
                {
                    loadBalancerArn: balancer.arn,
                    port: 80,
                    protocol: "HTTP",
                    defaultActions: [
                        { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
                    ],
                },
                parent,
            );
        }

        function bindKong() {
            const { namespace, service, servicePort } = args.target;
            new kubernetes.apiextensions.CustomResource(
                `${name}-kong`,
                {
                    apiVersion: "elbv2.k8s.aws/v1beta1",
                    kind: "TargetGroupBinding",
                    metadata: { name: args.ingressName, namespace },
                    spec: {
                        serviceRef: { name: service, port: servicePort },
                        targetGroupARN: targets.arn,
                        targetType: "ip",
                        vpcID: args.vpcId,
                    },
                },
                { ...parent, dependsOn: [args.controller, secure] },
            );
        }
    }
}
