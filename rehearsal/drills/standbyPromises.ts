import { recoveryPoint } from "../../components/model/cadence";
import { dashboardName, rulesName } from "../../components/standby/observability";
import { hours, type Seconds } from "../../components/model/duration";
import { parseSeconds } from "../../components/model/goDuration";
import type { Check } from "../../report/result";
import type { Deployment } from "../../engine/state/deployment";
import type { Drill, Outcome } from "../kit/drill";
import type { DrillRun } from "../kit/drillRun";
import { externalSecret, secretType, storedPositions } from "./standby/resources";
import { standbySabotages } from "./standby/sabotages";
import { promise } from "../kit/checkers/promise";

const id = "standby-promises";
const title = "What the deployed standby promises";

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
    needs: ["primary", "dr"],
    script,
    sabotages: standbySabotages,
};

async function script(run: DrillRun): Promise<Outcome> {
    const { profile } = run;
    const [primary, dr] = [run.deployment("primary"), run.deployment("dr")];
    run.real("the deployed secrets, their copies, schedules, rules and dashboards, read from the engine's export");
    run.simulated("External Secrets and Prometheus: what they are given is read, they do not run");
    const promises = [
        promise(profile.contracts, "secret-refresh", "secretRefresh", slowestRefresh([primary, dr])),
        promise(profile.contracts, "durable-positions", "durablePositions", oldestPositions(dr)),
    ];
    return {
        checks: [
            ...promises.map(({ check }) => check),
            replicated(primary, profile.regions.dr.name),
            sameWatch(primary, dr),
        ],
        measurements: promises.flatMap(({ measurement }) => measurement ?? []),
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
        .flatMap((resource) => storedPositions(resource) ?? [])
        .filter(({ suspended }) => !suspended)
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
