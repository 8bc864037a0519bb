import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { jetstream } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BackupLocation } from "../../../components/backup/backupBucketLocation";
import { NatsBackup } from "../../../components/backup/natsBackup";
import { NatsRestore } from "../../../components/backup/natsBackupRestore";
import { applicationAccount, natsUsers } from "../../../components/nats/natsAccounts";
import { contracts } from "../../../infra/contracts";
import { kgents } from "../../../infra/kgents";
import { rebuildMirror } from "../../../operate/streams/failback";
import { fenceOrigin } from "../../../operate/streams/fence";
import { promote } from "../../../operate/streams/promote";
import { StreamApi } from "../../../operate/streams/streamApi";
import { Deployment } from "../../../engine/state/deployment";
import { recordedDeployment } from "../../../engine/state/testing/recordedDeployment";
import { describeWithTools } from "../../../engine/toolchain/testTools";
import { loginOf } from "../../../testbed/nats/client";
import { numberedMessage } from "../../../testbed/nats/numberedMessages";
import { readStream } from "../../../testbed/nats/streamReader";
import { primaryFixture, superClusterFixture } from "../../testing/fixtureDeployment";
import { waitFor } from "../../../testbed/nats/waitFor";
import { awsCli } from "../../../testbed/s3/awsCli";
import { S3Server } from "../../../testbed/s3/s3Server";
import type { Deployments } from "../../kit/context";
import type { DrillRun } from "../../kit/drillRun";
import { superCluster } from "../../kit/environments/startSuperCluster";
import type { SuperCluster } from "../../kit/environments/superCluster";
import { drillRun } from "../../kit/testing/drillContext";
import { runCronJob } from "../../kit/environments/deployedCronJob";

const [, events] = kgents.streams;
const { primary, dr } = kgents.regions;

/** All three stacks, with the backups of both regions: each to a bucket in another one. */
async function twinFixture(): Promise<Required<Deployments>> {
    const fixture = await superClusterFixture();
    const withBackup = async (
        role: "primary" | "dr",
        streams: readonly string[],
        restores: Readonly<Record<string, BackupLocation>>,
    ) => {
        const jobs = await recordedDeployment(role, () => {
            const { application } = natsUsers;
            const nats = {
                url: "nats://nats.kgents-agents.svc:4222",
                login: { user: application.name, secretName: "nats-auth", secretKey: application.passwordVariable },
            };
            const common = { namespace: kgents.namespaces.nats, clusterName: "kgents", nats };
            new NatsBackup("backup", {
                ...common,
                jobName: "nats-backup",
                roleName: "backup",
                streams,
                destination: Object.values(restores)[0]!,
                contract: contracts.natsBackupRpo,
            });
            for (const [jobName, source] of Object.entries(restores))
                new NatsRestore(jobName, {
                    ...common,
                    jobName,
                    roleName: jobName,
                    source,
                    ...(role === "dr" && { cluster: dr.natsCluster }),
                });
        });
        return new Deployment(role, [...fixture[role].resources, ...jobs.resources]);
    };
    const own = { primary: locationOf("primary-backups", primary.short), dr: locationOf("standby-backups", dr.short) };
    return {
        ...fixture,
        primary: await withBackup(
            "primary",
            kgents.streams.map(({ name }) => name),
            { "nats-restore": own.primary },
        ),
        dr: await withBackup(
            "dr",
            kgents.streams.map(({ mirror }) => mirror),
            { "nats-restore-own": own.dr, "nats-restore": own.primary },
        ),
    };
}

function locationOf(bucketName: string, short: string): BackupLocation {
    return {
        bucketName,
        bucketArn: `arn:aws:s3:::${bucketName}`,
        keyArn: "arn:aws:kms:us-west-2:123456789012:key/1",
        region: "us-west-2",
        prefix: `${short}/nats`,
    };
}

// The tests follow one another: the primary is there, is lost, and the standby has something to lose.
describeWithTools("the backups of two regions whose NATS is one", ["nats-server", "nats", "versitygw"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-twin-"));
    let deployments: Required<Deployments>;
    let drill: DrillRun;
    let cluster: SuperCluster;
    let s3: S3Server;
    let programs: string[];
    let runs = 0;

    const run = (role: "primary" | "dr", job: string, choice: Readonly<Record<string, string>> = {}) =>
        runCronJob(deployments[role], {
            job,
            env: {
                NATS_URL: (role === "primary" ? cluster.primary : cluster.standby).servers
                    .map(({ url }) => url)
                    .join(","),
                NATS_TIMEOUT: "5s",
            },
            injected: s3.env,
            choice,
            programs,
            dir: path.join(dir, `run-${++runs}`),
        });
    const publish = async (word: string, count: number, from = cluster.primary) => {
        const js = jetstream(await cluster.connect(from, "publisher"));
        for (let number = 1; number <= count; number += 1) {
            const { id, subject, payload } = numberedMessage(word, "events.rehearsal", number);
            await waitFor(`${id} stored`, () => js.publish(subject, payload, { msgID: id }), { seconds: 60 });
        }
    };
    const idsOf = async (stream: string) =>
        (await readStream(await cluster.connect(cluster.standby, "reader"), stream)).map(({ id }) => id);
    const numbered = (word: string, count: number) =>
        Array.from({ length: count }, (_, index) => `${word}-${index + 1}`);
    const nats = async (...args: string[]) => {
        const { user: NATS_USER, pass: NATS_PASSWORD } = loginOf(await primaryFixture(), applicationAccount);
        const NATS_URL = cluster.standby.servers.map(({ url }) => url).join(",");
        return promisify(execFile)(tools.nats.path, args, { env: { NATS_URL, NATS_USER, NATS_PASSWORD, HOME: dir } });
    };
    const operator = async () =>
        new StreamApi(await cluster.connect(cluster.standby, "operator"), { patienceMs: 5_000 });

    beforeAll(async () => {
        deployments = await twinFixture();
        const aws = await awsCli(path.join(dir, "bin"), "stand-in");
        programs = [...(aws.folder === undefined ? [] : [aws.folder]), path.dirname(tools.nats.path)];
        s3 = await S3Server.start({ versitygw: tools.versitygw.path, dir: path.join(dir, "s3"), region: "us-west-2" });
        for (const bucket of ["primary-backups", "standby-backups"]) await s3.createBucket(bucket, 7);
        drill = drillRun("twin", { deployments, tools, workDir: dir });
        ({ cluster } = await superCluster(drill));
        await publish("primary", 20);
        await cluster.mirrorsFollow();
    });
    afterAll(async () => {
        await drill?.close();
        await s3?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("are made in the primary, of its own streams", async () => {
        const { exitCode, output } = await run("primary", "nats-backup");
        expect(exitCode, output).toBe(0);
    });

    it("are made in the standby once it is promoted and the primary is lost", async () => {
        await Promise.all(cluster.primary.servers.map((server) => server.kill()));
        const api = await operator();
        for (const stream of kgents.streams) await promote(api, kgents, stream);
        await publish("standby", 10, cluster.standby);
        const { exitCode, output } = await run("dr", "nats-backup");
        expect(exitCode, output).toBe(0);
        expect(output).toContain("# stream EVENTS_MIRROR messages 30 last 30\n");
        expect(output).toContain("# silent EVENTS: it is in another region, which is lost, or it has no leader\n");
    });

    it("are restored in the standby, by the job of its own", async () => {
        await (await operator()).remove(events!.mirror);
        const { exitCode, output } = await run("dr", "nats-restore-own", { STREAMS: events!.mirror });
        expect(exitCode, output).toBe(0);
        expect(await idsOf(events!.mirror)).toEqual([...numbered("primary", 20), ...numbered("standby", 10)]);
        await publish("restored", 1, cluster.standby);
    });

    it("bring the primary's streams into the standby, where neither is left, and the standby takes the writes on", async () => {
        const api = await operator();
        await nats("stream", "rm", events!.mirror, "--force");
        // The CLI's own command looks at the stream first, which does not answer.
        await nats("request", `$JS.API.STREAM.DELETE.${events!.name}`, "");
        await waitFor(
            "both streams gone",
            async () => !/EVENTS/.test((await nats("stream", "ls", "--names", "--all")).stdout) || undefined,
        );
        // Into the standby's cluster, as the job is deployed: the backup says nats, which is lost.
        const { exitCode, output } = await run("dr", "nats-restore", { STREAMS: events!.name });
        expect(exitCode, output).toBe(0);
        expect((await api.existing(events!.name)).cluster?.name).toBe(dr.natsCluster);
        expect(await rebuildMirror(api, kgents, events!)).toEqual({ stream: events!.mirror, compared: 20 });
        await fenceOrigin(api, kgents, events!);
        await promote(api, kgents, events!);
        await publish("after", 1, cluster.standby);
        expect(await idsOf(events!.mirror)).toEqual([...numbered("primary", 20), ...numbered("after", 1)]);
    });
});
