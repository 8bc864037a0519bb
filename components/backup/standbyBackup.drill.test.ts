import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Engine } from "../../engine/driver/engine";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { fixtureProject } from "../../testbed/doubles/testing/engineBench";
import { days, minutes } from "../model/duration";
import { NatsBackup } from "./natsBackup";

const cronJobType = "kubernetes:batch/v1:CronJob";

describeWithTools("the standby's backup after a promotion", ["pulumi"], (tools) => {
    const dir = mkdtempSync(path.join(tmpdir(), "drkit-standby-backup-"));
    let doubles: Doubles;
    let engine: Engine;
    let schedule = "0 * * * *";

    /** The standby's backup, and a CronJob beside it that is as suspended and that the program keeps for itself. */
    async function program(): Promise<void> {
        const inRegion = new aws.Provider("region", { region: "eu-west-1" });
        const cluster = new kubernetes.Provider("cluster", { clusterIdentifier: "eks/eu-west-1/atlas-dr" });
        const backup = new NatsBackup(
            "backup",
            {
                jobName: "nats-backup",
                namespace: "default",
                clusterName: "atlas-dr",
                roleName: "atlas-dr-nats-backup",
                nats: { url: "nats://nats.default.svc:4222" },
                streams: ["ORDERS_COPY"],
                destination: {
                    bucketName: "atlas-nats-backups",
                    bucketArn: "arn:aws:s3:::atlas-nats-backups",
                    keyArn: "arn:aws:kms:eu-west-3:123456789012:key/1",
                    region: "eu-west-3",
                    prefix: "euw1/nats",
                },
                contract: { id: "nats-backup-rpo", limit: days(1) },
                cadence: { schedule, deadline: minutes(30) },
                suspended: true,
            },
            { providers: [inRegion, cluster] },
        );
        const { jobTemplate } = await new Promise<any>((resolve) => backup.cronJob.spec.apply(resolve));
        new kubernetes.batch.v1.CronJob(
            "owned",
            {
                metadata: { name: "owned", namespace: "default" },
                spec: { schedule, suspend: true, jobTemplate: { spec: { template: jobTemplate.spec.template } } },
            },
            { provider: cluster },
        );
    }

    beforeAll(async () => {
        doubles = await startDoubles();
        const role = await doubles.seed("aws:iam/role:Role", {
            name: "eks",
            assumeRolePolicy: JSON.stringify({ Statement: [] }),
        });
        await doubles.seed(
            "aws:eks/cluster:Cluster",
            { name: "atlas-dr", roleArn: role.properties.arn, vpcConfig: { subnetIds: [] } },
            { region: "eu-west-1" },
        );
        engine = await Engine.start({ tools, doubles, projectDir: fixtureProject, program, dir });
        await engine.stack("dr").up();
    });

    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    const live = (name: string) => {
        const [found] = doubles.cloud.ofType(cronJobType).filter(({ inputs }) => inputs.metadata.name === name);
        return found!;
    };
    const suspended = () =>
        Object.fromEntries(["nats-backup", "owned"].map((name) => [name, live(name).properties.spec.suspend]));

    /** `kubectl patch cronjob NAME -p '{"spec":{"suspend":…}}'` */
    function patch(name: string, suspend: boolean): void {
        const object = live(name);
        const spec = { ...object.properties.spec, suspend };
        doubles.cloud.put({ ...object, properties: { ...object.properties, spec } });
    }

    it("is created suspended", () => expect(suspended()).toEqual({ "nats-backup": true, owned: true }));

    it("is not suspended again by an update that changes it", async () => {
        patch("nats-backup", false);
        patch("owned", false);
        schedule = "30 * * * *";
        const { run } = await engine.stack("dr").up();
        expect(run.changes).toMatchObject({ update: 2 });
        expect(live("nats-backup").properties.spec.schedule).toBe("30 * * * *");
        // The one that the program keeps for itself shows what happened to the backup before.
        expect(suspended()).toEqual({ "nats-backup": false, owned: true });
    });

    it("is not touched at all by an update that changes nothing", async () => {
        expect((await engine.stack("dr").up()).run.changes["update"]).toBeUndefined();
        expect(suspended()["nats-backup"]).toBe(false);
    });

    it("is not resumed by an update after the failback either", async () => {
        patch("nats-backup", true);
        schedule = "45 * * * *";
        await engine.stack("dr").up();
        expect(live("nats-backup").properties.spec).toMatchObject({ schedule: "45 * * * *", suspend: true });
    });
});
