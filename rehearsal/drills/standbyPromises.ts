import { recoveryPoint } from "../../components/backup/cadence";
import { dashboardName, rulesName } from "../../components/standby/observability";
import { contracts } from "../../infra/contracts";
import { hours, type Seconds } from "../../infra/duration";
import { scheduledBackup } from "../../policies/backups";
import { parseSeconds } from "../../policies/goDuration";
import type { Check, DrillResult } from "../report/result";
import type { Deployment } from "../state/deployment";
import type { Deployments, Drill, DrillContext } from "./drill";
import { promise } from "./promise";

const id = "standby-promises";
const title = "What the deployed standby promises";
const secretType = "aws:secretsmanager/secret:Secret";
const externalSecret = "kubernetes:external-secrets.io/v1:ExternalSecret";

/** What External Secrets take for an interval that is not stated. */
const defaultInterval = hours(1);

/**
 * Reads from the engine's export what no loss of a region can show: how old a secret of either cluster may be, and what is stored of the
 * consumers' positions, that the standby can read each secret without the primary region, and that it is watched by the same rules.
 */
export const standbyPromises: Drill = {
    id,
    title,
    phase: 13,
    run,
    sabotages: [
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
    ],
};

async function run({ deployments, profile }: DrillContext): Promise<DrillResult> {
    const { primary, dr } = deployments;
    if (!primary || !dr) throw new Error(`${id} needs the deployments of primary and dr: bring up phase 13 first`);
    const promises = [
        promise("secret-refresh", "secretRefresh", slowestRefresh([primary, dr])),
        promise("durable-positions", "durablePositions", oldestPositions(dr)),
    ];
    return {
        id,
        title,
        phase: 13,
        real: ["the deployed secrets, their copies, schedules, rules and dashboards, read from the engine's export"],
        simulated: ["External Secrets and Prometheus: what they are given is read, they do not run"],
        checks: [
            ...promises.map(({ check }) => check),
            replicated(primary, profile.regions.dr.name),
            sameWatch(primary, dr),
        ],
        measurements: promises.flatMap(({ measurement }) => measurement ?? []),
        timeline: [],
    };
}

/** The longest that a Secret of either cluster keeps a value that was rotated; undefined if none is read again. */
function slowestRefresh(deployments: readonly Deployment[]): Seconds | undefined {
    const intervals = deployments
        .flatMap((deployment) => deployment.ofType(externalSecret))
        .map(({ inputs }) =>
            inputs.spec.refreshInterval === undefined ? defaultInterval : parseSeconds(inputs.spec.refreshInterval),
        );
    return intervals.length === 0 ? undefined : Math.max(...intervals);
}

/** The oldest that the stored positions of the consumers may be when the region is lost; undefined if nothing stores them. */
function oldestPositions(standby: Deployment): Seconds | undefined {
    const points = standby.resources
        .flatMap(({ type, inputs }) => scheduledBackup(type, inputs) ?? [])
        .filter(({ contractId, suspended }) => contractId === contracts.durablePositions.id && !suspended)
        .map(({ cadence }) => recoveryPoint(cadence));
    return points.length === 0 ? undefined : Math.max(...points);
}

function replicated(primary: Deployment, standbyRegion: string): Check {
    const secrets = primary.ofType(secretType);
    const alone = secrets
        .filter(
            ({ inputs }) => !(inputs.replicas ?? []).some(({ region }: { region: string }) => region === standbyRegion),
        )
        .map(({ inputs }) => String(inputs.name));
    return {
        id: "secrets-replicated",
        title: "As deployed: every secret of the primary has a copy where the standby reads it",
        passed: secrets.length > 0 && alone.length === 0,
        expected: `each in ${standbyRegion}`,
        actual:
            secrets.length === 0
                ? "no secret is deployed"
                : alone.length === 0
                  ? `each in ${standbyRegion}`
                  : `not ${alone.join(", ")}`,
    };
}

function sameWatch(primary: Deployment, standby: Deployment): Check {
    const watchOf = (deployment: Deployment) =>
        deployment.resources
            .map(({ inputs }) => String(inputs.metadata?.name))
            .filter((name) => name === rulesName || name === dashboardName)
            .sort()
            .join(", ") || "none";
    const wanted = [dashboardName, rulesName].join(", ");
    const found = `${watchOf(primary)} and ${watchOf(standby)}`;
    return {
        id: "same-watch",
        title: "As deployed: both regions have the alerts and the dashboard",
        passed: found === `${wanted} and ${wanted}`,
        expected: `${wanted} and ${wanted}`,
        actual: found,
    };
}

function readHourly(deployments: Deployments): Deployments {
    const dr = deployments.dr?.withInputs(
        ({ type }) => type === externalSecret,
        ({ spec }) => (spec.refreshInterval = "1h0m0s"),
    );
    return { ...deployments, dr };
}

function sleep(deployments: Deployments): Deployments {
    const dr = deployments.dr?.withInputs(
        ({ type, inputs }) => scheduledBackup(type, inputs)?.contractId === contracts.durablePositions.id,
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
