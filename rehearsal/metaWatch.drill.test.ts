import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { natsAuthSecret } from "../components/nats/natsChartValues";
import { MetaWatch } from "../components/nats/metaWatch";
import { metaWatchJob } from "../components/nats/metaWatchRules";
import { kgents } from "../infra/profile";
import { RegionLossStage } from "./drills/regionLoss/regionLossStage";
import { drillContext } from "./drills/testing/drillContext";
import type { Deployment } from "./state/deployment";
import { recordedDeployment } from "./state/testing/recordedDeployment";
import { describeWithTools } from "./toolchain/testTools";
import { deployedSecret } from "./world/nats/chartConfig";
import type { Member } from "./world/nats/natsWorld";
import { runJob } from "./world/nats/runJob";
import { superClusterFixture } from "./world/nats/testing/fixtureDeployment";

const jobName = metaWatchJob(kgents.regions.dr);

describeWithTools(
    "the watch on the meta group, run as it is deployed beside 3 + 3 + 1 servers",
    ["nats-server", "nats"],
    (tools) => {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "kgents-meta-watch-"));
        let stage: RegionLossStage;
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
            stage = new RegionLossStage(drillContext({ deployments, tools, workDir: dir }));
            await stage.startPrimary();
            await stage.join();
        });
        afterAll(async () => {
            await stage?.close();
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
        const witness = () => stage.witness!.servers[0]!;
        /** A run of every region ends like this, sooner or later: servers take a while to miss one another. */
        const everywhere = async (
            outcome: { exitCode: number; output: RegExp },
            members = [stage.primary, stage.standby],
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
            await stage.world.start(stage.witness!);
            await everywhere(whole);
        });

        it("succeeds again where the witness lost its disk while both regions vote: they send it everything", async () => {
            await witness().kill();
            witness().wipe();
            await stage.world.start(stage.witness!);
            await everywhere(whole);
        });

        it("says that nothing can be promoted when a region is lost as well", async () => {
            await Promise.all([witness(), ...stage.primary.servers].map((server) => server.kill()));
            await everywhere({ exitCode: 1, output: /no leader answers: nothing can be promoted or created\n$/ }, [
                stage.standby,
            ]);
        });
    },
);
