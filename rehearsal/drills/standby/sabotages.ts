import { rulesName } from "../../../components/standby/observability";
import type { Deployments } from "../../kit/context";
import type { Sabotage } from "../../kit/drill";
import { externalSecret, secretType, storedPositions } from "./resources";

export const standbySabotages: readonly Sabotage[] = [
    {
        id: "hourly-secrets",
        title: "secrets that the standby reads once an hour",
        apply: readHourly,
        expectRed: "secret-refresh",
    },
    {
        id: "sleeping-positions",
        title: "a standby that does not store the consumers' positions",
        apply: sleep,
        expectRed: "durable-positions",
    },
    {
        id: "unwatched-standby",
        title: "a standby without alerts of its own",
        apply: unwatch,
        expectRed: "same-watch",
    },
    {
        id: "secret-in-one-region",
        title: "a secret without a copy in the standby's region",
        apply: dropReplicas,
        expectRed: "secrets-replicated",
    },
];

function readHourly(deployments: Deployments): Deployments {
    const dr = deployments.dr?.withInputs(
        ({ type }) => type === externalSecret,
        ({ spec }) => (spec.refreshInterval = "1h0m0s"),
    );
    return { ...deployments, dr };
}

function sleep(deployments: Deployments): Deployments {
    const dr = deployments.dr?.withInputs(
        (resource) => storedPositions(resource) !== undefined,
        ({ spec }) => (spec.suspend = true),
    );
    return { ...deployments, dr };
}

function unwatch(deployments: Deployments): Deployments {
    const dr = deployments.dr?.withInputs(
        ({ inputs }) => inputs.metadata?.name === rulesName,
        ({ metadata }) => (metadata.name = "other-rules"),
    );
    return { ...deployments, dr };
}

function dropReplicas(deployments: Deployments): Deployments {
    const primary = deployments.primary?.withInputs(
        ({ type }) => type === secretType,
        (inputs) => (inputs["replicas"] = []),
    );
    return { ...deployments, primary };
}
