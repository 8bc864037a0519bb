import { recoveryContractAnnotation, recoveryPoint, type Cadence } from "../../components/backup/cadence";
import { contracts, type ContractName } from "../../infra/contracts";
import { days, hours, type Seconds } from "../../infra/duration";
import type { DrillResult } from "../report/result";
import type { DeployedResource, Deployment } from "../state/deployment";
import type { Deployments, Drill, DrillContext } from "./drill";
import { promise } from "./promise";

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
    run,
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

async function run({ deployments }: DrillContext): Promise<DrillResult> {
    const { primary, dr } = deployments;
    if (!primary || !dr) throw new Error(`${id} needs the deployments of primary and dr: bring up phase 11 first`);
    const promises = [
        promise("config-rpo", "configRpo", recoveryPointFor(primary, "configRpo")),
        promise("cluster-volumes-rpo", "clusterVolumesRpo", recoveryPointFor(primary, "clusterVolumesRpo")),
        promise("backup-retention", "backupRetention", shortestRetention(dr)),
    ];
    return {
        id,
        title,
        phase: 11,
        real: ["the deployed schedules and lifecycle rules, read from the engine's export"],
        simulated: ["Velero: its schedules are read, it does not run"],
        checks: promises.map(({ check }) => check),
        measurements: promises.flatMap(({ measurement }) => measurement ?? []),
        timeline: [],
    };
}

/** The worst recovery point of the Velero schedules that name the contract. */
function recoveryPointFor(primary: Deployment, name: ContractName): Seconds | undefined {
    const points = primary
        .ofType("kubernetes:velero.io/v1:Schedule")
        .filter(
            ({ inputs }) =>
                inputs.metadata?.annotations?.[recoveryContractAnnotation] === contracts[name].id &&
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
        ({ inputs }) => inputs.metadata?.annotations?.[recoveryContractAnnotation] === contracts.configRpo.id,
        ({ spec }) => (spec.schedule = "0 3 * * *"),
    );
    return { ...deployments, primary };
}
