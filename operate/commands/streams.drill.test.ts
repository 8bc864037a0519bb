import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream } from "@nats-io/jetstream";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { superClusterUnderLoad } from "../../rehearsal/kit/environments/startSuperCluster";
import type { SuperCluster } from "../../rehearsal/kit/environments/superCluster";
import { losePrimary } from "../../rehearsal/kit/faults";
import { type Traffic, workerDurable } from "../../rehearsal/kit/load/traffic";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { numberedMessage } from "../../testbed/nats/numberedMessages";
import { accountFor } from "../../testbed/nats/messageAccount";
import { readStream } from "../../testbed/nats/streamReader";
import { superClusterFixture } from "../../rehearsal/testing/fixtureDeployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { StreamApi } from "../streams/streamApi";
import { storedPositions } from "../streams/storedPositions";
import { readDurablesFile } from "./durablesFile";
import { operatorEnvironment, store } from "../../rehearsal/kit/testing/operator";
import { runDr, type DrOptions, type DrRun } from "./testing/runDr";

/** With this the output of every run is kept in that file: what the runbook quotes. */
const transcript = process.env.DRKIT_TRANSCRIPT;

// The tests follow one another, as the steps of the day do: each finds the servers as the one before it left them.
describeWithTools("the operator's command over the loss of a region", ["nats-server", "nats"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-dr-"));
    const durables = path.join(dir, "durables.json");
    let run: DrillRun;
    let cluster: SuperCluster;
    let traffic: Traffic;
    let env: Record<string, string>;
    let resent: ReturnType<typeof numberedMessage>;
    const runs: DrRun[] = [];

    const dr = async (line: string, interrupt?: DrOptions["interrupt"]) => {
        const started = performance.now();
        const run = await runDr(line.split(" "), { env, interrupt });
        const seconds = ((performance.now() - started) / 1000).toFixed(1);
        runs.push(run);
        if (transcript)
            fs.appendFileSync(
                transcript,
                `$ npm run dr -- ${line}\n${run.output}=> ${run.code ?? run.signal}, ${seconds} s\n\n`,
            );
        return run;
    };
    const killedAt = (at: RegExp) => ({ at, with: "SIGKILL" as const });
    // An election may come at any moment: what has to be well becomes so, and is not asked for at the first look.
    const well = (options = "") =>
        waitFor(
            "a status that is well",
            async () => {
                const run = await dr(`streams status${options}`);
                if (run.code !== 0) throw new Error(run.output);
                return run;
            },
            { seconds: 60 },
        );
    const publishResent = async (from: SuperCluster["primary"]) =>
        store(jetstream(await cluster.connect(from, "publisher")), resent);

    beforeAll(async () => {
        run = drillRun("streams", { deployments: await superClusterFixture(), tools, workDir: dir });
        ({ cluster, traffic } = await superClusterUnderLoad(run, 50));
        await traffic.acknowledged(100);
        env = await operatorEnvironment(cluster);
        resent = numberedMessage("resent", traffic.clients[0]!.subject, 0);
        await publishResent(cluster.primary);
    });
    afterEach(() => {
        for (const { output } of runs) {
            expect(output).not.toContain(env.NATS_PASSWORD);
            expect(output).not.toContain(env.NATS_SYS_PASSWORD);
            expect(Math.max(...output.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
        }
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("shows where everything is, and that all is well", async () => {
        const found = await well();
        expect(found.said).toMatch(/meta group: 7 voters of 7, led by nats-\d, 7 answered/);
        expect(found.said).toContain("writes: AGENTESE by AGENTESE; EVENTS by EVENTS");
        const { streams, meta, findings } = JSON.parse((await well(" --json")).stdout);
        expect(streams.map((pair: any) => [pair.origin.cluster, pair.standby.cluster, pair.writes])).toEqual([
            ["nats", "usw2", "origin"],
            ["nats", "usw2", "origin"],
        ]);
        expect(meta.size).toBe(7);
        expect(findings).toEqual([]);
    });

    it("keeps the durables' positions for the day", async () => {
        expect(await dr(`streams durables export --file ${durables}`)).toMatchObject({ code: 0 });
        await waitFor(
            "a run that keeps the positions",
            async () => (await cluster.keepPositions())?.exitCode === 0 || undefined,
            { seconds: 60 },
        );
        const stored = await storedPositions(new StreamApi(await cluster.connect(cluster.standby, "reader")));
        const written = readDurablesFile(durables);
        for (const { streams } of [stored!, written])
            expect(streams["EVENTS"]).toMatchObject([{ durable: workerDurable, ackFloor: expect.any(Number) }]);
        expect(stored!.origins).toEqual(written.origins);
    });

    it("promotes nothing while the origin answers, fences nothing that is not promoted, and has nothing to tail", async () => {
        expect(await dr("streams promote --yes")).toMatchObject({
            code: 1,
            said: expect.stringMatching(/its region is not lost[^]*--planned/),
        });
        expect(await dr("streams fence")).toMatchObject({
            code: 1,
            said: expect.stringMatching(/is not promoted[^]*Run streams promote/),
        });
        expect(await dr("streams tail")).toMatchObject({
            code: 1,
            said: expect.stringMatching(/there is nothing to compare/),
        });
        expect(await dr("streams rebuild-mirror --yes")).toMatchObject({
            code: 0,
            said: expect.stringContaining("equals its origin"),
        });
    });

    it("leaves the decision to a person", async () => {
        await losePrimary(run, cluster, 250, traffic);
        traffic.pointTo(cluster.standby);
        expect(await cluster.keepPositions()).toMatchObject({
            exitCode: 1,
            output: expect.stringContaining("not stored: "),
        });
        const kept = fs.readFileSync(durables, "utf8");
        expect(await dr(`streams durables export --file ${durables}`)).toMatchObject({ code: 1 });
        expect(fs.readFileSync(durables, "utf8")).toBe(kept);
        const look = await dr("streams promote --dry-run");
        expect(look).toMatchObject({
            code: 0,
            said: expect.stringMatching(
                /Consumers: positions of \S+, \d+ s ago, in stream DURABLE_POSITIONS\. .*nothing was changed/,
            ),
        });
        expect(await dr("streams promote")).toMatchObject({
            code: 2,
            said: expect.stringMatching(/a person's decision[^]*--yes/),
        });
    });

    it("ends a promotion that was interrupted and killed halfway when it is run again, and says that the fence must run", async () => {
        const interrupted = await dr("streams promote --yes", { at: /it stops being a mirror/, with: "SIGINT" });
        expect(interrupted).toMatchObject({ code: 130, said: expect.stringContaining("Interrupted.") });
        expect(await dr("streams promote --yes", killedAt(/it takes its subjects/))).toMatchObject({
            signal: "SIGKILL",
        });
        // Without the fence: its call may be carried out although nobody hears the answer, and an origin without it is wanted below.
        const run = await dr("streams promote --yes --no-fence");
        expect(run).toMatchObject({
            code: 0,
            said: expect.stringMatching(/PROMOTED AGENTESE_MIRROR takes writes; its own messages begin at \d+/),
        });
        expect(run.said).toContain("NO FENCE");
        expect(run.said).toContain(`patch kongplugin standby-write-fence \\ --type merge -p '{"disabled":true}'`);
        await traffic.acknowledged(100);
        const again = await dr("streams promote --yes --no-fence");
        expect(again).toMatchObject({ code: 0, said: expect.stringContaining("AGENTESE_MIRROR takes writes already") });
    });

    it("places the durables once, and resets nobody who runs it again", async () => {
        const place = "streams durables place";
        expect(await dr(place)).toMatchObject({
            code: 0,
            said: expect.stringMatching(/AGENTESE_MIRROR: worker goes on from message \d+/),
        });
        const before = traffic.clients.map(({ consumer }) => consumer.received.size);
        await waitFor(
            "messages consumed in the standby",
            () => traffic.clients.every(({ consumer }, index) => consumer.received.size > before[index]!) || undefined,
        );
        expect(await dr(place)).toMatchObject({
            code: 0,
            said: expect.stringMatching(/AGENTESE_MIRROR: worker is there already/),
        });
        // A file wins, whatever it says.
        expect(await dr(`${place} --file ${durables}.none`)).toMatchObject({
            code: 2,
            said: expect.stringContaining("cannot be read (ENOENT)"),
        });
    });

    it("shows a promoted standby with an origin that is not fenced", async () => {
        const run = await dr("streams status");
        expect(run).toMatchObject({
            code: 1,
            said: expect.stringMatching(/AGENTESE is not known to be fenced: keep streams fence running/),
        });
    });

    it("fails back neither to a region that is not back, nor to an origin that is not fenced", async () => {
        expect(await dr("streams failback --yes")).toMatchObject({
            code: 1,
            said: expect.stringMatching(/AGENTESE does not answer: its region is not back/),
        });
        await publishResent(cluster.standby);
        await traffic.acknowledged(200);
        await cluster.returnPrimary();
        const refused = await waitFor("an origin that answers", async () => {
            const run = await dr("streams failback --yes");
            return /does not answer/.test(run.said) ? undefined : run;
        });
        expect(refused).toMatchObject({
            code: 1,
            said: expect.stringMatching(/AGENTESE is not fenced[^]*Run streams fence/),
        });
    });

    it("ends a fence that was interrupted when it is run again, and finds it fenced the next time", async () => {
        expect(await dr("streams fence", { at: /FENCING/, with: "SIGINT" })).toMatchObject({
            code: 130,
            said: expect.stringContaining("streams fence"),
        });
        expect(await dr(`streams promote --yes --file ${durables}`)).toMatchObject({
            code: 0,
            said: expect.stringContaining("FENCED AGENTESE is parked"),
        });
        expect(await dr("streams fence")).toMatchObject({
            code: 0,
            said: expect.stringContaining("FENCED EVENTS is parked"),
        });
    });

    it("lists what the standby lacks, by sequence and identifier", async () => {
        const file = path.join(dir, "tail.json");
        const run = await dr(`streams tail --limit 3 --file ${file}`);
        expect(run).toMatchObject({
            code: 0,
            said: expect.stringMatching(/AGENTESE: equal up to the takeover, \d+ messages compared/),
        });
        const [tail] = JSON.parse(fs.readFileSync(file, "utf8"));
        expect(tail.messages.length).toBeGreaterThan(0);
        const inStandby = new Set(
            (await readStream(await cluster.connect(cluster.standby, "reader"), "AGENTESE_MIRROR")).map(({ id }) => id),
        );
        for (const { seq, id, sentAgain } of tail.messages) {
            expect(seq).toBeGreaterThan(tail.lastMirrored);
            expect(inStandby.has(id)).toBe(sentAgain);
        }
    });

    it("ends a failback that was killed halfway when it is run again", async () => {
        expect(await dr("streams failback --yes", killedAt(/the origin has every message/))).toMatchObject({
            signal: "SIGKILL",
        });
        expect((await dr("streams status")).code).toBe(1);
        expect(await dr("streams rebuild-mirror --yes")).toMatchObject({ code: 1 });
        const run = await dr("streams failback --yes");
        expect(run).toMatchObject({ code: 0 });
        expect(run.said).toMatch(/EVENTS takes writes, with all \d+ messages|EVENTS has the writes already/);
        expect(run.said).toContain(`patch kongplugin standby-write-fence \\ --type merge -p '{"disabled":false}'`);
        traffic.pointTo(cluster.primary);
        await traffic.acknowledged(100);
        expect(await dr("streams failback --yes")).toMatchObject({
            code: 0,
            said: expect.stringContaining("AGENTESE has the writes already"),
        });
        expect(await dr("streams fence")).toMatchObject({
            code: 1,
            said: expect.stringMatching(/There is nothing to fence/),
        });
    });

    it("ends a rebuild that was killed halfway when it is run again", async () => {
        expect(await dr("streams rebuild-mirror --yes", killedAt(/the mirror is made/))).toMatchObject({
            signal: "SIGKILL",
        });
        expect(await dr("streams rebuild-mirror --yes")).toMatchObject({
            code: 0,
            said: expect.stringContaining("MIRROR EVENTS_MIRROR equals its origin"),
        });
        await well();
    });

    it("moves the writes by plan without a tail", async () => {
        expect(await dr("streams promote --yes --planned --stream EVENTS")).toMatchObject({
            code: 0,
            said: expect.stringContaining("FENCED EVENTS"),
        });
        expect(await dr("streams tail --stream EVENTS")).toMatchObject({
            code: 0,
            said: expect.stringContaining("EVENTS: 0 messages after"),
        });
    });

    it("lets the standby take writes again when a failback is given up halfway, and brings all of it back later", async () => {
        const js = jetstream(await cluster.connect(cluster.standby, "publisher"));
        const publish = async (from: number, to: number) => {
            for (let number = from; number < to; number += 1) {
                await store(js, numberedMessage("reopened", "events.rehearsal", number));
            }
        };
        await publish(0, 3);
        expect(
            await dr("streams failback --yes --stream EVENTS", killedAt(/the origin has every message/)),
        ).toMatchObject({ signal: "SIGKILL" });
        expect(await dr("streams promote --yes --stream EVENTS")).toMatchObject({
            code: 1,
            said: expect.stringContaining("add --reopen"),
        });
        expect(await dr("streams promote --yes --reopen --stream EVENTS")).toMatchObject({
            code: 0,
            said: expect.stringContaining("FENCED EVENTS is parked"),
        });
        await publish(3, 6);
        expect(await dr("streams failback --yes --stream EVENTS")).toMatchObject({
            code: 0,
            said: expect.stringMatching(/BACK EVENTS takes writes, with all \d+ messages/),
        });
        expect(await dr("streams rebuild-mirror --yes --stream EVENTS_MIRROR")).toMatchObject({ code: 0 });
        const stored = (await readStream(await cluster.connect(cluster.primary, "reader"), "EVENTS")).filter(({ id }) =>
            id?.startsWith("reopened-"),
        );
        expect(stored.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5].map((number) => `reopened-${number}`));
    });

    it("has stored every acknowledged message once, and one that was sent to both regions once", async () => {
        await traffic.settle();
        for (const { stream, publisher, run, subject } of traffic.clients) {
            const stored = await readStream(await cluster.connect(cluster.primary, "reader"), stream.name);
            expect(accountFor(publisher, stored, { run, subject })).toMatchObject({
                missing: [],
                duplicated: [],
                corrupted: 0,
                misnamed: 0,
            });
            if (stream.name === "AGENTESE") expect(stored.filter(({ id }) => id === resent.id)).toHaveLength(1);
        }
    });
});
