import { describe, expect, it } from "vitest";
import { controllerPolicy, LoadBalancerController } from "./loadBalancerController";
import { record } from "../testing/record";

const targetGroups = ["atlas-dr-gateways-0", "atlas-dr-api"];

const build = () =>
    record(
        () =>
            new LoadBalancerController("balancers", {
                clusterName: "atlas-dr",
                region: "eu-west-1",
                vpcId: "vpc-1",
                roleName: "atlas-dr-load-balancers",
                targetGroups,
            }),
    );

describe("LoadBalancerController", () => {
    it("is the official chart, with a role that its pods have from the start", async () => {
        const recording = await build();
        expect(recording.children).toEqual([
            "aws:eks/podIdentityAssociation:PodIdentityAssociation balancers-role-association",
            "aws:iam/role:Role balancers-role-role",
            "aws:iam/rolePolicy:RolePolicy balancers-role-policy",
            "drkit:index:LoadBalancerController balancers",
            "drkit:index:PodRole balancers-role",
            "kubernetes:helm.sh/v3:Release balancers-release",
        ]);
        expect(recording.dependencies("kubernetes:helm.sh/v3:Release")).toContain(
            "aws:eks/podIdentityAssociation:PodIdentityAssociation balancers-role-association",
        );
        expect(recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs).toMatchObject({
            namespace: "kube-system",
            serviceAccount: "aws-load-balancer-controller",
        });
    });

    it("sets these values of the chart and no others", async () => {
        const { values, ...release } = (await build()).one("kubernetes:helm.sh/v3:Release").inputs;
        expect(release).toMatchObject({
            name: "aws-load-balancer-controller",
            namespace: "kube-system",
            chart: "aws-load-balancer-controller",
            version: "3.5.0",
            repositoryOpts: { repo: "https://aws.github.io/eks-charts" },
        });
        expect(values).toEqual({
            clusterName: "atlas-dr",
            region: "eu-west-1",
            vpcId: "vpc-1",
            image: { repository: "public.ecr.aws/eks/aws-load-balancer-controller", tag: "v3.5.0" },
            replicaCount: 2,
            serviceAccount: { create: true, name: "aws-load-balancer-controller" },
            podDisruptionBudget: { maxUnavailable: 1 },
            resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "256Mi" } },
            keepTLSSecret: true,
            enableServiceMutatorWebhook: false,
            webhookConfig: { disableIngressValidation: true },
            createIngressClassResource: false,
            ingressClassParams: { create: false },
            enableBackendSecurityGroup: false,
            enableShield: false,
            enableWaf: false,
            enableWafv2: false,
            controllerConfig: {
                featureGates: { EnableServiceController: false, ALBGatewayAPI: false, NLBGatewayAPI: false },
            },
        });
    });

    it("stands in the way of nobody who writes Services or Ingresses: its webhooks see its own objects only", async () => {
        const { values } = (await build()).one("kubernetes:helm.sh/v3:Release").inputs;
        expect(values).toMatchObject({
            enableServiceMutatorWebhook: false,
            webhookConfig: { disableIngressValidation: true },
        });
    });

    it("may register targets and look, and neither make nor delete anything", () => {
        const { Statement } = JSON.parse(controllerPolicy({ region: "eu-west-1", targetGroups })) as {
            Statement: { Effect: string; Action: string[] }[];
        };
        const actions = Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
        expect(actions.filter((action) => !/:Describe/.test(action))).toEqual([
            "elasticloadbalancing:RegisterTargets",
            "elasticloadbalancing:DeregisterTargets",
        ]);
    });

    it("may fill the target groups that it is told of, and those of nobody else in the account", () => {
        const { Statement } = JSON.parse(controllerPolicy({ region: "eu-west-1", targetGroups })) as {
            Statement: { Sid: string; Resource: unknown }[];
        };
        expect(Statement.find(({ Sid }) => Sid === "BindTargets")?.Resource).toEqual([
            "arn:aws:elasticloadbalancing:eu-west-1:*:targetgroup/atlas-dr-gateways-0/*",
            "arn:aws:elasticloadbalancing:eu-west-1:*:targetgroup/atlas-dr-api/*",
        ]);
    });
});
