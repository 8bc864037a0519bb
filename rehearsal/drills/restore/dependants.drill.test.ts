import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream, jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kgents } from "../../../infra/kgents";
import { describeWithTools } from "../../../engine/toolchain/testTools";
import { findDependants } from "../../../operate/streams/dependants";
import { StreamApi } from "../../../operate/streams/streamApi";
import { readStream } from "../../../testbed/nats/streamReader";
import { waitFor } from "../../../testbed/nats/waitFor";
import { BackupEnvironment } from "../../kit/environments/backup";
import { clientSubject } from "../../kit/load/clientSubject";
import { drillContext } from "../../kit/testing/drillContext";
import { backupFixture } from "./testing/backupFixture";

const [stream, other] = [kgents.streams[0]!, kgents.streams[1]!];

describeWithTools(
    "a restore under streams that depend on what it restores",
    ["nats-server", "nats", "versitygw"],
    (tools) => {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-dependants-"));
        let world: BackupEnvironment;
        let connection: NatsConnection;
        let manager: JetStreamManager;
        const lastOf = async (name: string) => (await manager.streams.info(name)).state.last_seq;
        const at = (name: string, last: number) =>
            waitFor(`${name} at ${last}`, async () => (await lastOf(name)) >= last || undefined, { seconds: 120 });
        const publish = async (word: string, count: number) => {
            for (let number = 1; number <= count; number += 1) {
                const text = `${word}-${number}`;
                await waitFor(`${text} stored`, () =>
                    jetstream(connection).publish(clientSubject(stream, "restore"), text, {
                        msgID: text,
                        timeout: 10_000,
                    }),
                );
            }
        };

        beforeAll(async () => {
            const deployments = await backupFixture();
            const context = drillContext({ deployments, tools, workDir: dir });
            world = await BackupEnvironment.start(context, deployments.primary!, deployments.dr!);
            connection = await world.connect("client");
            manager = await waitFor("JetStream to answer", () => jetstreamManager(connection, { timeout: 5_000 }));
            const add = (config: Parameters<JetStreamManager["streams"]["add"]>[0]) =>
                waitFor(`stream ${config.name}`, () => manager.streams.add({ num_replicas: 1, ...config }));
            await add({ name: "COPY", mirror: { name: stream.name } });
            await add({ name: "ALL", sources: [{ name: stream.name }, { name: other.name }] });
            // As the CLI writes a filter, and as an aggregate of two parts of one stream is written.
            const filter = clientSubject(stream, "restore");
            await add({
                name: "FILTERED",
                mirror: { name: stream.name, subject_transforms: [{ src: filter, dest: "" }] },
            });
            const part = (src: string) => ({ name: stream.name, subject_transforms: [{ src, dest: `all.${src}` }] });
            await add({ name: "TWICE", sources: [part(filter), part(`${filter}.other`)] });
            // Another account's stream of that name: not ours.
            await add({
                name: "FOREIGN",
                mirror: { name: stream.name, external: { api: "$JS.other.API", deliver: "" } },
            });
            await publish("before", 20);
            await at("COPY", 20);
            const backup = await world.backup();
            expect(backup.exitCode, backup.output).toBe(0);
            await publish("lost", 10);
            await at("COPY", 30);
            for (const name of ["ALL", "FILTERED", "TWICE"]) await at(name, 30);
            await waitFor("no stream", () => manager.streams.delete(stream.name));
        });
        afterAll(async () => {
            await connection?.close();
            await world?.close();
            fs.rmSync(dir, { recursive: true, force: true });
        });

        it("lists each of them with what is to be done, and is complete all the same", async () => {
            const { exitCode, output } = await world.restore({ STREAMS: stream.name });
            expect(exitCode, output).toBe(0);
            expect(output).toMatch(/restored, and on all servers\n/);
            expect(output).toContain(
                `DEPENDS: COPY mirrors ${stream.name} and ends 10 messages after it: it skips the next 10 messages of ${stream.name}`,
            );
            expect(output).toContain(`DEPENDS: FILTERED mirrors ${stream.name} and ends 10 messages after it`);
            for (const name of ["ALL", "TWICE"])
                expect(output).toContain(
                    `DEPENDS: ${name} sources ${stream.name}: it may lack messages that come next`,
                );
            expect(output).not.toContain("FOREIGN");
            // The source of a stream that was not restored is not among them.
            expect(output).not.toContain(`sources ${other.name}`);
            expect(output.trim().split("\n").at(-1)).toMatch(
                /^WORK LEFT: the lines DEPENDS \(above\) say which streams depend on what was restored/,
            );
        });

        it("tells of what does happen: both are short of the next messages, and nothing says so", async () => {
            await publish("after", 15);
            await at("COPY", 35);
            const api = new StreamApi(connection, { patienceMs: 10_000 });
            const { found } = await findDependants(api, [stream.name]);
            expect(found.map(({ name, as }) => `${name} ${as}`).sort()).toEqual([
                "ALL source",
                "COPY mirror",
                "FILTERED mirror",
                "TWICE source",
            ]);
            for (const { name, fault } of found)
                expect(fault, name).toMatch(/^it (took another|holds another|ends at|took messages)/);
            await waitFor("ALL has what it gets", async () => (await lastOf("ALL")) >= 35 || undefined, {
                seconds: 120,
            });
            for (const name of ["COPY", "ALL"]) {
                const texts = (await readStream(connection, name)).length;
                expect(texts, name).toBeGreaterThanOrEqual(35);
                const found = await Promise.all(
                    Array.from({ length: 15 }, async (_, index) => {
                        const message = await manager.streams.getMessage(name, { seq: 21 + index });
                        return message?.string();
                    }),
                );
                expect(found.slice(0, 10), name).toEqual(Array.from({ length: 10 }, (_, index) => `lost-${index + 1}`));
                expect(found.slice(10), name).toEqual(Array.from({ length: 5 }, (_, index) => `after-${index + 11}`));
            }
        });
    },
);
