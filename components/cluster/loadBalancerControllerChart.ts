import type { Input } from "@pulumi/pulumi";
import { charts, images } from "../model/versions";

/** The official chart. Its image has the same version, and is for arm64 and amd64. */
export const controllerChart = charts.loadBalancerController;

export const controllerNamespace = "kube-system";
export const controllerServiceAccount = "aws-load-balancer-controller";

/** The values of the chart that this program sets, and no others. Read in the chart's values.yaml, version 3.5.0. */
export interface ControllerChartValues {
    readonly clusterName: Input<string>;
    readonly region: string;
    /** Given, because pods may not ask the node's metadata service. */
    readonly vpcId: Input<string>;
    readonly image: { readonly repository: string; readonly tag: string };
    readonly replicaCount: number;
    readonly serviceAccount: { readonly create: boolean; readonly name: string };
    readonly podDisruptionBudget: { readonly maxUnavailable: number };
    readonly resources: Readonly<Record<string, Readonly<Record<string, string>>>>;
    /** The webhooks' certificate is kept over updates: a new one each time would show as a change, and break calls in between. */
    readonly keepTLSSecret: boolean;
    /** Off: balancers are made beforehand, and the role may not make any. */
    readonly enableServiceMutatorWebhook: boolean;
    /**
     * Ingress objects are Kong's, and not this controller's to look at: with the chart's default nobody in the cluster could write one
     * while the controller is away, nor one whose class is not there yet.
     */
    readonly webhookConfig: { readonly disableIngressValidation: boolean };
    readonly createIngressClassResource: boolean;
    readonly ingressClassParams: { readonly create: boolean };
    readonly enableBackendSecurityGroup: boolean;
    readonly enableShield: boolean;
    readonly enableWaf: boolean;
    readonly enableWafv2: boolean;
    readonly controllerConfig: { readonly featureGates: Readonly<Record<string, boolean>> };
}

/** The chart's values for a controller that binds pods to target groups and does nothing else. */
export function controllerChartValues(cluster: {
    clusterName: Input<string>;
    region: string;
    vpcId: Input<string>;
}): ControllerChartValues {
    return {
        ...cluster,
        image: {
            repository: images.loadBalancerController.repository,
            tag: images.loadBalancerController.tag,
        },
        replicaCount: 2,
        serviceAccount: { create: true, name: controllerServiceAccount },
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
    };
}
