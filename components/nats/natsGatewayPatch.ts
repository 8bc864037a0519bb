import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { validateFoundNats } from "./natsFoundRules";
import { natsPatchFiles, natsPatchName } from "./natsPatch";
import type { NatsPatchArgs } from "./natsPatchArgs";

/**
 * What the owner of a NATS merges into it to join the super-cluster, as a ConfigMap beside it: fragments, the Jobs around
 * them and the order of the steps. The program changes nothing of that NATS itself; its servers may mount the ConfigMap.
 *
 * ### Cost
 * None.
 */
export class NatsGatewayPatch extends pulumi.ComponentResource {
    constructor(name: string, args: NatsPatchArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateFoundNats(args.found, args.profile);
        if (issues.length > 0) throw new Error(`${name}: the user's own NATS:\n- ${issues.join("\n- ")}`);
        super("drkit:index:NatsGatewayPatch", name, {}, opts);
        new kubernetes.core.v1.ConfigMap(
            `${name}-files`,
            { metadata: { name: natsPatchName, namespace: args.namespace }, data: natsPatchFiles(args) },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
