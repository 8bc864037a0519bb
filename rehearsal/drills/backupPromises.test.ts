import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { recoveryContractAnnotation } from "../../components/model/cadence";
import type { ContractName } from "../../components/model/contract";
import { contractTerms } from "../../components/model/contract";
import { fixtureSystem } from "../../components/testing/fixtureSystem";
import { expectOnRecord } from "../goldens/golden";
import { Deployment, type DeployedResource } from "../../engine/state/deployment";
import { backupPromises } from "./backupPromises";
import type { Deployments } from "../kit/context";
import { runScript } from "../kit/runDrill";
import { drillContext } from "../kit/testing/drillContext";
import { resource } from "../testing/deployedResource";

function schedule(name: ContractName, cron: string, timeout: string): DeployedResource {
    return resource("kubernetes:velero.io/v1:Schedule", name, {
        metadata: { annotations: { [recoveryContractAnnotation]: contractTerms[name].id } },
        spec: { schedule: cron, template: { itemOperationTimeout: timeout } },
    });
}

function lifecycle(name: string, ...rules: Record<string, any>[]): DeployedResource {
    return resource("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", name, { rules });
}

const deployed: Deployments = {
    primary: new Deployment("primary", [
        schedule("configRpo", "*/30 * * * *", "900s"),
        schedule("clusterVolumesRpo", "0 3 * * *", "3600s"),
    ]),
    dr: new Deployment("dr", [
        lifecycle("nats", { expiration: { days: 7 } }, { noncurrentVersionExpiration: { noncurrentDays: 1 } }),
        lifecycle("velero", { noncurrentVersionExpiration: { noncurrentDays: 14 } }),
    ]),
};
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
const run = (deployments: Deployments) => {
    const workDir = mkdtempSync(path.join(tmpdir(), "backupPromises-"));
    folders.push(workDir);
    return runScript(backupPromises, drillContext({ deployments, tools: {}, workDir, profile: fixtureSystem }));
};
const failed = async (deployments: Deployments) =>
    (await run(deployments)).checks.filter(({ passed }) => !passed).map(({ id, actual }) => `${id}: ${actual}`);

describe("backupPromises", () => {
    it("measures what the deployed schedules lose at worst and how long the buckets keep", async () => {
        const { measurements, checks } = await run(deployed);
        expect(measurements.map(({ contract, value }) => [contract, value])).toEqual([
            ["configRpo", 2_700],
            ["clusterVolumesRpo", 90_000],
            ["backupRetention", 604_800],
        ]);
        expect(checks.every(({ passed }) => passed)).toBe(true);
        expectOnRecord(
            "checks/backup-promises",
            checks.map(({ id }) => id),
        );
    });

    it("fails where nothing deployed promises anything", async () => {
        const bare = { primary: new Deployment("primary", []), dr: new Deployment("dr", []) };
        expect(await failed(bare)).toEqual([
            "config-rpo: nothing deployed promises it",
            "cluster-volumes-rpo: nothing deployed promises it",
            "backup-retention: nothing deployed promises it",
        ]);
    });

    it.each(backupPromises.sabotages)("turns red for $title", async ({ apply, expectRed }) => {
        expect((await failed(apply!(deployed))).map((line) => line.split(":")[0])).toEqual([expectRed]);
    });
});
