import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { kgents } from "../../../infra/kgents";
import { describeWithTools } from "../../../engine/toolchain/testTools";
import { LinkProxy } from "../../../testbed/nats/linkProxy";
import type { NatsServer } from "../../../testbed/nats/natsServer";
import { waitFor } from "../../../testbed/nats/waitFor";
import { drillContext } from "../../kit/testing/drillContext";
import { createDurables } from "./streams";
import { backupFixture } from "./testing/backupFixture";
import { clientSubject } from "../../kit/load/clientSubject";
import { BackupEnvironment } from "../../kit/environments/backup";

const [stream] = kgents.streams;
/** More than the network takes in at once: a restore that can be met half way. */
const [count, bytes] = [60, 100_000];

describeWithTools("a restore that the cluster interrupts", ["nats-server", "nats", "versitygw"], (tools) => {
    let dir = "";
    let world: BackupEnvironment;
    let links: LinkProxy[] = [];
    let hashes: string[] = [];

    beforeEach(async () => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-interrupted-"));
        const deployments = await backupFixture();
        const context = drillContext({ deployments, tools, workDir: dir });
        world = await BackupEnvironment.start(context, deployments.primary!, deployments.dr!);
        const connection = await world.connect("filler");
        const payloads = Array.from({ length: count }, () => randomBytes(bytes));
        // By identifier: one that was stored and not answered in time is stored once all the same.
        const store = (payload: Buffer, index: number) =>
            jetstream(connection).publish(clientSubject(stream!, "restore"), payload, {
                msgID: `${index}`,
                timeout: 10_000,
            });
        for (const [index, payload] of payloads.entries())
            await waitFor(`message ${index} stored`, () => store(payload, index));
        hashes = payloads.map(hashOf);
        await createDurables(connection, kgents.streams);
        await connection.close();
        const backup = await world.backup();
        expect(backup.exitCode, backup.output).toBe(0);
        await world.lose();
        await world.startEmpty();
        // So slow that the restore is under way for seconds.
        links = await Promise.all(
            world.member.servers.map(async (server) => await LinkProxy.start(Number(new URL(server.url).port))),
        );
        for (const link of links) link.slow(40);
    });
    afterEach(async () => {
        await Promise.all(links.map((link) => link.close()));
        await world?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    const overSlowLinks = () => links.map((link) => `nats://127.0.0.1:${link.port}`).join(",");

    /** The server that takes the restore in, as soon as it does. */
    function takingIn(): Promise<NatsServer> {
        const listens = async (server: NatsServer) => {
            const { subscriptions_list: subscriptions } = await server.monitor("subsz?subs=1&limit=10000");
            return (subscriptions ?? []).some((one: { subject: string; cid: number }) =>
                one.subject.startsWith(`$JS.SNAPSHOT.RESTORE.${stream!.name}.`),
            );
        };
        const look = async () => {
            const found = await Promise.all(
                world.member.servers.map(async (server) => ((await listens(server)) ? server : undefined)),
            );
            return found.find((server) => server !== undefined);
        };
        return waitFor("a server that takes the restore in", look, { seconds: 60, everyMs: 20 });
    }

    /** Starts what has ended, as the kubelet does, until `done`. */
    async function keepRunning(servers: readonly NatsServer[], done: Promise<unknown>): Promise<void> {
        let over = false;
        void done.finally(() => (over = true));
        await waitFor(
            "the restore's end",
            () => {
                for (const server of servers) if (!over && !server.running) server.start();
                return over || undefined;
            },
            { seconds: 600, everyMs: 1_000 },
        );
    }

    async function expectWhole(): Promise<void> {
        const connection = await world.connect("reader");
        // A server that has just come back makes its groups elect: no answer is no finding.
        const manager = await waitFor("JetStream to answer", () => jetstreamManager(connection, { timeout: 5_000 }));
        const { state } = await waitFor(`an answer about ${stream!.name}`, () => manager.streams.info(stream!.name));
        expect([state.first_seq, state.last_seq, state.messages, state.consumer_count]).toEqual([1, count, count, 1]);
        for (const [index, hash] of hashes.entries()) {
            const message = await waitFor(`message ${index + 1}`, () =>
                manager.streams.getMessage(stream!.name, { seq: index + 1 }),
            );
            expect(message && hashOf(message.data), `message ${index + 1}`).toBe(hash);
        }
        await connection.close();
    }

    it("is begun again when the server that took it in has died, and leaves the stream whole", async () => {
        const restoring = world.restore({}, overSlowLinks());
        const target = await takingIn();
        await target.kill();
        await keepRunning([target], restoring);
        const { exitCode, output } = await restoring;
        expect(exitCode, output).toBe(0);
        expect(output).toContain(`${stream!.name}: interrupted, trying again`);
        await expectWhole();
    });

    it("ends with an error that says so when the cluster does not heal, leaves nothing that looks whole, and works once it has", async () => {
        const restoring = world.restore({ RETRY_SECONDS: "5" }, overSlowLinks());
        const target = await takingIn();
        const dead = [target, world.member.servers.find((server) => server !== target)!];
        await Promise.all(dead.map((server) => server.kill()));
        const { exitCode, output } = await restoring;
        expect(exitCode, output).toBe(1);
        expect(output).toContain(`not restored: stream ${stream!.name}, for 5 s: every attempt was interrupted`);

        const healed = world.restore({ REPLACE_EMPTY: "yes" });
        await keepRunning(dead, healed);
        const again = await healed;
        expect(again.exitCode, again.output).toBe(0);
        await expectWhole();
    });
});

function hashOf(payload: Uint8Array): string {
    return createHash("sha256").update(payload).digest("hex");
}
