import { applicationAccount } from "../../../components/nats/natsAccounts";
import { isNatsRelease } from "../../../testbed/nats/chartConfig";
import type { Deployments } from "../../kit/context";

/** The same deployment with one server, and streams that ask for no more than it can hold. */
export function withOneServer(deployments: Deployments): Deployments {
    const primary = deployments.primary
        ?.withInputs(isNatsRelease, ({ values }) => standAlone(values.config))
        .withInputs(
            ({ type, inputs }) => type === "kubernetes:core/v1:ConfigMap" && inputs.metadata?.name === "nats-streams",
            ({ data }) => {
                for (const [file, text] of Object.entries<string>(data))
                    data[file] = JSON.stringify({ ...JSON.parse(text), num_replicas: 1, placement: undefined });
            },
        );
    return { ...deployments, primary };
}

/** The chart's single server. It has no cluster, so the mappings of its own region name none. */
function standAlone(config: Record<string, any>): void {
    const own = config.cluster.merge.name;
    config.cluster.enabled = false;
    const { mappings } = config.merge.accounts[applicationAccount];
    for (const [subject, destinations] of Object.entries(mappings as Record<string, Record<string, unknown>[]>)) {
        mappings[subject] = destinations
            .filter((destination) => destination.cluster === own)
            .map(({ destination, weight }) => ({ destination, weight }));
        if (mappings[subject].length === 0) delete mappings[subject];
    }
}
