import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { recoveryContractAnnotation } from "../../components/model/cadence";
import { dashboardName, rulesName } from "../../components/standby/observability";
import { kgents } from "../../infra/kgents";
import { expectOnRecord } from "../goldens/golden";
import { Deployment } from "../../engine/state/deployment";
import type { Deployments } from "../kit/context";
import { runScript } from "../kit/runDrill";
import { drillContext } from "../kit/testing/drillContext";
import { resource } from "../testing/deployedResource";
import { standbyPromises } from "./standbyPromises";

const synced = (refreshInterval?: string) =>
    resource("kubernetes:external-secrets.io/v1:ExternalSecret", "synced", { spec: { refreshInterval } });
const watch = () =>
    [rulesName, dashboardName].map((name) => resource("kubernetes:core/v1:ConfigMap", name, { metadata: { name } }));
const positions = (schedule: string) =>
    resource("kubernetes:batch/v1:CronJob", "positions", {
        metadata: { name: "durable-positions", annotations: { [recoveryContractAnnotation]: "durable-positions" } },
        spec: {
            schedule,
            jobTemplate: {
                spec: { activeDeadlineSeconds: 50, template: { spec: { terminationGracePeriodSeconds: 5 } } },
            },
        },
    });
const secret = (...regions: string[]) =>
    resource("aws:secretsmanager/secret:Secret", "secret", {
        name: "kgents/nats-auth",
        replicas: regions.map((region) => ({ region })),
    });

const deployed: Deployments = {
    primary: new Deployment("primary", [synced("1m0s"), secret("us-west-2"), ...watch()]),
    dr: new Deployment("dr", [synced("5m0s"), positions("* * * * *"), ...watch()]),
};
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
const run = (deployments: Deployments) => {
    const workDir = mkdtempSync(path.join(tmpdir(), "standbyPromises-"));
    folders.push(workDir);
    return runScript(standbyPromises, drillContext({ deployments, tools: {}, workDir, profile: kgents }));
};
const failed = async (deployments: Deployments) =>
    (await run(deployments)).checks.filter(({ passed }) => !passed).map(({ id, actual }) => `${id}: ${actual}`);

describe("standbyPromises", () => {
    it("measures the slowest refresh of both clusters, and how old the stored positions may be", async () => {
        const { measurements, checks } = await run(deployed);
        expect(measurements.map(({ contract, value }) => [contract, value])).toEqual([
            ["secretRefresh", 300],
            ["durablePositions", 115],
        ]);
        expect(checks.map(({ id, passed }) => [id, passed])).toEqual([
            ["secret-refresh", true],
            ["durable-positions", true],
            ["secrets-replicated", true],
            ["same-watch", true],
        ]);
        expectOnRecord(
            "checks/standby-promises",
            checks.map(({ id }) => id),
        );
    });

    it("takes an interval that is not stated for the operator's default, an hour", async () => {
        const dr = new Deployment("dr", [synced(), positions("* * * * *"), ...watch()]);
        expect(await failed({ ...deployed, dr })).toEqual(["secret-refresh: 1 h"]);
    });

    it("fails where nothing deployed promises anything", async () => {
        const bare = { primary: new Deployment("primary", []), dr: new Deployment("dr", []) };
        expect(await failed(bare)).toEqual([
            "secret-refresh: nothing deployed promises it",
            "durable-positions: nothing deployed promises it",
            "secrets-replicated: no secret is deployed",
            "same-watch: none and none",
        ]);
    });

    it.each(standbyPromises.sabotages)("turns red for $title", async ({ apply, expectRed }) => {
        expect((await failed(apply!(deployed))).map((line) => line.split(":")[0])).toEqual([expectRed]);
    });
});
