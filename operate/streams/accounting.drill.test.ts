import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applicationAccount } from "../../components/nats/natsAccounts";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { connectTo, loginOf } from "../../testbed/nats/client";
import { LinkProxy } from "../../testbed/nats/linkProxy";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { regionServers } from "../../rehearsal/kit/environments/singleRegion";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { primaryFixture } from "../../rehearsal/testing/fixtureDeployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { TailComparison } from "./accounting";
import { readMessages } from "./readMessages";

/** More than the server sends before it waits for the reader: about a megabyte. */
const [count, bytes] = [300, 20_000];

describeWithTools("reading a stream", ["nats-server"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-reading-"));
    let run: DrillRun;
    let link: LinkProxy;
    let near: NatsConnection;
    let far: NatsConnection;
    beforeAll(async () => {
        const primary = await primaryFixture();
        run = drillRun("reading", { deployments: { primary }, tools, workDir: dir });
        const { member, connect } = await regionServers(run);
        near = await connect("near");
        link = await LinkProxy.start(member.servers[0]!.local.clientPort);
        run.defer(() => link.close());
        far = await connectTo([{ url: `nats://127.0.0.1:${link.port}` }], loginOf(primary, applicationAccount), "far");
        run.defer(() => far.close());
        const manager = await waitFor("JetStream to answer", () => jetstreamManager(near, { timeout: 5_000 }));
        await waitFor("a stream", () => manager.streams.add({ name: "T", subjects: ["t.>"] }));
        const publish = (index: number) =>
            waitFor(`message ${index} stored`, () =>
                jetstream(near).publish("t.x", new Uint8Array(bytes), { msgID: `${index}` }),
            );
        for (let index = 1; index <= count; index += 1) await publish(index);
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    const read = async (connection: NatsConnection, to: number) => {
        const seen: number[] = [];
        const reached = await readMessages(connection, "T", 1, to, ({ seq }) => seen.push(seq));
        return { reached, seen };
    };
    const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

    it("reads all of it, in order", async () => {
        expect(await read(near, count)).toEqual({ reached: count, seen: upTo(count) });
    });

    it("ends at what there is, if that is less than was said", async () => {
        expect(await read(near, count + 10)).toEqual({ reached: count, seen: upTo(count) });
    });

    it("takes a heartbeat on the way for no end, where the server waits for a reader who is slow or far away", async () => {
        // More than the second between two heartbeats.
        link.slow(800);
        expect(await read(far, count)).toEqual({ reached: count, seen: upTo(count) });
    });

    it("misses no message that the standby's own rules have removed, and every other", async () => {
        const manager = await jetstreamManager(near, { timeout: 5_000 });
        for (const name of ["ORIGIN", "STANDBY"])
            await waitFor(`stream ${name}`, () =>
                manager.streams.add({ name, subjects: [`${name.toLowerCase()}.>`], max_msgs_per_subject: 1 }),
            );
        const stored = (subject: string, id: string) =>
            waitFor(`${id} stored`, () => jetstream(near).publish(subject, "it", { msgID: id }));
        for (const id of ["one", "two"]) await stored("standby.a", id);
        await stored("standby.b", "three");
        const comparison = new TailComparison(near, "STANDBY", "ORIGIN", 0);
        expect(await waitFor("a comparison", () => comparison.refresh())).toBe(2);
        // The newest message of a subject removes the one before it, which the origin never got.
        await stored("standby.a", "four");
        await stored("origin.a", "four");
        await waitFor("the same in both", async () => ((await comparison.refresh()) === 1 ? true : undefined));
        await stored("origin.b", "three");
        await waitFor("nothing missing", async () => ((await comparison.refresh()) === 0 ? true : undefined));
    });
});
