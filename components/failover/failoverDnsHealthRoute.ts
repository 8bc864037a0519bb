import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checkDefaults } from "./failoverDnsRules";

export interface HealthRouteArgs {
    readonly namespace: pulumi.Input<string>;
    /** The host that the deep check asks: "primary.api.example.com". */
    readonly host: string;
    /** @default "/health" */
    readonly path?: string;
    /** The Kubernetes Service behind the API. */
    readonly service: { readonly name: string; readonly port: number };
    /** @default "kong" */
    readonly ingressClass?: string;
}

/**
 * The deep check's way through Kong: one host and exactly one path to the API's own health answer, so that nothing but health can be
 * asked by this name.
 *
 * No plugin is attached to it: checkers carry no key, and their 16 requests every 10 s must not run into a limit, or DNS fails over
 * because the gateway refused to be asked. Plugins that are global in Kong reach this route too; one for keys or limits has to be
 * attached to its routes instead. TLS ends before Kong, hence no certificate here; checkers do not validate one.
 *
 * ### Cost
 * None.
 */
export class HealthRoute extends pulumi.ComponentResource {
    constructor(
        name: string,
        { namespace, host, path = checkDefaults.path, service, ingressClass = "kong" }: HealthRouteArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("drkit:index:HealthRoute", name, {}, opts);
        new kubernetes.networking.v1.Ingress(
            `${name}-ingress`,
            {
                metadata: { name: "failover-health", namespace, annotations: { "konghq.com/strip-path": "false" } },
                spec: {
                    ingressClassName: ingressClass,
                    rules: [
                        {
                            host,
                            http: {
                                paths: [
                                    {
                                        path,
                                        pathType: "Exact",
                                        backend: { service: { name: service.name, port: { number: service.port } } },
                                    },
                                ],
                            },
                        },
                    ],
                },
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
