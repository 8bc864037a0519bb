import { isNatsRelease } from "../../../testbed/nats/chartConfig";
import type { Deployments } from "../../kit/context";

/** The same deployments without the third region: no server, and no gateway that leads there. */
export function withoutWitness({ primary, dr }: Deployments): Deployments {
    const names = [primary, dr]
        .flatMap((member) => member?.resources.filter(isNatsRelease) ?? [])
        .map(({ inputs }) => inputs.values.config.cluster?.merge?.name);
    const strip = (deployment: Deployments["primary"]) =>
        deployment?.withInputs(isNatsRelease, ({ values }) => {
            const { merge } = values.config.gateway;
            merge.gateways = merge.gateways.filter((remote: { name: string }) => names.includes(remote.name));
        });
    return { primary: strip(primary), dr: strip(dr) };
}
