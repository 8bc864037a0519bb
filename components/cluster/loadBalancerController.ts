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
    /** How long Helm waits for the controller, in seconds. @default 600 */
    readonly timeoutSeconds?: number;
}

/** What the controller may do; a part of the project's own published policy, which would let it make and delete balancers too. */
export const controllerPolicy = readFileSync(join(__dirname, "loadBalancerController", "policy.json"), "utf8");

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
        super("kgents:cluster:LoadBalancerController", name, {}, opts);
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
                    policy: controllerPolicy,
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
