import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { natsAuthSecret } from "../components/nats/natsChartValues";
import { MetaWatch } from "../components/nats/metaWatch";
import { metaWatchJob } from "../components/nats/metaWatchRules";
import { kgents } from "../infra/kgents";
import type { DrillRun } from "./kit/drillRun";
import { superCluster } from "./kit/environments/startSuperCluster";
import type { SuperCluster } from "./kit/environments/superCluster";
import { drillRun } from "./kit/testing/drillContext";
import type { Deployment } from "../engine/state/deployment";
import { recordedDeployment } from "../engine/state/testing/recordedDeployment";
import { describeWithTools } from "../engine/toolchain/testTools";
import { deployedSecret } from "../testbed/nats/chartConfig";
import type { Member } from "../testbed/nats/natsWorld";
import { runJob } from "../testbed/nats/runJob";
import { superClusterFixture } from "./testing/fixtureDeployment";

const jobName = metaWatchJob(kgents.regions.dr);

describeWithTools(
    "the watch on the meta group, run as it is deployed beside 3 + 3 + 1 servers",
    ["nats-server", "nats"],
    (tools) => {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-meta-watch-"));
        let run: DrillRun;
        let cluster: SuperCluster;
        let watch: Deployment;
        let passwords: Readonly<Record<string, string>>;

        beforeAll(async () => {
            const deployments = await superClusterFixture();
            passwords = deployedSecret(deployments.dr, natsAuthSecret);
            watch = await recordedDeployment("dr", () => {
                new MetaWatch("meta-watch", {
                    namespace: kgents.namespaces.nats,
                    jobName,
                    servers: 7,
                    url: "nats://nats:4222",
                    authSecret: natsAuthSecret,
                });
            });
            run = drillRun("metaWatch", { deployments, tools, workDir: dir });
            ({ cluster } = await superCluster(run));
        });
        afterAll(async () => {
            await run?.close();
            fs.rmSync(dir, { recursive: true, force: true });
        });

        /** One run of the CronJob in a region. */
        const seenFrom = (member: Member) =>
            runJob(watch, {
                job: jobName,
                env: { NATS_URL: member.servers.map(({ url }) => url).join(",") },
                secrets: { [natsAuthSecret]: passwords },
                programs: [path.dirname(tools.nats.path)],
                dir: fs.mkdtempSync(path.join(dir, "job-")),
            });
        const witness = () => cluster.witness!.servers[0]!;
        /** A run of every region ends like this, sooner or later: servers take a while to miss one another. */
        const everywhere = async (
            outcome: { exitCode: number; output: RegExp },
            members = [cluster.primary, cluster.standby],
        ) => {
            for (const member of members) {
                await expect
                    .poll(() => seenFrom(member), { timeout: 120_000, interval: 1_000 })
                    .toMatchObject({ ...outcome, output: expect.stringMatching(outcome.output) });
            }
        };
        const whole = { exitCode: 0, output: /^meta group: OK .*7 peers led by [a-z0-9-]+\n$/ };

        it("succeeds in both regions while everybody votes", async () => {
            await everywhere(whole);
        });

        it("fails in both regions when the witness is killed, names it, and succeeds when it is back with its disk", async () => {
            await witness().kill();
            await everywhere({
                exitCode: 1,
                output: /^meta group: CRITICAL .*\nmeta group: away or behind: use2-nats-0 \n$/,
            });
            await cluster.servers.start(cluster.witness!);
            await everywhere(whole);
        });

        it("succeeds again where the witness lost its disk while both regions vote: they send it everything", async () => {
            await witness().kill();
            witness().wipe();
            await cluster.servers.start(cluster.witness!);
            await everywhere(whole);
        });

        it("says that nothing can be promoted when a region is lost as well", async () => {
            await Promise.all([witness(), ...cluster.primary.servers].map((server) => server.kill()));
            await everywhere({ exitCode: 1, output: /no leader answers: nothing can be promoted or created\n$/ }, [
                cluster.standby,
            ]);
        });
    },
);
