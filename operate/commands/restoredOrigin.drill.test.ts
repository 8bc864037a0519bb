import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { jetstream } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { superCluster } from "../../rehearsal/kit/environments/startSuperCluster";
import type { SuperCluster } from "../../rehearsal/kit/environments/superCluster";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { numberedMessage } from "../../testbed/nats/numberedMessages";
import { readStream } from "../../testbed/nats/streamReader";
import { superClusterFixture } from "../../rehearsal/testing/fixtureDeployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { operatorEnvironment, store } from "../../rehearsal/kit/testing/operator";
import { runDr, type DrOptions } from "./testing/runDr";

/** With this the output of every run is kept in that file: what the runbook quotes. */
const transcript = process.env.DRKIT_TRANSCRIPT;

// The tests follow one another, as the steps of the restore do: each finds the servers as the one before it left them.
describeWithTools("an origin that is restored from its backup, under a mirror", ["nats-server", "nats"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-restored-"));
    let run: DrillRun;
    let cluster: SuperCluster;
    let env: Record<string, string>;

    const dr = async (line: string, interrupt?: DrOptions["interrupt"]) => {
        const run = await runDr(line.split(" "), { env, interrupt });
        if (transcript)
            fs.appendFileSync(transcript, `$ npm run dr -- ${line}\n${run.output}=> ${run.code ?? run.signal}\n\n`);
        return run;
    };
    /** Runs the command until it says that: an election or a mirror that tries again only after seconds may be in between. */
    const until = (line: string, code: number, said: RegExp) =>
        waitFor(
            `${line}: ${said}`,
            async () => {
                const run = await dr(line);
                if (run.code !== code || !said.test(run.said)) throw new Error(`${run.code}: ${run.output}`);
                return run;
            },
            { seconds: 120 },
        );
    const nats = (...args: string[]) =>
        promisify(execFile)(tools.nats.path, args, { cwd: dir, env: { ...env, HOME: dir } });
    const natsUntilDone = (...args: string[]) =>
        waitFor(`nats ${args.slice(0, 2).join(" ")}`, () => nats(...args), { seconds: 60, everyMs: 500 });
    /** A restore that fails half way leaves the stream it had begun, which the next one would refuse as existing. */
    const restored = (stream: string, backup: string) =>
        waitFor(
            `${stream} restored from its backup`,
            async () => {
                await nats("stream", "rm", stream, "--force").catch(() => undefined);
                return nats("stream", "restore", backup, "--no-progress");
            },
            { seconds: 120, everyMs: 500 },
        );
    const publish = async (word: string, from: number, to: number) => {
        const js = jetstream(await cluster.connect(cluster.primary, "publisher"));
        for (let number = from; number <= to; number += 1) {
            await store(js, numberedMessage(word, "events.rehearsal", number));
        }
    };
    const idsOf = async (stream: string) =>
        (await readStream(await cluster.connect(cluster.standby, "reader"), stream)).map(({ id }) => id);
    const numbered = (word: string, from: number, to: number) =>
        Array.from({ length: to - from + 1 }, (_, index) => `${word}-${from + index}`);

    beforeAll(async () => {
        run = drillRun("restoredOrigin", { deployments: await superClusterFixture(), tools, workDir: dir });
        ({ cluster } = await superCluster(run));
        env = await operatorEnvironment(cluster);
        // Others that take its messages, which the system does not know.
        for (const [name, flag] of [
            ["AUDIT", "--mirror"],
            ["ALL", "--source"],
        ] as const)
            await natsUntilDone(
                "stream",
                "add",
                name,
                flag,
                "EVENTS",
                "--storage",
                "file",
                "--replicas",
                "1",
                "--cluster",
                "nats",
                "--defaults",
            );
        await publish("before", 1, 20);
        await cluster.mirrorsFollow();
        await natsUntilDone("stream", "backup", "EVENTS", "backup", "--no-progress");
        await publish("lost", 21, 30);
        await cluster.mirrorsFollow();
        for (const name of ["AUDIT", "ALL"])
            await waitFor(`${name} at 30`, async () => (await idsOf(name)).length === 30 || undefined, {
                seconds: 120,
            });
        await restored("EVENTS", "backup");
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("is not called well while its mirror has more than it", async () => {
        await until(
            "streams status",
            1,
            /EVENTS_MIRROR has 10 messages more than EVENTS: they diverged, .* streams rebuild-mirror/,
        );
    });

    it("is named with every other stream that mirrors or sources it, and with what that is going to skip", async () => {
        await until(
            "streams status",
            1,
            /depend on them: (AUDIT mirrors EVENTS; ALL sources EVENTS|ALL sources EVENTS; AUDIT mirrors EVENTS) .*To look at:/,
        );
        const { said, stdout } = await until("streams status --json", 1, /"dependants"/);
        expect(said).toContain(
            "AUDIT mirrors EVENTS: it ends at message 30 and EVENTS at 20: it skips the next 10 messages of EVENTS",
        );
        const { dependants } = JSON.parse(stdout);
        expect(
            dependants.map(({ name, fault }: { name: string; fault: string }) => [
                name,
                /skips the next 10/.test(fault),
            ]),
        ).toEqual(
            expect.arrayContaining([
                ["AUDIT", true],
                ["ALL", true],
            ]),
        );
    });

    it("is not what rebuild-mirror calls equal, nor is the mirror taken from whoever has the only copies", async () => {
        const list = path.join(dir, "list.json");
        const refused = await until(
            `streams rebuild-mirror --yes --limit 2 --file ${list}`,
            1,
            /EVENTS_MIRROR is no copy of EVENTS: it ends 10 messages after its origin/,
        );
        expect(refused.said).toMatch(
            /21 lost-21 events\.rehearsal .* 22 lost-22 .* and 8 more.*Not rebuilt:.*EVENTS_MIRROR holds 10 messages that EVENTS lacks.*--discard EVENTS_MIRROR=10 $/,
        );
        const [found] = JSON.parse(fs.readFileSync(list, "utf8"));
        expect(found.mirrorOnly.map(({ id }: { id: string }) => id)).toEqual(numbered("lost", 21, 30));
        expect(await idsOf("EVENTS_MIRROR")).toEqual([...numbered("before", 1, 20), ...numbered("lost", 21, 30)]);
    });

    it("is not called well either when it has grown as long as its mirror, and equal at the end", async () => {
        await publish("after", 21, 35);
        await waitFor("the mirror at 35", async () => (await idsOf("EVENTS_MIRROR")).length === 35 || undefined, {
            seconds: 90,
        });
        await until(
            "streams status",
            1,
            /EVENTS_MIRROR holds another message than EVENTS at \d+: they diverged, streams rebuild-mirror/,
        );
    });

    it("leaves the decision to a person, with the number of messages that go", async () => {
        const known = /EVENTS_MIRROR is no copy of EVENTS: 10 of 35 messages differ, the first at 21/;
        await until("streams rebuild-mirror --yes --discard EVENTS_MIRROR=9", 1, known);
        await until("streams rebuild-mirror --discard EVENTS_MIRROR=10", 2, /this is a person's decision.*add --yes/);
        expect(await idsOf("EVENTS_MIRROR")).toContain("lost-30");
    });

    it("gets a mirror made anew that is one still, also by a command that was killed and is run again", async () => {
        const rebuild = "streams rebuild-mirror --yes --discard EVENTS_MIRROR=10";
        expect(await dr(rebuild, { at: /the old standby stream is deleted/, with: "SIGKILL" })).toMatchObject({
            signal: "SIGKILL",
        });
        const rebuilt = await until(rebuild, 3, /MIRROR EVENTS_MIRROR equals its origin, 35 messages compared/);
        expect(rebuilt.said).toMatch(
            /DEPENDS AUDIT mirrors EVENTS: it holds another message than EVENTS at 2\d\. Keep what only it has, then recreate it/,
        );
        expect(rebuilt.said).toMatch(
            /DEPENDS ALL sources EVENTS: it took another message 2\d of EVENTS than EVENTS has there\./,
        );
        expect(await idsOf("EVENTS_MIRROR")).toEqual([...numbered("before", 1, 20), ...numbered("after", 21, 35)]);
        await until(
            "streams status",
            1,
            /- AUDIT mirrors EVENTS: .* - ALL sources EVENTS: |- ALL sources EVENTS: .* - AUDIT/,
        );
        // By hand, as the runbook says.
        for (const [name, flag] of [
            ["AUDIT", "--mirror"],
            ["ALL", "--source"],
        ] as const) {
            await natsUntilDone("stream", "rm", name, "--force");
            await natsUntilDone(
                "stream",
                "add",
                name,
                flag,
                "EVENTS",
                "--storage",
                "file",
                "--replicas",
                "1",
                "--cluster",
                "nats",
                "--defaults",
            );
        }
        await until("streams status", 0, /All is well/);
        await publish("on", 36, 40);
        await cluster.mirrorsFollow();
        await until("streams rebuild-mirror --yes", 0, /EVENTS_MIRROR equals its origin, 40 messages compared/);
    });
});
