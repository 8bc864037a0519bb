import { natsAuthSecret } from "../../../components/nats/natsChartValues";
import type { Role } from "../../../components/model/profile";
import { memberFiles, type GatewayCa } from "../../../operate/gatewayCa";
import type { Deployment } from "../../../engine/state/deployment";
import { deployedSecret, isNatsRelease, type RunTimeSecrets } from "../../../testbed/nats/chartConfig";
import type { DrillContext } from "../context";

/**
 * What External Secrets bring at run time: each region's gateway certificate, by the command that makes them, and the
 * accounts' passwords, which every region takes from the primary.
 */
export function runTimeSecrets(
    ca: GatewayCa,
    { deployments, profile }: Pick<DrillContext, "deployments" | "profile">,
): Readonly<Record<Role, RunTimeSecrets>> {
    const secretsOf = (role: Role): RunTimeSecrets => ({
        [gatewaySecret(deployments[role])]: memberFiles(ca, profile.regions[role]),
    });
    return {
        primary: secretsOf("primary"),
        dr: { ...secretsOf("dr"), ...carriedOver(deployments.primary, deployments.dr) },
        witness: secretsOf("witness"),
    };
}

/** The accounts' passwords, where the standby has no Secret of its own in its state: External Secrets bring the primary's. */
function carriedOver(primary: Deployment | undefined, standby: Deployment | undefined): RunTimeSecrets {
    const own = standby
        ?.ofType("kubernetes:core/v1:Secret")
        .some((secret) => secret.inputs.metadata?.name === natsAuthSecret);
    return own || !primary ? {} : { [natsAuthSecret]: deployedSecret(primary, natsAuthSecret) };
}

function gatewaySecret(deployment: Deployment | undefined): string {
    const release = deployment?.resources.find(isNatsRelease);
    return release?.inputs.values.config.gateway?.tls?.secretName ?? "nats-gateway-tls";
}
