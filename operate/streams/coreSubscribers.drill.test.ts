import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applicationAccount, systemAccount } from "../../components/nats/natsAccounts";
import { withNatsSettings } from "../../infra/natsFound";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { superCluster } from "../../rehearsal/kit/environments/startSuperCluster";
import type { SuperCluster } from "../../rehearsal/kit/environments/superCluster";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { connectTo, loginOf } from "../../testbed/nats/client";
import { primaryFixture, superClusterFixture } from "../../rehearsal/testing/fixtureDeployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { takeScopedSubjectOnly } from "./retrofit";
import { StreamApi, untilDone } from "./streamApi";

/** The settings say that EVENTS has no core subscribers. */
const profile = withNatsSettings(kgents, { republish: { EVENTS: false } });
const [agentese, events] = profile.streams as [StreamProfile, StreamProfile];
const messages = 50;

type Region = "primary" | "standby";

describeWithTools("core subscribers of streams that are mirrored", ["nats-server", "nats"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-subscribers-"));
    let run: DrillRun;
    let cluster: SuperCluster;
    let publisher: NatsConnection;
    let system: NatsConnection;
    let api: StreamApi;
    /** One in each region, without JetStream. */
    let subscribers: Readonly<Record<Region, NatsConnection>>;
    /** One at every server of both regions. */
    let everywhere: readonly NatsConnection[];
    let round = 0;

    beforeAll(async () => {
        run = drillRun("coreSubscribers", {
            deployments: await superClusterFixture(profile),
            profile,
            tools,
            workDir: dir,
        });
        ({ cluster } = await superCluster(run));
        publisher = await cluster.connect(cluster.primary, "publisher");
        subscribers = {
            primary: await cluster.connect(cluster.primary, "subscriber"),
            standby: await cluster.connect(cluster.standby, "subscriber"),
        };
        api = new StreamApi(publisher, { patienceMs: 5_000 });
        system = await connectTo(cluster.primary.servers, loginOf(await primaryFixture(), systemAccount), "system");
        everywhere = await Promise.all(
            [cluster.primary, cluster.standby].flatMap((member) =>
                member.servers.map((server) => cluster.connect({ ...member, servers: [server] }, `at ${server.name}`)),
            ),
        );
    });
    afterAll(async () => {
        await system?.close();
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    /** Waits until what any server sends reaches the subscriber: then what was sent or subscribed to before has gone the same way. */
    async function reached(subscriber: NatsConnection): Promise<void> {
        const subject = `probe.${++round}`;
        const heard = new Set<string>();
        const probe = subscriber.subscribe(subject, {
            callback: (_error, message) => void heard.add(message.string()),
        });
        await waitFor(`all ${everywhere.length} servers heard`, () => {
            if (heard.size === everywhere.length) return true;
            everywhere.forEach((connection, index) => connection.publish(subject, String(index)));
            throw new Error(`${heard.size} are`);
        });
        probe.unsubscribe();
    }

    /** How many copies the subscribers in each region get of messages that the stream stores, once its mirror has them, too. */
    async function copies(stream: StreamProfile): Promise<Record<Region, string>> {
        const subject = stream.subject.replace(/>$/, `round${++round}`);
        const received: Record<Region, string[]> = { primary: [], standby: [] };
        const subscriptions = (["primary", "standby"] as const).map((region) =>
            subscribers[region].subscribe(stream.subject, {
                callback: (_error, message) => void received[region].push(message.string()),
            }),
        );
        await Promise.all(Object.values(subscribers).map(reached));
        const texts = Array.from({ length: messages }, (_, index) => `${subject} ${index}`);
        const client = jetstream(publisher, { timeout: 5_000 });
        // Sent again with its id until it is acknowledged: the stream stores it once.
        for (const text of texts) await untilDone(text, () => client.publish(subject, text, { msgID: text }));
        await cluster.mirrorsFollow();
        await Promise.all(Object.values(subscribers).map(reached));
        for (const subscription of subscriptions) subscription.unsubscribe();
        return { primary: counted(texts, received.primary), standby: counted(texts, received.standby) };
    }

    it("get each message once, in either region", async () => {
        expect(await copies(agentese)).toEqual({ primary: "50 × 1", standby: "50 × 1" });
    });

    it("get nothing of a stream that has none by the settings, until these and the retrofit say otherwise", async () => {
        expect(await copies(events)).toEqual({ primary: "50 × 0", standby: "50 × 0" });
        const options = { account: applicationAccount, servers: 3 };
        await untilDone("the retrofit", () =>
            takeScopedSubjectOnly(api, system, profile, { ...events, republish: true }, options),
        );
        expect(await copies(events)).toEqual({ primary: "50 × 1", standby: "50 × 1" });
        await untilDone("the retrofit back", () => takeScopedSubjectOnly(api, system, profile, events, options));
        expect(await copies(events)).toEqual({ primary: "50 × 0", standby: "50 × 0" });
    });

    it("would get each twice if the mirror served them as well, which is why it never does", async () => {
        const { config } = await untilDone("the mirror's settings", () => api.existing(agentese.mirror));
        await untilDone("a mirror that republishes", () =>
            api.update({ ...config, republish: { src: agentese.subject, dest: agentese.subject } }),
        );
        expect(await copies(agentese)).toEqual({ primary: "50 × 2", standby: "50 × 2" });
    });
});

/** "50 × 1": so many messages, by the number of copies. */
function counted(texts: readonly string[], received: readonly string[]): string {
    const byCopies = new Map<number, number>();
    for (const text of texts) {
        const found = received.filter((one) => one === text).length;
        byCopies.set(found, (byCopies.get(found) ?? 0) + 1);
    }
    return [...byCopies]
        .sort(([one], [other]) => one - other)
        .map(([found, count]) => `${count} × ${found}`)
        .join(", ");
}
