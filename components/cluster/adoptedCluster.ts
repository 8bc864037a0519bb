import * as aws from "@pulumi/aws";
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { clusterProvider } from "./clusterProvider";
import { kubeconfigOf, type RegionClusterAccess } from "./regionClusterAccess";

export interface AdoptedClusterArgs {
    /** EKS's name of the cluster that is there. */
    readonly clusterName: string;
    /** AWS's name of the region. */
    readonly region: string;
    /** The StorageClass of the cluster that NATS volumes use. */
    readonly storageClass: string;
}

/**
 * A cluster that exists already. It is only looked up: nothing of it becomes a resource, so nothing of it is ever changed
 * or deleted. What later phases expect of it is checked by `clusterPreflight`.
 *
 * ### Cost
 * None.
 */
export class AdoptedCluster extends pulumi.ComponentResource implements RegionClusterAccess {
    readonly clusterName: pulumi.Output<string>;
    readonly endpoint: pulumi.Output<string>;
    readonly vpcId: pulumi.Output<string>;
    readonly securityGroupId: pulumi.Output<string>;
    readonly provider: kubernetes.Provider;
    readonly storageClass: string;
    readonly ready: pulumi.Resource[] = [];

    constructor(name: string, args: AdoptedClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("drkit:index:AdoptedCluster", name, {}, opts);
        const parent = { parent: this };

        const found = aws.eks.getClusterOutput({ name: args.clusterName }, parent);
        const network = found.vpcConfig;

        this.clusterName = found.name;
        this.endpoint = found.endpoint;
        this.vpcId = network.vpcId;
        this.securityGroupId = network.clusterSecurityGroupId;
        this.storageClass = args.storageClass;
        this.provider = createProvider();
        this.registerOutputs({ clusterName: this.clusterName, endpoint: this.endpoint });

        function createProvider() {
            const kubeconfig = pulumi
                .all([found.endpoint, found.certificateAuthorities])
                .apply(([endpoint, authorities]) =>
                    kubeconfigOf({
                        name: args.clusterName,
                        endpoint,
                        certificateAuthority: authorities[0]?.data ?? "",
                        region: args.region,
                    }),
                );
            return clusterProvider(
                `${name}-kubernetes`,
                { kubeconfig, region: args.region, clusterName: args.clusterName },
                parent,
            );
        }
    }
}
