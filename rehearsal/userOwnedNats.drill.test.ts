import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, expect, it } from "vitest";
import { natsUsers } from "../components/nats/natsAccounts";
import { formatNatsConf } from "../components/nats/natsConf";
import { natsGateJobs } from "../components/nats/natsGate";
import { natsPatchFiles } from "../components/nats/natsPatch";
import { promote } from "../operate/streams/promote";
import { StreamApi } from "../operate/streams/streamApi";
import type { Deployment } from "../engine/state/deployment";
import { describeWithTools } from "../engine/toolchain/testTools";
import { connectTo, type Login } from "../testbed/nats/client";
import { DurableConsumer } from "../testbed/nats/durableConsumer";
import { NatsWorld, type Member } from "../testbed/nats/natsWorld";
import { Publisher } from "../testbed/nats/publisher";
import { runJob } from "../testbed/nats/runJob";
import { accountFor } from "../testbed/nats/messageAccount";
import { readStream } from "../testbed/nats/streamReader";
import { superClusterFixture } from "./testing/fixtureDeployment";
import { certificates, foundSystem, patchOf } from "./testing/userNats";
import {
    passwords,
    patchedServers,
    plainServers,
    variables,
    withIncludes,
    withPatchJobs,
    type FoundCase,
} from "./testing/userOwnedNats";
import { waitFor } from "../testbed/nats/waitFor";

const client = { user: "api", password: passwords.API_PASSWORD };
const asClient: Login = { user: "api", pass: passwords.API_PASSWORD };
// What the first Job asks is among it.
const asked = ["$SYS.REQ.ACCOUNT.PING.STATZ", "$SRV.INFO"];
const allowed = { publish: { allow: ["agentese.>", "events.>", "$JS.API.>", "$JS.ACK.>", ...asked] } };

const cases: FoundCase[] = [
    {
        title: "the default account, and nobody asks for a login",
        profile: foundSystem({ anonymous: true }),
        access: {},
        login: undefined,
    },
    {
        title: "the default account, with a user and a password",
        profile: foundSystem({ users: [{ name: "api", permissions: {} }] }, "prod"),
        access: { authorization: client },
        login: asClient,
    },
    {
        title: "an account by name, and a user who may publish little",
        profile: foundSystem({ account: "ORDERS", users: [{ name: "api", permissions: allowed }] }),
        access: { accounts: { ORDERS: { jetstream: "enabled", users: [{ ...client, permissions: allowed }] } } },
        login: asClient,
    },
];

describeWithTools("a NATS that the user owns", ["nats-server", "nats"], (tools) => {
    const folders: string[] = [];
    const temporary = () => {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-user-owned-"));
        folders.push(dir);
        return dir;
    };
    afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

    it.each(cases)("reads the patch's files where its README includes them: $title", async (one) => {
        const dir = temporary();
        const args = patchOf(one);
        const [server] = plainServers(one).servers;
        const certificate = (await certificates(one.profile)).primary;
        for (const folder of ["nats-config", "nats-gateway", "tls"]) fs.mkdirSync(path.join(dir, folder));
        for (const [key, content] of Object.entries(certificate)) fs.writeFileSync(path.join(dir, "tls", key), content);
        for (const [file, text] of Object.entries(natsPatchFiles(args))) {
            // The only change: where this machine has the certificate.
            fs.writeFileSync(
                path.join(dir, "nats-gateway", file),
                text.replaceAll("/etc/nats-gateway-tls", path.join(dir, "tls")),
            );
        }
        const conf = path.join(dir, "nats-config", "nats.conf");
        const check = (text: string) => {
            fs.writeFileSync(conf, text);
            execFileSync(tools["nats-server"].path, ["--config", conf, "-t"], {
                env: { ...process.env, ...variables(server!, args) },
                stdio: "pipe",
            });
        };
        check(formatNatsConf(server!.conf));
        check(formatNatsConf(withIncludes(server!.conf, one.profile)));
    });

    it.each(cases)("joins by its patch, and no client changes: $title", async (one) => {
        const dir = temporary();
        const { profile, login } = one;
        const args = patchOf(one);
        const secrets = await certificates(profile);
        const deployed = await superClusterFixture(profile);
        const primaryStack = withPatchJobs(deployed.primary!, args);
        const world = new NatsWorld({ natsServer: tools["nats-server"].path, dir });
        const connections: NatsConnection[] = [];
        const connect = async (servers: Member, who: Login | undefined, name: string) => {
            const connection = await connectTo(servers.servers, who, name);
            connections.push(connection);
            return connection;
        };
        const job = (stack: Deployment, member: Member, name: string, seconds = 90) =>
            runJob(stack, {
                job: name,
                env: { NATS_URL: member.servers.map(({ url }) => url).join(","), DEADLINE_SECONDS: String(seconds) },
                secrets: { "nats-auth": passwords },
                programs: [path.dirname(tools.nats.path)],
                dir: path.join(dir, `job-${name}`),
            });
        /** As Kubernetes runs a Job: again when it failed, which it may while servers elect a leader. */
        const succeeds = (stack: Deployment, member: Member, name: string) =>
            waitFor(
                `job ${name} succeeded`,
                async () => {
                    const { exitCode, output } = await job(stack, member, name);
                    if (exitCode !== 0) throw new Error(output);
                    return output;
                },
                { seconds: 90, everyMs: 1_000 },
            );
        /** Fails, and says why: for this reason and no passing one. */
        const fails = (stack: Deployment, member: Member, name: string, why: string, seconds?: number) =>
            waitFor(
                `job ${name} to say "${why}"`,
                async () => {
                    const { exitCode, output } = await job(stack, member, name, seconds);
                    if (exitCode === 1 && output.includes(why)) return true;
                    throw new Error(`exit status ${exitCode}: ${output}`);
                },
                { everyMs: 1_000 },
            );
        const consumers: DurableConsumer[] = [];
        const publishers: Publisher[] = [];
        try {
            // As it is found: streams, a durable, clients at work.
            const primary = await world.add("primary", plainServers(one));
            await world.start(primary);
            const owner = await connect(primary, login, "owner");
            const manager = await waitFor("JetStream to answer", () => jetstreamManager(owner, { timeout: 5_000 }));
            for (const { name, subject } of profile.streams) {
                await waitFor(`stream ${name}`, () =>
                    manager.streams.add({ name, subjects: [subject], num_replicas: 3, storage: "file" }),
                );
                const worker = {
                    durable_name: "worker",
                    ack_policy: "explicit",
                    ack_wait: 5_000_000_000,
                    max_ack_pending: 1_000,
                } as const;
                await waitFor(`consumer of ${name}`, () => manager.consumers.add(name, worker));
            }
            const published: Promise<void>[] = [];
            const places = profile.streams.map((stream) => ({
                stream,
                run: stream.name,
                subject: stream.subject.replace(/>$/, "rehearsal"),
            }));
            for (const { stream, run, subject } of places) {
                const publisher = new Publisher(await connect(primary, login, `publisher ${run}`), {
                    run,
                    subject,
                    window: 8,
                    perSecond: 100,
                });
                const consumer = new DurableConsumer(
                    await connect(primary, login, `consumer ${run}`),
                    stream.name,
                    "worker",
                );
                consumer.start();
                published.push(publisher.run(Number.POSITIVE_INFINITY));
                publishers.push(publisher);
                consumers.push(consumer);
            }
            const more = (count: number) =>
                Promise.all(
                    publishers.map((publisher) => {
                        const wanted = publisher.acked.size + count;
                        return waitFor(`${wanted} acknowledgements`, () => publisher.acked.size >= wanted || undefined);
                    }),
                );
            await more(100);

            /** A stream that takes more than the profile says would lose it: then no stream is changed. */
            const refusesOtherSubjects = async () => {
                const subjects = async (name: string) =>
                    (await waitFor(`an answer about ${name}`, () => manager.streams.info(name))).config.subjects;
                const give = (...wanted: string[]) =>
                    waitFor(`EVENTS with ${wanted.join(", ")}`, () =>
                        manager.streams.update("EVENTS", { subjects: wanted }),
                    );
                await give("events.>", "legacy.>");
                await fails(
                    primaryStack,
                    primary,
                    "nats-both-subjects",
                    "EVENTS: takes events.> legacy.>; expected is events.> alone",
                );
                expect([await subjects("AGENTESE"), await subjects("EVENTS")]).toEqual([
                    ["agentese.>"],
                    ["events.>", "legacy.>"],
                ]);
                await give("events.>");
            };

            // In the order of the patch's README.
            expect(await job(primaryStack, primary, natsGateJobs.witness, 2)).toMatchObject({ exitCode: 1 });
            await refusesOtherSubjects();
            await succeeds(primaryStack, primary, "nats-both-subjects");
            expect(await succeeds(primaryStack, primary, "nats-both-subjects")).toContain("already");
            // Nobody is let in as the system account yet, so nobody can be asked who maps.
            expect(await job(primaryStack, primary, "nats-scoped-subjects")).toMatchObject({ exitCode: 1 });
            await more(50);
            await world.replan(primary, "primary", patchedServers(one, args, secrets.primary));
            const [first, ...others] = primary.servers;
            await world.rollingRestart({ ...primary, servers: [first!] });
            await more(50);
            await fails(
                primaryStack,
                { ...primary, servers: [first!] },
                "nats-scoped-subjects",
                "1 of 3 servers map agentese.>; merge the patch into all of them first",
            );
            await world.rollingRestart({ ...primary, servers: others });
            await more(50);
            await succeeds(primaryStack, primary, "nats-scoped-subjects");
            await more(50);

            // Gateways alone are not enough for the gate: it wants the witness in the meta group.
            await fails(primaryStack, primary, natsGateJobs.witness, "the meta group has no 4 members", 3);
            const witness = await world.witness(deployed.witness!, secrets.witness);
            for (const server of witness.servers) server.start();
            await world.metaGroup(primary.servers[0]!, 4);
            await succeeds(primaryStack, primary, natsGateJobs.witness);

            const standby = await world.member(deployed.dr!, {
                "nats-gateway-tls": secrets.dr,
                "nats-auth": passwords,
            });
            for (const server of standby.servers) server.start();
            await world.metaGroup(primary.servers[0]!, 7);
            for (const name of [natsGateJobs.standby, "nats-mirrors"]) await succeeds(deployed.dr!, standby, name);
            await more(100);
            for (const publisher of publishers) publisher.stop();
            await Promise.all(published);

            // The same logins work in the standby, whose account holds the mirrors.
            const [here, there] = [await connect(primary, login, "reader"), await connect(standby, login, "reader")];
            for (const [index, { stream, run, subject }] of places.entries()) {
                const publisher = publishers[index]!;
                const { acked } = publisher;
                const whole = {
                    acked: acked.size,
                    missing: [],
                    duplicated: [],
                    corrupted: 0,
                    misnamed: 0,
                    outOfOrder: 0,
                };
                expect(accountFor(publisher, await readStream(here, stream.name), { run, subject })).toMatchObject(
                    whole,
                );
                await waitFor(
                    `${stream.mirror} complete`,
                    async () =>
                        accountFor(publisher, await readStream(there, stream.mirror), { run, subject }).missing
                            .length === 0 || undefined,
                );
                expect(accountFor(publisher, await readStream(there, stream.mirror), { run, subject })).toMatchObject(
                    whole,
                );
                await waitFor(
                    `${run} received`,
                    () => [...acked.keys()].every((id) => consumers[index]!.received.has(id)) || undefined,
                );
            }
            // What the other region's clients publish is fenced off here, under every login.
            await expect(here.request("usw2.agentese.rehearsal", "", { timeout: 60_000 })).rejects.toThrow(
                /permission/i,
            );

            // The day: the region is lost, the standby is promoted, and the same client goes on by the same subject.
            await Promise.all(consumers.map((consumer) => consumer.stop()));
            await Promise.all(primary.servers.map((server) => server.kill()));
            const [{ stream, subject }] = places as [(typeof places)[number]];
            const application = { user: natsUsers.application.name, pass: passwords.APP_PASSWORD };
            await promote(new StreamApi(await connect(standby, application, "operator")), profile, stream);
            const day = new Publisher(there, {
                run: "after",
                subject,
                window: 8,
                signal: AbortSignal.timeout(120_000),
            });
            await day.run(50);
            const stored = await readStream(await connect(standby, application, "reader"), stream.mirror);
            expect(accountFor(day, stored, { run: "after", subject })).toMatchObject({
                acked: 50,
                stored: 50,
                missing: [],
                misnamed: 0,
            });
        } finally {
            for (const publisher of publishers) publisher.abandon();
            // One whose servers are gone never hears that it has to stop.
            for (const consumer of consumers) void consumer.stop();
            await Promise.all(connections.map((connection) => connection.close().catch(() => undefined)));
            await world.close();
        }
    });
});
