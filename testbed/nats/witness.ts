import * as path from "node:path";
import { witnessConfOf, witnessPaths } from "../../components/witness/natsWitnessConfig";
import type { Deployment } from "../../engine/state/deployment";
import type { ServerPlan } from "./chartConfig";

const instanceType = "aws:ec2/instance:Instance";

/** The witness as its deployed boot script sets it up; its certificate comes at run time. */
export function planWitness(
    deployment: Deployment,
    certificate: Readonly<Record<string, string>>,
): { cluster: string; servers: ServerPlan[] } {
    const conf = witnessConfOf(witnessBootScript(deployment));
    const files = Object.fromEntries(
        Object.entries(certificate).map(([key, content]) => [path.posix.join(witnessPaths.tls, key), content]),
    );
    return { cluster: conf.cluster.name, servers: [{ pod: "nats-0", name: conf.server_name, conf, env: {}, files }] };
}

/** The script of the witness's first boot, as deployed. */
export function witnessBootScript(deployment: Deployment): string {
    const { inputs } = deployment.one(instanceType);
    return String(inputs.userData ?? Buffer.from(inputs.userDataBase64 ?? "", "base64").toString("utf8"));
}
