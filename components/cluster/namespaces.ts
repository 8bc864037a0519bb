import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { podSecurityLabels, type PodSecurityLevel } from "./podSecurity";

export interface NamespacesArgs<Name extends string> {
    /** What each namespace is for, and its name in the cluster. */
    readonly names: Readonly<Record<Name, string>>;
    /** Labels of all of them. @default none */
    readonly labels?: Readonly<Record<string, string>>;
    /** What Pod Security refuses in each. @default "baseline", with warnings of what is not "restricted" */
    readonly podSecurity?: PodSecurityLevel;
}

/**
 * The namespaces of the system in one cluster. The program's own pods keep Pod Security's "restricted" level; what the system's manifests
 * bring is unknown, so the namespaces refuse what leaves "baseline" and warn of the rest.
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

        const labels = { ...args.labels, ...podSecurityLabels(args.podSecurity ?? "baseline", "restricted") };
        this.names = Object.fromEntries(
            Object.entries<string>(args.names).map(([purpose, namespace]) => [purpose, createNamespace(namespace)]),
        ) as Record<Name, pulumi.Output<string>>;
        this.registerOutputs({});

        function createNamespace(namespace: string) {
            const created = new kubernetes.core.v1.Namespace(
                `${name}-${namespace}`,
                { metadata: { name: namespace, labels } },
                parent,
            );
            // Known in a preview, unlike the object's own name: so policies can look at what is in the namespace.
            return created.urn.apply(() => namespace);
        }
    }
}
