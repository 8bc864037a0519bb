import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
    controllerChart,
    controllerChartValues,
    controllerNamespace,
    controllerServiceAccount,
} from "./loadBalancerControllerChart";
import { PodRole } from "./podRole";
import { helmRelease } from "./helmRelease";

export interface LoadBalancerControllerArgs {
    readonly clusterName: pulumi.Input<string>;
    /** AWS's name of the region. */
    readonly region: string;
    readonly vpcId: pulumi.Input<string>;
    /** Physical name of the controller's role, unique in the account. */
    readonly roleName: string;
    /** Names of the target groups that it fills. It may touch no other: the account can hold those of another environment. */
    readonly targetGroups: readonly string[];
    /** How long Helm waits for the controller, in seconds. @default 600 */
    readonly timeoutSeconds?: number;
}

/** What the controller may look at; a part of the project's own published policy. */
const seen = JSON.parse(readFileSync(join(__dirname, "loadBalancerController", "policy.json"), "utf8")) as {
    readonly Version: string;
    readonly Statement: readonly object[];
};

/**
 * What the controller may do: look, which AWS does not let a policy narrow down, and fill these target groups of its region. The published
 * policy would let it fill every one of the account, and make and delete balancers too.
 */
export function controllerPolicy({
    region,
    targetGroups,
}: Pick<LoadBalancerControllerArgs, "region" | "targetGroups">): string {
    const bind = {
        Sid: "BindTargets",
        Effect: "Allow",
        Action: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
        Resource: targetGroups.map((name) => `arn:aws:elasticloadbalancing:${region}:*:targetgroup/${name}/*`),
    };
    return JSON.stringify({ ...seen, Statement: [...seen.Statement, bind] });
}

/**
 * The AWS Load Balancer Controller, for one purpose: it keeps the target groups of balancers that were made beforehand
 * (`RegionIngress`, `GatewayLoadBalancer`) filled with the addresses of pods.
 *
 * It may not make a balancer, and is told not to: making one needs AWS's control plane and a DNS record, neither of which can be
 * counted on in the event; and what the program does not know of, no policy can see. If it stands still, targets stay as they are.
 *
 * The release brings the definition of TargetGroupBinding; a binding depends on `release`. Helm installs definitions once and does
 * not update them: a new chart version is read for changes in them first.
 *
 * ### Cost
 * None; 0.1 CPU and 192 MiB of the nodes.
 */
export class LoadBalancerController extends pulumi.ComponentResource {
    /** The release; what needs TargetGroupBinding depends on it. */
    readonly release: kubernetes.helm.v3.Release;

    constructor(name: string, args: LoadBalancerControllerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("drkit:index:LoadBalancerController", name, {}, opts);
        const parent = { parent: this };

        const role = createRole();
        this.release = createRelease();
        this.registerOutputs({});

        function createRole() {
            return new PodRole(
                `${name}-role`,
                {
                    roleName: args.roleName,
                    clusterName: args.clusterName,
                    namespace: controllerNamespace,
                    serviceAccount: controllerServiceAccount,
                    policy: controllerPolicy(args),
                },
                parent,
            );
        }

        function createRelease() {
            const { clusterName, region, vpcId } = args;
            return helmRelease(
                `${name}-release`,
                {
                    chart: controllerChart,
                    namespace: controllerNamespace,
                    values: controllerChartValues({ clusterName, region, vpcId }),
                    timeoutSeconds: args.timeoutSeconds,
                },
                // Credentials are injected when a pod starts.
                { ...parent, dependsOn: [role.association] },
            );
        }
    }
}
