import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { connect } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { storePositionsScript } from "../components/nats/durablePositions";
import { positionsParts, positionsStore, positionsStream } from "../components/nats/durablePositionsStore";
import { storedPositions } from "../operate/streams/storedPositions";
import { StreamApi } from "../operate/streams/streamApi";
import { describeWithTools } from "../engine/toolchain/testTools";
import { freePorts } from "../testbed/nats/ports";
import { ProcessGuard } from "../testbed/nats/processGuard";
import { waitFor } from "../testbed/nats/waitFor";

describeWithTools(
    "the script that keeps the durables' positions, run as it is deployed on three servers",
    ["nats-server", "nats"],
    (tools) => {
        const guard = new ProcessGuard();
        const servers: ChildProcess[] = [];
        let folder: string;
        let urls: string[];
        let starts: (() => void)[];

        const cli = (...args: string[]) =>
            execFileSync(tools.nats.path, args, {
                encoding: "utf8",
                // The CLI gives up after 5 s, which servers that elect on a busy machine can take.
                env: { ...process.env, HOME: folder, NATS_URL: urls.join(","), NATS_TIMEOUT: "20s" },
                stdio: ["ignore", "pipe", "pipe"],
            });
        const info = (stream: string) => JSON.parse(cli("stream", "info", stream, "--json"));
        const stored = async () => {
            const connection = await connect({ servers: urls, timeout: 20_000 });
            try {
                return (await storedPositions(new StreamApi(connection, { patienceMs: 20_000 })))!;
            } finally {
                await connection.close();
            }
        };
        const answers = () => waitFor("JetStream answers", () => cli("account", "info"));

        beforeAll(async () => {
            folder = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-positions-"));
            const ports = await freePorts(6);
            const routes = ports
                .slice(3)
                .map((port) => `nats://127.0.0.1:${port}`)
                .join(",");
            urls = ports.slice(0, 3).map((port) => `nats://127.0.0.1:${port}`);
            starts = [0, 1, 2].map((index) => () => {
                const named = [
                    "--name",
                    `n${index}`,
                    "--cluster_name",
                    "usw2",
                    "--store_dir",
                    path.join(folder, `store-${index}`),
                ];
                const reached = [
                    "--addr",
                    "127.0.0.1",
                    "--port",
                    String(ports[index]),
                    "--cluster",
                    `nats://127.0.0.1:${ports[index + 3]}`,
                    "--routes",
                    routes,
                ];
                servers[index] = spawn(tools["nats-server"].path, [...named, ...reached, "--jetstream"], {
                    stdio: "ignore",
                });
                guard.watch(servers[index]!);
            });
            for (const start of starts) start();
            fs.writeFileSync(
                path.join(folder, `${positionsStore.stream}.json`),
                JSON.stringify(positionsStream("usw2")),
            );
            await answers();
        });
        afterAll(() => {
            for (const server of servers) server.kill("SIGKILL");
            fs.rmSync(folder, { recursive: true, force: true });
        });
        beforeEach(() => {
            for (const stream of ["ONE", "TWO"])
                cli(
                    "stream",
                    "add",
                    stream,
                    "--subjects",
                    `${stream}.>`,
                    "--storage",
                    "file",
                    "--replicas",
                    "3",
                    "--defaults",
                );
            cli("consumer", "add", "ONE", "worker", "--pull", "--replicas", "3", "--defaults");
            cli("publish", "ONE.a", "work", "--count", "5", "--jetstream");
            cli("consumer", "next", "ONE", "worker", "--count", "2", "--ack");
        });
        afterEach(() => {
            for (const stream of ["ONE", "TWO", positionsStore.stream]) {
                try {
                    cli("stream", "rm", stream, "--force");
                } catch {
                    // A test made it disappear.
                }
            }
        });

        async function run(more: Record<string, string> = {}) {
            const env = {
                PATH: [path.dirname(tools.nats.path), process.env.PATH].join(path.delimiter),
                HOME: folder,
                TMPDIR: folder,
                NATS_URL: urls.join(","),
                NATS_TIMEOUT: "10s",
                STREAMS: "ONE TWO",
                POSITIONS_STREAM: positionsStore.stream,
                POSITIONS_SUBJECT: positionsStore.subject,
                POSITIONS_DIR: folder,
                PART_BYTES: String(positionsParts.bytes),
                MOST_PARTS: String(positionsParts.most),
                ...more,
            };
            return new Promise<{ exitCode: number; said: string }>((resolve, reject) => {
                execFile(
                    "/bin/sh",
                    ["-c", storePositionsScript()],
                    { env, encoding: "utf8" },
                    (error, stdout, stderr) => {
                        if (error && typeof error.code !== "number") return reject(error);
                        resolve({
                            exitCode: (error?.code as number | undefined) ?? 0,
                            said: `${stdout}${stderr}`.trim(),
                        });
                    },
                );
            });
        }

        /** As the CronJob runs it, every minute: an election fails a run, and the next one is well. */
        async function succeeds(more: Record<string, string> = {}) {
            return waitFor(
                "a run that stores the positions",
                async () => {
                    const { exitCode, said } = await run(more);
                    if (exitCode !== 0) throw new Error(said);
                    return said;
                },
                { seconds: 120, everyMs: 500 },
            );
        }

        /** A run that must fail, and leave what was stored before it. */
        async function refused(reason: RegExp, more: Record<string, string> = {}) {
            const refusal = await waitFor(
                `the refusal ${reason}`,
                async () => {
                    const { exitCode, said } = await run(more);
                    // Servers that elect give no answer at all, which is refused as well, for another reason.
                    if (/no answer$/.test(said) && !reason.test(said)) throw new Error(said);
                    return { exitCode, said };
                },
                { seconds: 120, everyMs: 500 },
            );
            expect(refusal).toMatchObject({ exitCode: 1, said: expect.stringMatching(reason) });
            expect((await stored()).streams["ONE"]).toMatchObject([{ durable: "worker", ackFloor: 2 }]);
            expect(info(positionsStore.stream).state.last_seq).toBe(1);
        }

        it("stores positions and settings as the promotion reads them, in a stream that it makes itself", async () => {
            expect(await succeeds()).toMatch(/^stored: positions of ONE TWO at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
            const { config } = info(positionsStore.stream);
            expect(config).toMatchObject(positionsStream("usw2"));
            const { streams, origins, exportedAt } = await stored();
            expect(Math.abs(Date.now() - Date.parse(exportedAt))).toBeLessThan(60_000);
            expect(streams).toMatchObject({
                ONE: [{ durable: "worker", ackFloor: 2, config: { ack_policy: "explicit" } }],
                TWO: [],
            });
            expect(origins).toMatchObject({ ONE: { name: "ONE", subjects: ["ONE.>"] }, TWO: { name: "TWO" } });
            cli("consumer", "next", "ONE", "worker", "--count", "1", "--ack");
            await succeeds();
            expect((await stored()).streams["ONE"]).toMatchObject([{ ackFloor: 3 }]);
        });

        it("leaves the last positions where a stream is parked, a mirror, absent, or nobody answers", async () => {
            await succeeds();
            await refused(/^not stored: STREAM\.INFO\.GONE: stream not found$/, { STREAMS: "ONE GONE" });
            const [nowhere] = await freePorts(1);
            await refused(/^not stored: STREAM\.INFO\.ONE: /, { NATS_URL: `nats://127.0.0.1:${nowhere}` });
            cli("stream", "add", "COPY", "--mirror", "ONE", "--storage", "file", "--defaults");
            await refused(/^not stored: COPY is a mirror$/, { STREAMS: "ONE COPY" });
            cli("stream", "rm", "COPY", "--force");
            cli("stream", "edit", "TWO", "--subjects", "parked.TWO", "--force");
            await refused(/^not stored: TWO is parked/);
        });

        it("leaves the last positions where one consumer does not answer, which the server's list only mentions", async () => {
            await succeeds();
            cli("consumer", "add", "TWO", "alone", "--pull", "--replicas", "1", "--defaults");
            const leader = JSON.parse(cli("consumer", "info", "TWO", "alone", "--json")).cluster.leader as string;
            const index = Number(leader.slice(1));
            const died = new Promise((resolve) => servers[index]!.once("exit", resolve));
            servers[index]!.kill("SIGKILL");
            await died;
            await waitFor(
                "both streams have leaders",
                () =>
                    [info("ONE"), info("TWO"), info(positionsStore.stream)].every(
                        ({ cluster }) => cluster.leader && cluster.leader !== leader,
                    ) || undefined,
            );
            await refused(/^not stored: TWO: consumers that do not answer: "alone"$/);
            starts[index]!();
            await waitFor("a run that succeeds", async () => (await run()).exitCode === 0 || undefined, {
                seconds: 60,
            });
            expect((await stored()).streams["TWO"]).toMatchObject([{ durable: "alone" }]);
        });

        it("reads more consumers than the server lists at once", async () => {
            const names = Array.from({ length: 300 }, (_, index) => `c${String(index).padStart(3, "0")}`);
            const config = path.join(folder, "consumer.json");
            for (const name of names) {
                fs.writeFileSync(
                    config,
                    JSON.stringify({ durable_name: name, ack_policy: "explicit", num_replicas: 1, mem_storage: true }),
                );
                cli("consumer", "add", "TWO", "--config", config);
            }
            await succeeds();
            expect((await stored()).streams["TWO"]!.map(({ durable }) => durable)).toEqual(names);
        });

        it("stores what exceeds a message in several, and what exceeds the stream not at all", async () => {
            const config = path.join(folder, "consumer.json");
            const names = Array.from({ length: 12 }, (_, index) => `big${String(index).padStart(2, "0")}`);
            for (const name of names) {
                // Whatever stands at the end of a part arrives: spaces and line ends, too.
                const metadata = { text: " \n ü ".repeat(17_000) };
                fs.writeFileSync(config, JSON.stringify({ durable_name: name, ack_policy: "explicit", metadata }));
                cli("consumer", "add", "TWO", "--config", config);
            }
            await succeeds();
            const parts = info(positionsStore.stream).state;
            expect(parts.messages).toBeGreaterThan(1);
            expect(parts.bytes).toBeGreaterThan(1_048_576);
            expect((await stored()).streams["TWO"]!.map(({ durable }) => durable)).toEqual(names);
            await succeeds({ PART_BYTES: "65536" });
            expect(info(positionsStore.stream).state.messages).toBeGreaterThan(parts.messages + 15);
            const { exportedAt, streams } = await stored();
            expect(streams["TWO"]!.map(({ durable }) => durable)).toEqual(names);
            expect(await run({ PART_BYTES: "65536", MOST_PARTS: "9" })).toMatchObject({
                exitCode: 1,
                said: expect.stringMatching(
                    /^not stored: the positions take \d\d messages of 65536 bytes, and DURABLE_POSITIONS has room for 9: remove durable consumers/,
                ),
            });
            // A run that was cut off after its first part.
            cli(
                "publish",
                positionsStore.subject,
                "half",
                "-H",
                "Drkit-Checkpoint:abc",
                "-H",
                "Drkit-Part:1/2",
                "--jetstream",
            );
            expect((await stored()).exportedAt).toBe(exportedAt);
        });

        it("leaves out the durables that the server made for a mirror and a source of a work queue", async () => {
            const settings = ["--storage", "file", "--replicas", "3", "--defaults"];
            cli("stream", "add", "QUEUE", "--subjects", "queue.>", "--retention", "work", ...settings);
            try {
                cli(
                    "consumer",
                    "add",
                    "QUEUE",
                    "worker",
                    "--pull",
                    "--filter",
                    "queue.a",
                    "--replicas",
                    "3",
                    "--defaults",
                );
                cli("stream", "add", "COPY", "--mirror", "QUEUE", ...settings);
                cli("stream", "add", "ALL", "--source", "QUEUE", ...settings);
                for (const [pattern, key, value] of [
                    [/JS_MIRROR_\w+/, "_nats.mirror.stream", "COPY"],
                    [/JS_SRC_\w+/, "_nats.src.stream", "ALL"],
                ] as const) {
                    const internal = await waitFor(
                        `the server's own durable of ${value}`,
                        () => cli("consumer", "ls", "QUEUE", "--names").match(pattern)?.[0],
                    );
                    expect(JSON.parse(cli("consumer", "info", "QUEUE", internal, "--json")).config).toMatchObject({
                        durable_name: internal,
                        ack_policy: "flow_control",
                        metadata: { [key]: value },
                    });
                }
                await succeeds({ STREAMS: "ONE QUEUE" });
                expect((await stored()).streams["QUEUE"]!.map(({ durable }) => durable)).toEqual(["worker"]);
            } finally {
                for (const stream of ["COPY", "ALL", "QUEUE"]) cli("stream", "rm", stream, "--force");
            }
        });

        it("stores nothing where the positions cannot be kept, and says why", async () => {
            fs.writeFileSync(
                path.join(folder, "ELSEWHERE.json"),
                JSON.stringify({ ...positionsStream("nowhere"), name: "ELSEWHERE" }),
            );
            expect(await run({ POSITIONS_STREAM: "ELSEWHERE" })).toMatchObject({
                exitCode: 1,
                said: expect.stringMatching(/^not stored: ELSEWHERE is not there and cannot be made: /),
            });
        });
    },
);
