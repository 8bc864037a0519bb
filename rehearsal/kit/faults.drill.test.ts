import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { outboundGateways } from "../../testbed/nats/gateways";
import { numberedMessage } from "../../testbed/nats/numberedMessages";
import { waitFor } from "../../testbed/nats/waitFor";
import { superClusterFixture } from "../testing/fixtureDeployment";
import type { DrillRun } from "./drillRun";
import type { SuperCluster } from "./environments/superCluster";
import { superCluster } from "./environments/startSuperCluster";
import { inject, linkFaults, serverFaults, type Fault } from "./faults";
import { clientSubject } from "./load/clientSubject";
import { gatewaysMissing } from "./observe";
import { drillRun } from "./testing/drillContext";

// Each test leaves the regions as it found them.
describeWithTools("each fault of the kit, on the servers of three regions", ["nats-server", "nats"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-faults-"));
    let run: DrillRun;
    let cluster: SuperCluster;
    let published = 0;

    beforeAll(async () => {
        run = drillRun("faults", { deployments: await superClusterFixture(), tools, workDir: dir });
        ({ cluster } = await superCluster(run));
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    const [stream] = [() => run.profile.streams[0]!];
    const pair = () => [cluster.primary, cluster.standby] as const;
    const members = () => [cluster.primary, cluster.standby, cluster.witness!];
    /** Does something while a fault lasts, and ends the fault whatever comes of it. */
    const during = async (fault: Fault, action: () => Promise<unknown>) => {
        const end = await inject(run, fault);
        try {
            await action();
        } finally {
            await end();
        }
    };
    /** Publishes one message to the primary, however often that has to be tried. */
    const publish = async () => {
        const js = jetstream(await cluster.connect(cluster.primary, "publisher"), { timeout: 2_000 });
        const { id, subject, payload } = numberedMessage("faults", clientSubject(stream(), "rehearsal"), published++);
        await waitFor(`${id} stored`, () => js.publish(subject, payload, { msgID: id }));
    };
    const follows = async (seconds?: number) => {
        await publish();
        return cluster.mirrorsFollow(seconds, 20);
    };

    it("slows what goes from one region to the other, and no more when it is over", async () => {
        await during(linkFaults.latency(cluster, pair(), 400), async () =>
            expect(await follows()).toBeGreaterThan(0.4),
        );
        await follows();
    });

    it("loses packets, and no message", () =>
        during(linkFaults.loss(cluster, pair(), 0.3, run.random), () => follows()));

    it.each([
        // First: what was cut connects again, perhaps by an address that the third region told.
        ["parts without closing anything", linkFaults.partition],
        ["cuts", linkFaults.cut],
    ])("%s two regions, and leaves the third its way to both", async (_what, fault) => {
        await during(fault(cluster, pair()), async () => {
            await waitFor("a mirror that does not follow", async () => {
                const followed = await follows(1).then(
                    () => true,
                    () => false,
                );
                if (followed) throw new Error("it follows still");
                return true;
            });
            // What led by an address that servers told one another goes on by one of the configuration.
            await waitFor("gateways of the third region", async () => {
                const found = [...(await outboundGateways(members()))];
                const missing = found.filter(([name, cid]) => /use2/.test(name) && cid === undefined);
                if (missing.length > 0) throw new Error(`none: ${missing.map(([name]) => name).join(", ")}`);
                return true;
            });
        });
        await follows();
        expect(await gatewaysMissing(run, members())).toBe("");
    });

    it.each([
        ["kills", serverFaults.killed],
        ["stops", serverFaults.stopped],
        ["pauses", serverFaults.paused],
    ])("%s a server, which is well again when it is over", async (_what, fault) => {
        const [server] = cluster.primary.servers;
        await during(fault(server!), async () => {
            await expect(server!.monitor("healthz")).rejects.toThrow();
            await publish();
        });
        await server!.healthy();
    });

    it.runIf(process.platform === "linux")(
        "fills a server's disk: it stores nothing more until it is restarted, and the others go on",
        async () => {
            const [full, other] = cluster.primary.servers;
            const before = [full!, other!].map((server) => bytesIn(server.local.storeDir));
            const grown = (server: typeof full, index: number) => bytesIn(server!.local.storeDir) - before[index]!;
            await during(serverFaults.fullDisk(full!), async () => {
                for (let message = 0; message < 20; message++) await publish();
                await waitFor("another server to store them", () => grown(other, 1) > 20 * 256 || undefined);
                // A new file may get its one byte.
                expect(grown(full, 0)).toBeLessThan(64);
            });
            await full!.healthy();
            await waitFor("it to store what it lacks", () => grown(full, 0) > 20 * 256 || undefined);
            await follows();
        },
    );
});

/** Size of all files below a folder; one that goes while it is looked at counts as nothing. */
function bytesIn(folder: string): number {
    return fs
        .readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false }))
        .reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0);
}
