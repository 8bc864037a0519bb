import { jetstreamManager } from "@nats-io/jetstream";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applicationAccount } from "../../components/nats/natsAccounts";
import { natsGateJobs } from "../../components/nats/natsGate";
import type { Deployment } from "../../engine/state/deployment";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { connectTo, loginOf } from "./client";
import { NatsWorld, type Member } from "./natsWorld";
import { runJob } from "./runJob";
import { primaryFixture, superClusterFixture } from "../../rehearsal/testing/fixtureDeployment";
import { waitFor } from "./waitFor";

describeWithTools("three NATS servers of a deployment", ["nats-server", "nats"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-nats-"));
    let deployment: Deployment;
    let world: NatsWorld;
    let member: Member;
    beforeAll(async () => {
        deployment = await primaryFixture();
        world = new NatsWorld({ natsServer: tools["nats-server"].path, dir });
        member = await world.member(deployment);
        await world.start(member);
    });
    afterAll(async () => {
        await world?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    const createStreams = (from: Deployment = deployment, url = member.servers[0]?.url ?? "", seconds = "90") =>
        runJob(from, {
            job: "nats-streams",
            env: { NATS_URL: url, DEADLINE_SECONDS: seconds },
            programs: [path.dirname(tools.nats.path)],
            dir: fs.mkdtempSync(path.join(dir, "job-")),
        });

    it("form one meta group", async () => {
        const [first] = member.servers;
        expect(member.servers.map((server) => server.name)).toContain(await world.metaGroup(first as never, 3));
    });

    it("refuse what the accounts do not allow", async () => {
        const login = loginOf(deployment, applicationAccount);
        const connection = await connectTo(member.servers, login, "test");
        const refused = (async () => {
            for await (const status of connection.status()) if (status.type === "error") return status.error.message;
            return "no error";
        })();
        connection.publish("usw2.agentese.raw", "stored under the other region's name");
        expect(await refused).toMatch(/publish.*usw2\.agentese\.raw/i);
        await connection.close();
        await expect(connectTo(member.servers, { ...login, pass: "wrong" }, "test")).rejects.toThrow(
            /[Aa]uthorization/,
        );
    });

    it("get their streams from the deployed job: created once, then left alone", async () => {
        expect(await createStreams()).toEqual({
            exitCode: 0,
            output: "AGENTESE: created\nEVENTS: created\n",
            changed: ["NATS_URL", "STREAMS_DIR", "DEADLINE_SECONDS", "HOME"],
        });
        expect((await createStreams()).output).toBe("AGENTESE: exists as wanted\nEVENTS: exists as wanted\n");
    });

    it("keep a stream whose settings differ from the deployed ones, and the job says so", async () => {
        const connection = await connectTo(member.servers, loginOf(deployment, applicationAccount), "test");
        const manager = await waitFor("JetStream to answer", () => jetstreamManager(connection));
        await waitFor("the update", () => manager.streams.update("EVENTS", { subjects: ["parked.EVENTS"] }));
        const outcome = await createStreams();
        expect(outcome).toMatchObject({
            exitCode: 0,
            output: "AGENTESE: exists as wanted\nEVENTS: exists with other settings, left alone\n",
        });
        const { config } = await waitFor("an answer", () => manager.streams.info("EVENTS"));
        expect(config.subjects).toEqual(["parked.EVENTS"]);
        await connection.close();
    });

    describe("pass the deployed gate", () => {
        let joining: Deployment;
        beforeAll(async () => {
            joining = (await superClusterFixture()).primary;
            await createStreams();
        });

        /** Three servers stand for the four that the primary and the witness are. */
        const gate = (env: Record<string, string> = {}) =>
            runJob(joining, {
                job: natsGateJobs.witness,
                env: { NATS_URL: member.servers[0]?.url ?? "", EXPECT_SERVERS: "3", ...env },
                programs: [path.dirname(tools.nats.path)],
                dir: fs.mkdtempSync(path.join(dir, "gate-")),
            });

        it("with all members and streams, and it lists the streams that nobody told it of", async () => {
            const connection = await connectTo(member.servers, loginOf(deployment, applicationAccount), "test");
            const manager = await waitFor("JetStream to answer", () => jetstreamManager(connection));
            await waitFor("a stream of the user's own", () =>
                manager.streams.add({ name: "ORDERS", subjects: ["orders.>"] }),
            );
            expect(await gate()).toMatchObject({
                exitCode: 0,
                output: "meta group: 3 members\nAGENTESE: there\nEVENTS: there\nORDERS: there as well\nthe streams can be promoted and failed back\n",
            });
            await waitFor("its removal", () => manager.streams.delete("ORDERS"));
            await connection.close();
        });

        it("not without a stream that was there before: it ends with 1 and names the stream", async () => {
            const outcome = await gate({ STREAMS: "AGENTESE WIPED EVENTS", DEADLINE_SECONDS: "5" });
            expect(outcome.exitCode).toBe(1);
            expect(outcome.output).toMatch(
                /^meta group: 3 members\nAGENTESE: there\nstream WIPED is not there or does not answer: do not go on; the last answer was:\n/,
            );
        });

        it("not with fewer members, nor with more: it ends with 1 before it looks at a stream", async () => {
            for (const expected of ["4", "2"]) {
                const outcome = await gate({ EXPECT_SERVERS: expected, DEADLINE_SECONDS: "1" });
                expect(outcome.exitCode).toBe(1);
                expect(outcome.output).toMatch(
                    new RegExp(
                        `^the meta group has no ${expected} members within 1 s; the last answer was:\n.*CRITICAL`,
                    ),
                );
            }
        });

        it("not with a stream that it may not see: the application's login is used for streams, the system's for the group", async () => {
            const outcome = await gate({ APPLICATION_PASSWORD: "wrong", DEADLINE_SECONDS: "5" });
            expect(outcome.exitCode).toBe(1);
            expect(outcome.output).toMatch(
                /^meta group: 3 members\nstream AGENTESE is not there or does not answer: do not go on/,
            );
            expect(outcome.output).not.toContain("PasswordOfTests");
        });
    });

    it("end the job at its deadline when they do not answer, with the last answer and no password", async () => {
        const outcome = await createStreams(deployment, "nats://127.0.0.1:1", "1");
        expect(outcome.exitCode).toBe(1);
        expect(outcome.output).toMatch(
            /JetStream did not answer within 1 s; the last answer was:\n.*no servers available/,
        );
        expect(outcome.output).not.toContain("PasswordOfTests");
    });

    it("come back on their ports after kill -9, with their disks", async () => {
        const [, , last] = member.servers;
        await last?.kill();
        expect(last?.running).toBe(false);
        last?.start();
        await last?.healthy();
        await expect.poll(async () => (await last?.monitor("jsz"))?.streams, { timeout: 60_000 }).toBe(2);
    });

    it("keep their configurations and logs in the folder, without passwords", () => {
        for (const server of member.servers) {
            const files = ["nats.conf", "server.log"].map((file) =>
                fs.readFileSync(path.join(server.dir, file), "utf8"),
            );
            expect(files.join("\n")).not.toContain("PasswordOfTests");
        }
    });

    it("end when the run is interrupted", async () => {
        const interruption = new AbortController();
        const { signal } = interruption;
        const other = new NatsWorld({
            natsServer: tools["nats-server"].path,
            dir: fs.mkdtempSync(path.join(dir, "other-")),
            signal,
        });
        const three = await other.member(deployment);
        const started = other.start(three);
        interruption.abort(new Error("interrupted"));
        await expect(started).rejects.toThrow(/interrupted|aborted/);
        await waitFor("three ended servers", () => three.servers.every((server) => !server.running) || undefined);
        await other.close();
    });

    it("name the log's last lines when a server cannot start", async () => {
        const broken = new NatsWorld({
            natsServer: tools["nats-server"].path,
            dir: fs.mkdtempSync(path.join(dir, "broken-")),
        });
        const [server] = (await broken.member(deployment)).servers;
        server?.reconfigure({ ...server.local, conf: { ...server.local.conf, unknown_key: 1 } });
        server?.start();
        await waitFor("the process to end", () => !server?.running || undefined);
        await expect(server?.healthy({ seconds: 0 })).rejects.toThrow(
            /the process ended; its log ends with: .*unknown_key/,
        );
        await broken.close();
    });
});
