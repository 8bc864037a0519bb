import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { RegionIngress, type RegionIngressArgs } from "./regionIngress";
import { IssuedCertificate } from "./regionIngressCertificate";
import { kongWriteFence, writeFenceSwitch } from "./regionIngressFence";
import { validateRegionIngress, type RegionIngressPlan } from "./regionIngressRules";
import { refusedDescriptions } from "../testing/ec2Text";
import { record } from "../testing/record";

class Controller extends pulumi.CustomResource {
    constructor() {
        super("test:index:Controller", "controller", {});
    }
}

const build = (more: Partial<RegionIngressArgs> = {}) =>
    record(
        () =>
            new RegionIngress("ingress", {
                ingressName: "atlas-dr-api",
                vpcId: "vpc-1",
                publicSubnetIds: ["subnet-0", "subnet-1", "subnet-2"],
                certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1",
                nodeSecurityGroupId: "sg-nodes",
                target: { namespace: "atlas-edge", service: "kong-proxy", servicePort: 80, podPort: 8000 },
                controller: new Controller(),
                ...more,
            }),
        {
            outputs: {
                "aws:lb/loadBalancer:LoadBalancer": () => ({ dnsName: "api.elb.amazonaws.com", zoneId: "ZALB" }),
            },
        },
    );

describe("RegionIngress", () => {
    it("holds the balancer, its listeners, the target and the binding", async () => {
        expect((await build()).children).toEqual([
            "aws:ec2/securityGroup:SecurityGroup ingress-balancer",
            "aws:lb/listener:Listener ingress-http",
            "aws:lb/listener:Listener ingress-https",
            "aws:lb/loadBalancer:LoadBalancer ingress-balancer",
            "aws:lb/targetGroup:TargetGroup ingress-kong",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule ingress-pods",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule ingress-http-0",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule ingress-https-0",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule ingress-pods",
            "drkit:index:RegionIngress ingress",
            "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding ingress-kong",
            "test:index:Controller controller",
        ]);
    });

    it("describes its security groups in words that EC2 takes", async () => {
        expect(refusedDescriptions(await build())).toEqual([]);
    });

    it("lets clients keep a connection for 300 s and is protected from deletion", async () => {
        expect((await build()).one("aws:lb/loadBalancer:LoadBalancer").inputs).toEqual({
            name: "atlas-dr-api",
            loadBalancerType: "application",
            internal: false,
            subnets: ["subnet-0", "subnet-1", "subnet-2"],
            securityGroups: ["ingress-balancer-id"],
            idleTimeout: 60,
            clientKeepAlive: 300,
            dropInvalidHeaderFields: true,
            enableDeletionProtection: true,
        });
    });

    it("speaks modern TLS with the certificate of its region, and passes everything on to Kong", async () => {
        expect((await build()).one("aws:lb/listener:Listener", "ingress-https").inputs).toEqual({
            loadBalancerArn: "arn:aws:mock:::ingress-balancer",
            port: 443,
            protocol: "HTTPS",
            sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1",
            defaultActions: [{ type: "forward", targetGroupArn: "arn:aws:mock:::ingress-kong" }],
        });
    });

    it("redirects plain HTTP for good", async () => {
        expect((await build()).one("aws:lb/listener:Listener", "ingress-http").inputs["defaultActions"]).toEqual([
            { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
        ]);
    });

    it("binds Kong's pods by their addresses", async () => {
        const recording = await build();
        expect(recording.one("aws:lb/targetGroup:TargetGroup").inputs).toMatchObject({
            targetType: "ip",
            protocol: "HTTP",
            port: 8000,
        });
        expect(recording.one("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding").inputs).toMatchObject({
            metadata: { name: "atlas-dr-api", namespace: "atlas-edge" },
            spec: {
                serviceRef: { name: "kong-proxy", port: 80 },
                targetGroupARN: "arn:aws:mock:::ingress-kong",
                targetType: "ip",
                vpcID: "vpc-1",
            },
        });
    });

    it("binds them once the controller is there, and the listener", async () => {
        expect((await build()).dependencies("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding")).toEqual(
            expect.arrayContaining(["aws:lb/listener:Listener ingress-https", "test:index:Controller controller"]),
        );
    });

    it("reaches nothing but Kong's port on the nodes", async () => {
        const recording = await build({ allowedCidrs: ["203.0.113.0/24", "198.51.100.0/24"] });
        const rules = recording.resources
            .filter(({ type }) => type.startsWith("aws:vpc/"))
            .map(
                ({ type, inputs }) =>
                    `${type.includes("Ingress") ? "into" : "out of"} ${inputs["securityGroupId"]}: ${inputs["fromPort"]} ${inputs["cidrIpv4"] ?? inputs["referencedSecurityGroupId"]}`,
            );
        expect(rules.sort()).toEqual([
            "into ingress-balancer-id: 443 198.51.100.0/24",
            "into ingress-balancer-id: 443 203.0.113.0/24",
            "into ingress-balancer-id: 80 198.51.100.0/24",
            "into ingress-balancer-id: 80 203.0.113.0/24",
            "into sg-nodes: 8000 ingress-balancer-id",
            "out of ingress-balancer-id: 8000 sg-nodes",
        ]);
    });

    it("fails with everything that is wrong", async () => {
        await expect(build({ ingressName: "", idleTimeout: 0 })).rejects.toThrow(
            /ingress: ingress:\n- ingressName: .*\n- idleTimeout: 0 found/,
        );
    });
});

describe("validateRegionIngress", () => {
    const plan: RegionIngressPlan = { ingressName: "atlas-dr-api" };

    it("finds nothing wrong with the defaults", () => {
        expect(validateRegionIngress(plan)).toEqual([]);
    });

    it.each<[string, Partial<RegionIngressPlan>, string]>([
        ["a long name", { ingressName: "a".repeat(33) }, "allowed are 1 to 32 letters"],
        ["two hyphens", { ingressName: "atlas--api" }, "single hyphens"],
        ["a reserved name", { ingressName: "internal-api" }, 'not beginning with "internal-"'],
        ["a path without a slash", { healthPath: "health" }, 'healthPath: "health" found; it has to begin with "/"'],
        [
            "an idle timeout that AWS refuses",
            { idleTimeout: 4001 },
            "idleTimeout: 4001 found; AWS allows whole seconds from 1 to 4000",
        ],
        ["nobody", { allowedCidrs: [] }, "allowedCidrs: empty"],
        ["an address for a range", { allowedCidrs: ["203.0.113.7"] }, 'allowedCidrs: "203.0.113.7" found'],
    ])("refuses %s", (_, more, message) => {
        expect(validateRegionIngress({ ...plan, ...more })).toEqual([expect.stringContaining(message)]);
    });
});

describe("IssuedCertificate", () => {
    it("asks for a certificate and waits for it, without writing a record", async () => {
        const recording = await record(
            () =>
                new IssuedCertificate("certificate", {
                    names: ["gateway.atlas.example", "failover.gateway.atlas.example"],
                }),
        );
        expect(recording.children).toEqual([
            "aws:acm/certificate:Certificate certificate-certificate",
            "aws:acm/certificateValidation:CertificateValidation certificate-issued",
            "drkit:index:IssuedCertificate certificate",
        ]);
        expect(recording.one("aws:acm/certificate:Certificate").inputs).toEqual({
            domainName: "gateway.atlas.example",
            subjectAlternativeNames: ["failover.gateway.atlas.example"],
            validationMethod: "DNS",
        });
        expect(recording.one("aws:acm/certificateValidation:CertificateValidation").inputs).toEqual({
            certificateArn: "arn:aws:mock:::certificate-certificate",
        });
    });

    it.each([0, 11])("refuses %i names", async (count) => {
        const names = Array.from({ length: count }, (_, index) => `n${index}.atlas.example`);
        await expect(record(() => new IssuedCertificate("certificate", { names }))).rejects.toThrow(
            `names has ${count}; allowed are 1 to 10`,
        );
    });
});

describe("kongWriteFence", () => {
    it("answers every method with 503 and Retry-After, but for those that only read", () => {
        const { kind, plugin, config } = kongWriteFence("atlas-edge") as {
            kind: string;
            plugin: string;
            config: { access: string[] };
        };
        expect([kind, plugin]).toEqual(["KongPlugin", "pre-function"]);
        expect(config.access).toEqual([
            [
                "local reads = { GET = true, HEAD = true, OPTIONS = true }",
                "if not reads[kong.request.get_method()] then",
                '    return kong.response.exit(503, { message = "read only until the promotion" }, { ["Retry-After"] = "30" })',
                "end",
            ].join("\n"),
        ]);
    });

    it("is switched off by its own field, and deleted by nobody", () => {
        expect(writeFenceSwitch("atlas-edge", true)).toBe(
            `kubectl -n atlas-edge patch kongplugin standby-write-fence --type merge -p '{"disabled":true}'`,
        );
        expect(kongWriteFence("atlas-edge")).not.toHaveProperty("disabled");
    });

    it("refuses a wait that is none", () => {
        expect(() => kongWriteFence("atlas-edge", 0)).toThrow("allowed are whole seconds from 1");
    });
});
