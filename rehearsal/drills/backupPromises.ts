import { recoveryContractAnnotation, recoveryPoint, type Cadence } from "../../components/model/cadence";
import { contractTerms, type ContractName } from "../../components/model/contract";
import { days, hours, type Seconds } from "../../components/model/duration";
import type { DeployedResource, Deployment } from "../../engine/state/deployment";
import type { Deployments } from "../kit/context";
import type { Drill, Outcome } from "../kit/drill";
import type { DrillRun } from "../kit/drillRun";
import { promise } from "../kit/checkers/promise";

const id = "backup-promises";
const lifecycleType = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const title = "What the deployed schedules and buckets promise";

/**
 * Reads from the engine's export what no restore can show: how much the deployed schedules can lose at worst, and how long
 * the deployed buckets keep what they hold.
 */
export const backupPromises: Drill = {
    id,
    title,
    phase: 11,
    needs: ["primary", "dr"],
    script,
    sabotages: [
        {
            id: "short-retention",
            title: "a bucket that forgets backups after three days",
            apply: shorten,
            expectRed: "backup-retention",
        },
        {
            id: "daily-config",
            title: "configuration that is backed up once a day",
            apply: slowDown,
            expectRed: "config-rpo",
        },
    ],
};

async function script(run: DrillRun): Promise<Outcome> {
    const { contracts } = run.profile;
    const [primary, dr] = [run.deployment("primary"), run.deployment("dr")];
    run.real("the deployed schedules and lifecycle rules, read from the engine's export");
    run.simulated("Velero: its schedules are read, it does not run");
    const promises = [
        promise(contracts, "config-rpo", "configRpo", recoveryPointFor(primary, "configRpo")),
        promise(contracts, "cluster-volumes-rpo", "clusterVolumesRpo", recoveryPointFor(primary, "clusterVolumesRpo")),
        promise(contracts, "backup-retention", "backupRetention", shortestRetention(dr)),
    ];
    return {
        checks: promises.map(({ check }) => check),
        measurements: promises.flatMap(({ measurement }) => measurement ?? []),
    };
}

/** The worst recovery point of the Velero schedules that name the contract. */
function recoveryPointFor(primary: Deployment, name: ContractName): Seconds | undefined {
    const points = primary
        .ofType("kubernetes:velero.io/v1:Schedule")
        .filter(
            ({ inputs }) =>
                inputs.metadata?.annotations?.[recoveryContractAnnotation] === contractTerms[name].id &&
                inputs.spec?.paused !== true,
        )
        .map((schedule) => recoveryPoint(cadenceOf(schedule)));
    return points.length === 0 ? undefined : Math.max(...points);
}

function cadenceOf({ inputs }: DeployedResource): Cadence {
    return {
        schedule: inputs.spec.schedule,
        deadline: Number.parseFloat(inputs.spec.template?.itemOperationTimeout ?? String(hours(4))),
    };
}

/** The earliest that a lifecycle rule lets a written or a deleted backup go, over all buckets of the standby. */
function shortestRetention(dr: Deployment): Seconds | undefined {
    const kept = dr.ofType(lifecycleType).flatMap(({ inputs }) => keptBy(inputs.rules ?? []));
    return kept.length === 0 ? undefined : days(Math.min(...kept));
}

/** Where current versions expire, that is the retention; where they do not, noncurrent ones are what is left of a deletion. */
function keptBy(rules: readonly Record<string, any>[]): number[] {
    const current = rules.map((rule): unknown => rule.expiration?.days).filter((count) => typeof count === "number");
    if (current.length > 0) return [Math.min(...current)];
    return rules
        .map((rule): unknown => rule.noncurrentVersionExpiration?.noncurrentDays)
        .filter((count) => typeof count === "number");
}

function shorten(deployments: Deployments): Deployments {
    const dr = deployments.dr?.withInputs(
        ({ type }) => type === lifecycleType,
        ({ rules }) => {
            for (const { expiration } of rules) if (expiration?.days) expiration.days = 3;
        },
    );
    return { ...deployments, dr };
}

function slowDown(deployments: Deployments): Deployments {
    const primary = deployments.primary?.withInputs(
        ({ inputs }) => inputs.metadata?.annotations?.[recoveryContractAnnotation] === contractTerms.configRpo.id,
        ({ spec }) => (spec.schedule = "0 3 * * *"),
    );
    return { ...deployments, primary };
}
