import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

export interface NamespacesArgs<Name extends string> {
    /** What each namespace is for, and its name in the cluster. */
    readonly names: Readonly<Record<Name, string>>;
    /** Labels of all of them. @default none */
    readonly labels?: Record<string, string>;
}

/**
 * The namespaces of the system in one cluster.
 *
 * ### Cost
 * None.
 */
export class Namespaces<Name extends string> extends pulumi.ComponentResource {
    /** Names in the cluster, by purpose: whoever uses one comes after it exists. */
    readonly names: Readonly<Record<Name, pulumi.Output<string>>>;

    constructor(name: string, args: NamespacesArgs<Name>, opts?: pulumi.ComponentResourceOptions) {
        super("drkit:index:Namespaces", name, {}, opts);
        const parent = { parent: this };

        this.names = Object.fromEntries(
            Object.entries<string>(args.names).map(([purpose, namespace]) => [purpose, createNamespace(namespace)]),
        ) as Record<Name, pulumi.Output<string>>;
        this.registerOutputs({});

        function createNamespace(namespace: string) {
            const created = new kubernetes.core.v1.Namespace(
                `${name}-${namespace}`,
                { metadata: { name: namespace, labels: args.labels ?? {} } },
                parent,
            );
            // Known in a preview, unlike the object's own name: so policies can look at what is in the namespace.
            return created.urn.apply(() => namespace);
        }
    }
}
