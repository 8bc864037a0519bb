import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { backupScript, type BackupScript } from "../../../components/backup/natsBackupPod";
import { describeWithTools } from "../../../engine/toolchain/testTools";
import { freePorts } from "../../../testbed/nats/ports";
import { ProcessGuard } from "../../../testbed/nats/processGuard";
import { waitFor } from "../../../testbed/nats/waitFor";
import { awsCli } from "../../../testbed/s3/awsCli";
import { S3Server } from "../../../testbed/s3/s3Server";
import { runProcess } from "../../kit/environments/deployedCronJob";
import { spawn } from "node:child_process";

const bucket = "backups";
const prefix = "use1/nats";

describe("the scripts as Kubernetes reads them", () => {
    it.each(["make", "upload", "fetch", "restore"] as const)(
        "%s holds nothing that a container's command would expand",
        (script) => {
            // "$$" becomes "$" and "$(NAME)" a variable's value before the shell sees either.
            expect(backupScript(script)).not.toMatch(/\$\$|\$\([A-Za-z_][A-Za-z0-9_]*\)/);
        },
    );
});

describeWithTools("the scripts against real servers", ["nats-server", "nats", "versitygw"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-backup-scripts-"));
    const guard = new ProcessGuard();
    let s3: S3Server;
    let standIn = "";
    let url = "";
    let work = "";

    beforeAll(async () => {
        s3 = await S3Server.start({ versitygw: tools.versitygw.path, dir: path.join(dir, "s3"), region: "us-west-2" });
        standIn = (await awsCli(path.join(dir, "bin"), "stand-in")).folder!;
        url = await startNats();
        await nats("stream", "add", "AGENTESE", "--subjects", "agentese.>", "--defaults");
        await nats("stream", "add", "MEMORY", "--subjects", "memory.>", "--storage", "memory", "--defaults");
        await nats("pub", "agentese.x", "message {{Count}}", "--count", "500", "--jetstream");
        await nats("consumer", "add", "AGENTESE", "worker", "--pull", "--defaults");
    });
    afterAll(async () => {
        await s3.close();
        await guard.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });
    let round = 0;
    beforeEach(async () => {
        work = fs.mkdtempSync(path.join(dir, "work-"));
        // A bucket a test: what one leaves is nothing to the next.
        await s3.createBucket(`${bucket}-${++round}`, 7);
    });

    async function startNats(): Promise<string> {
        const [port] = await freePorts(1);
        const child = spawn(
            tools["nats-server"].path,
            [
                "--jetstream",
                "--addr",
                "127.0.0.1",
                "--port",
                String(port),
                "--store_dir",
                path.join(dir, `nats-${port}`),
            ],
            {
                stdio: "ignore",
                detached: true,
            },
        );
        child.unref();
        guard.watch(child);
        const address = `nats://127.0.0.1:${port}`;
        await waitFor("JetStream answers", async () =>
            (await run(["nats", "account", "info"], { NATS_URL: address })).exitCode === 0 ? true : undefined,
        );
        return address;
    }

    function run(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
        const programs = [standIn, path.dirname(tools.nats.path), process.env.PATH].join(path.delimiter);
        const common = {
            NATS_URL: url,
            BUCKET: `${bucket}-${round}`,
            PREFIX: prefix,
            AWS_REGION: "us-west-2",
            NATS_TIMEOUT: "30s",
            HOME: dir,
            BACKUP_DIR: work,
            RESTORE_DIR: work,
        };
        return runProcess(command, { env: { ...common, ...s3?.env, ...env, PATH: programs }, cwd: dir });
    }
    const nats = async (...args: string[]) => {
        const { exitCode, output } = await run(["nats", ...args]);
        expect(exitCode, output).toBe(0);
        return output;
    };
    const script = (name: BackupScript, env: Readonly<Record<string, string>> = {}, before = "") =>
        run(["/bin/sh", "-c", before + backupScript(name)], { STREAMS: "AGENTESE", ...env });
    const complete = () => s3.list(`${bucket}-${round}`, `${prefix}/complete/`);
    const stamp = () => fs.readFileSync(path.join(work, "stamp"), "utf8").trim();
    const fresh = () => (work = fs.mkdtempSync(path.join(dir, "work-")));

    async function backUp(): Promise<string> {
        for (const name of ["make", "upload"] as const) {
            const { exitCode, output } = await script(name);
            expect(exitCode, output).toBe(0);
        }
        return stamp();
    }

    it("back up, and restore into another server, streams and consumers", async () => {
        const made = await backUp();
        expect((await complete()).map(({ key }) => key)).toEqual([`${prefix}/complete/${made}.manifest`]);
        fresh();
        expect((await script("fetch")).exitCode).toBe(0);
        const empty = await startNats();
        const { exitCode, output } = await script("restore", { NATS_URL: empty });
        expect(exitCode, output).toBe(0);
        expect(output).toContain("AGENTESE: messages 500 last 500 consumers 1");
        const again = await script("restore", { NATS_URL: empty });
        expect(again.exitCode).toBe(1);
        expect(again.output).toContain(
            "not restored: stream AGENTESE exists, with 500 messages, the last one 500, and 1 consumers",
        );
    });

    it("fail for a required stream in memory, which no backup holds", async () => {
        const { exitCode, output } = await script("make", { STREAMS: "AGENTESE MEMORY" });
        expect([exitCode, output]).toEqual([
            1,
            expect.stringContaining("no backup: stream MEMORY is stored in memory"),
        ]);
        expect(fs.existsSync(path.join(work, "stamp"))).toBe(false);
    });

    it("take every name that the server takes for a name, and bring it back", async () => {
        const names = ["--help", "-x", "--server=localhost", "a[b", "a'b", 'a"b', "a$HOME", "a`b`", "ünï", "a;b", "~"];
        const consumers = ["--help", "w[o]rker", "wörk'er"];
        // On a server of its own: the other tests count what is on theirs.
        const own = await startNats();
        const there = (...args: string[]) => run(["nats", ...args], { NATS_URL: own });
        for (const [index, name] of names.entries()) {
            const made = await there("stream", "add", "--subjects", `odd.${index}`, "--defaults", "--", name);
            expect(made.exitCode, made.output).toBe(0);
            await there("pub", `odd.${index}`, "it", "--jetstream");
        }
        for (const consumer of consumers) await there("consumer", "add", "--pull", "--defaults", "--", "a[b", consumer);
        const STREAMS = names.join(" ");
        for (const name of ["make", "upload"] as const) {
            const { exitCode, output } = await script(name, { STREAMS, NATS_URL: own });
            expect(exitCode, output).toBe(0);
        }
        fresh();
        expect((await script("fetch")).exitCode).toBe(0);
        const empty = await startNats();
        const { exitCode, output } = await script("restore", { STREAMS, NATS_URL: empty });
        expect(exitCode, output).toBe(0);
        for (const name of names) expect(output).toContain(`${name}: messages 1 last 1 consumers`);
        const found = (await run(["nats", "consumer", "ls", "--names", "--", "a[b"], { NATS_URL: empty })).output;
        expect(found.trim().split("\n").sort()).toEqual(consumers.toSorted());
    });

    it("go on where a consumer ends between the list and the look at it", async () => {
        await nats("consumer", "add", "AGENTESE", "watcher", "--pull", "--defaults");
        const ends =
            'nats() { if [ "$1 $2 ${6:-}" = "consumer info watcher" ]; then command nats consumer rm --force AGENTESE watcher >&2; fi; command nats "$@"; }\n';
        const { exitCode, output } = await script("make", {}, ends);
        expect(exitCode, output).toBe(0);
        const definitions = fs.readdirSync(path.join(work, stamp(), "definitions")).sort();
        expect(definitions).toEqual(["AGENTESE.json", "AGENTESE.worker.json", "MEMORY.json"]);
    });

    it("make the required streams first, and name in the manifest what is wrong with another", async () => {
        await nats("stream", "add", "AAA", "--subjects", "aaa.>", "--defaults");
        const breaks = 'nats() { case "$*" in "stream backup"*AAA) return 1 ;; esac; command nats "$@"; }\n';
        const { exitCode, output } = await script("make", {}, breaks);
        await nats("stream", "rm", "AAA", "--force");
        expect(exitCode, output).toBe(0);
        expect(output).toContain("# stream AGENTESE messages 500 last 500\n");
        expect(output).toContain("# skipped AAA: stream AAA\n");
        const required = await script("make", { STREAMS: "AAA" }, breaks);
        expect(required.exitCode).toBe(1);
    });

    it("bring a durable back that the snapshot does not hold, at the message where it was, without waiting", async () => {
        await nats("stream", "add", "VOLATILE", "--subjects", "volatile.>", "--defaults");
        await nats("pub", "volatile.x", "message {{Count}}", "--count", "10", "--jetstream");
        await nats("consumer", "add", "VOLATILE", "inMemory", "--pull", "--memory", "--defaults");
        await nats("consumer", "next", "VOLATILE", "inMemory", "--count", "4", "--ack");
        const STREAMS = "VOLATILE";
        for (const name of ["make", "upload"] as const) {
            const { exitCode, output } = await script(name, { STREAMS });
            expect(exitCode, output).toBe(0);
        }
        expect(fs.readFileSync(path.join(work, `${stamp()}.manifest`), "utf8")).toContain(
            "# consumer VOLATILE inMemory 4\n",
        );
        await nats("stream", "rm", "VOLATILE", "--force");
        fresh();
        expect((await script("fetch")).exitCode).toBe(0);
        const empty = await startNats();
        const { exitCode, output } = await script("restore", { STREAMS, NATS_URL: empty, WAIT_SECONDS: "20" });
        expect(exitCode, output).toBe(0);
        expect(output).toContain("VOLATILE: consumer inMemory made again behind message 4");
        const next = await run(["nats", "consumer", "next", "VOLATILE", "inMemory", "--no-ack"], { NATS_URL: empty });
        expect(next.output).toContain("message 5");
    });

    it("say in the manifest what is in a backup, and that memory streams are not", async () => {
        expect((await script("make")).output).toContain("# memory MEMORY: its definition only");
        const manifest = fs.readFileSync(path.join(work, `${stamp()}.manifest`), "utf8");
        expect(manifest).toMatch(/^# nats backup 1 \d{8}T\d{6}Z-[0-9a-f]{8}\n/);
        expect(manifest).toContain("# stream AGENTESE messages 500 last 500\n");
        expect(manifest).toContain("./definitions/AGENTESE.worker.json\n");
        expect(manifest).toMatch(/\n# end 5\n$/);
    });

    it("make no backup without a stream that has to be in it", async () => {
        const { exitCode, output } = await script("make", { STREAMS: "AGENTESE EVENTS" });
        expect(exitCode).toBe(1);
        expect(output).toContain("no backup: stream EVENTS is not there; found: AGENTESE MEMORY");
        expect((await script("upload")).output).toContain("not uploaded: there is no backup in");
        expect(await complete()).toEqual([]);
    });

    it("make no backup when nobody answers", async () => {
        const [port] = await freePorts(1);
        const { exitCode, output } = await script("make", { NATS_URL: `nats://127.0.0.1:${port}`, NATS_TIMEOUT: "1s" });
        expect(exitCode).toBe(1);
        expect(output).toContain("no backup: cannot list the streams");
    });

    it("make no backup on a disk that is full", async () => {
        // 512 blocks are less than the stream: a write beyond that fails, as on a full disk.
        const crowded = { NATS_URL: await startNats() };
        await run(["nats", "stream", "add", "AGENTESE", "--subjects", "agentese.>", "--defaults"], crowded);
        await run(["nats", "pub", "agentese.x", "{{Random 20000 20000}}", "--count", "40", "--jetstream"], crowded);
        const { exitCode, output } = await script("make", crowded, "ulimit -f 512\n");
        expect(exitCode).not.toBe(0);
        expect(output).toContain("no backup: stream AGENTESE");
        expect(fs.existsSync(path.join(work, "stamp"))).toBe(false);
        expect(fs.readdirSync(work).filter((file) => file.endsWith(".manifest"))).toEqual([]);
    });

    /** As of a call of a command no file gets larger than one block of 512 bytes, as on a disk that is full. */
    const fullAsOf = (command: string, call: string) =>
        `${command}() { case "$*" in "${call}"*) ulimit -f 1 ;; esac; command ${command} "$@"; }\n`;

    it.each([
        [
            "a definition",
            fullAsOf("nats", "stream info --json -- AGENTESE"),
            "no backup: cannot read the definition of AGENTESE",
        ],
        [
            "a consumer's definition",
            fullAsOf("nats", "consumer info"),
            "no backup: cannot read the definition of consumer worker of AGENTESE",
        ],
        ["the manifest", fullAsOf("cat", ""), "no backup: cannot write the manifest"],
    ])("make no backup on a disk that is full when it comes to %s", async (_, full, said) => {
        const { exitCode, output } = await script("make", {}, full);
        expect(exitCode, output).not.toBe(0);
        expect(output).toContain(said);
        expect(fs.existsSync(path.join(work, "stamp"))).toBe(false);
        expect(fs.readdirSync(work).filter((file) => file.endsWith(".manifest"))).toEqual([]);
        expect((await script("upload")).output).toContain("not uploaded: there is no backup in");
        expect(await complete()).toEqual([]);
    });

    it.each([
        [
            "among its files",
            `command aws s3 cp "$BACKUP_DIR/$stamp/streams/AGENTESE/backup.json" "s3://$BUCKET/$PREFIX/data/$stamp/streams/AGENTESE/backup.json"`,
            1,
        ],
        ["between its files and its manifest", `command aws "$@"`, 5],
    ])("leave nothing that looks whole when an upload is interrupted %s", async (_, uploaded, files) => {
        await script("make");
        // Whatever the script uploads besides its files arrives, so that another order of the two would show.
        const interrupted = `aws() { case "$*" in *--recursive*) ${uploaded}; kill -9 $$ ;; *) command aws "$@" ;; esac; }\n`;
        expect((await script("upload", {}, interrupted)).exitCode).toBe(137);
        expect(await s3.list(`${bucket}-${round}`, `${prefix}/data/`)).toHaveLength(files);
        expect(await complete()).toEqual([]);
        fresh();
        const { exitCode, output } = await script("fetch");
        expect(exitCode).toBe(1);
        expect(output).toContain("not fetched: there is no complete backup under s3://");
    });

    it("fail when the bucket is not there", async () => {
        await script("make");
        const upload = await script("upload", { BUCKET: "elsewhere" });
        expect(upload.exitCode).toBe(1);
        expect(upload.output).toContain("not uploaded: the files of");
        const fetched = await script("fetch", { BUCKET: "elsewhere" });
        expect(fetched.exitCode).toBe(1);
        expect(fetched.output).toContain("not fetched: cannot list s3://elsewhere/");
    });

    it("upload no backup whose manifest is cut off", async () => {
        await script("make");
        const manifest = path.join(work, `${stamp()}.manifest`);
        fs.writeFileSync(manifest, fs.readFileSync(manifest, "utf8").split("\n").slice(0, 3).join("\n"));
        expect((await script("upload")).output).toContain(`not uploaded: the manifest of ${stamp()} has no end`);
        expect(await complete()).toEqual([]);
    });

    it.each([
        ["shorter", (file: string) => fs.truncateSync(file, 100)],
        ["different", (file: string) => fs.appendFileSync(file, "x")],
        ["missing", (file: string) => fs.rmSync(file)],
    ])("restore nothing when a file is %s", async (_, damage) => {
        await backUp();
        damage(path.join(work, stamp(), "streams", "AGENTESE", "stream.tar.s2"));
        const { exitCode, output } = await script("restore", { NATS_URL: await startNats() });
        expect(exitCode).toBe(1);
        expect(output).toContain("./streams/AGENTESE/stream.tar.s2: FAILED");
        expect(output).toContain(`not restored: ${stamp()} differs from its manifest`);
    });

    it("restore nothing by a manifest that is cut off", async () => {
        await backUp();
        const manifest = path.join(work, `${stamp()}.manifest`);
        fs.writeFileSync(manifest, fs.readFileSync(manifest, "utf8").split("\n").slice(0, -2).join("\n"));
        expect((await script("restore")).output).toContain(`not restored: the manifest of ${stamp()} is cut off`);
    });

    it("replace an empty stream only when they are told to, and never one that held a message", async () => {
        await backUp();
        const baseline = await startNats();
        await run(["nats", "stream", "add", "AGENTESE", "--subjects", "agentese.>", "--defaults"], {
            NATS_URL: baseline,
        });
        expect((await script("restore", { NATS_URL: baseline })).output).toContain(
            "or, if it never held a message, with REPLACE_EMPTY=yes",
        );
        expect((await script("restore", { NATS_URL: baseline, REPLACE_EMPTY: "yes" })).exitCode).toBe(0);
        expect((await script("restore", { NATS_URL: baseline, REPLACE_EMPTY: "yes" })).exitCode).toBe(1);
    });

    /** A first attempt that ends as one does whose server died, after `left` has happened; later ones are the real thing. */
    const interruptedOnce = (left: string) =>
        `sleep() { :; }; nats() { case "$*" in "stream restore"*) if [ ! -e "$RESTORE_DIR/tried" ]; then touch "$RESTORE_DIR/tried"; ${left} echo "nats: error: restore failed: nats: no responders available for request"; return 1; fi ;; esac; command nats "$@"; }\n`;
    const emptyStream = `command nats stream add AGENTESE --subjects "agentese.>" --defaults >/dev/null;`;

    it.each([
        ["nothing", ""],
        ["an empty stream", emptyStream],
    ])("restore once more when the cluster interrupts them and leaves %s", async (_, left) => {
        await backUp();
        const target = await startNats();
        const { exitCode, output } = await script("restore", { NATS_URL: target }, interruptedOnce(left));
        expect(exitCode, output).toBe(0);
        expect(output).toContain("AGENTESE: interrupted, trying again");
        expect(output).toMatch(/AGENTESE: messages (\d+) last \1 consumers 1; in the backup: messages \1 last \1/);
        expect((await run(["nats", "stream", "ls", "--names"], { NATS_URL: target })).output.trim()).toBe("AGENTESE");
    });

    it("take an attempt for done that arrived and was only not answered", async () => {
        await backUp();
        const arrived = `command nats stream restore "$RESTORE_DIR/$stamp/streams/AGENTESE" --no-progress >/dev/null 2>&1;`;
        const { exitCode, output } = await script("restore", { NATS_URL: await startNats() }, interruptedOnce(arrived));
        expect(exitCode, output).toBe(0);
        expect(output).not.toContain("trying again");
        expect(output).toMatch(/AGENTESE: messages (\d+) last \1 consumers 1; in the backup: messages \1 last \1/);
    });

    it("delete nothing that was written to what an interruption left", async () => {
        await backUp();
        const target = await startNats();
        // More than the backup holds: by its numbers alone it would look whole.
        const written = `${emptyStream} command nats pub agentese.x hello --count 600 --jetstream >/dev/null 2>&1;`;
        const { exitCode, output } = await script("restore", { NATS_URL: target }, interruptedOnce(written));
        expect(exitCode).toBe(1);
        expect(output).toContain(
            "not restored: stream AGENTESE: an interrupted attempt left it empty, and now it has 600 messages, the last one 600, and 0 consumers",
        );
        expect((await run(["nats", "stream", "get", "AGENTESE", "1"], { NATS_URL: target })).output).toContain("hello");
    });

    it("call no stream restored that holds less than the backup", async () => {
        await backUp();
        const short = `nats() { case "$*" in "stream restore"*) ${emptyStream} return 0 ;; esac; command nats "$@"; }\n`;
        const { exitCode, output } = await script("restore", { NATS_URL: await startNats() }, short);
        expect(exitCode).toBe(1);
        expect(output).toContain("not restored: stream AGENTESE is not what the backup holds");
    });

    it("restore nothing into a cluster that has too few servers for what they restore", async () => {
        await backUp();
        const file = path.join(work, stamp(), "streams", "AGENTESE", "backup.json");
        fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"num_replicas": 1', '"num_replicas": 3'));
        const manifest = path.join(work, `${stamp()}.manifest`);
        const sum = createHash("sha256").update(fs.readFileSync(file)).digest("hex");
        fs.writeFileSync(
            manifest,
            fs.readFileSync(manifest, "utf8").replace(/\S+(?= {2}\.\/streams\/AGENTESE\/backup\.json)/, sum),
        );
        const target = await startNats();
        const { exitCode, output } = await script("restore", { NATS_URL: target, RETRY_SECONDS: "1" });
        expect(exitCode).toBe(1);
        expect(output).toContain(
            "not restored: the cluster is not ready for a stream on 3 servers after 1 s; nothing was restored",
        );
        expect((await run(["nats", "stream", "ls", "--names"], { NATS_URL: target })).output.trim()).toBe("");
    });

    it("choose the newest backup that is not younger than a moment", async () => {
        const { BUCKET: name } = { BUCKET: `${bucket}-${round}` };
        const first = await backUp();
        fresh();
        // Stamps have whole seconds.
        await waitFor("another second", () =>
            new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "") > first.slice(0, 15) ? true : undefined,
        );
        const second = await backUp();
        const fetched = async (moment: string) => {
            fresh();
            const { output } = await script("fetch", { BACKUP: moment, BUCKET: name });
            return /(\S+): fetched/.exec(output)?.[1] ?? output;
        };
        expect(await fetched("")).toBe(second);
        expect(await fetched(first)).toBe(first);
        expect(await fetched(second)).toBe(second);
        expect(await fetched(second.slice(0, 4))).toBe(second);
        expect(await fetched("2020")).toContain(`no complete backup is as old as 2020; the oldest is ${first}`);
    });

    it("give each run a stamp of its own, two of the same second too", async () => {
        const make = (BACKUP_DIR: string) => script("make", { BACKUP_DIR }, "date() { echo 20260131T030000Z; }\n");
        const runs = await Promise.all([fresh(), fresh()].map(make));
        expect(new Set(runs.map(({ output }) => /(\S+): made/.exec(output)?.[1])).size).toBe(2);
    });
});
