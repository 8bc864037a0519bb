import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = path.join(__dirname, "startJob.sh");

/** What `kubectl create job --from` makes of a CronJob: the owner is the CronJob, and its controller counts the Job as its own. */
const fromCronJob = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
        name: "after-promotion",
        annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
        ownerReferences: [
            { apiVersion: "batch/v1", kind: "CronJob", name: "nats-backup", uid: "1-2", controller: true },
        ],
    },
    spec: {
        activeDeadlineSeconds: 1800,
        template: { metadata: { labels: { "app.kubernetes.io/name": "nats-backup" } } },
    },
};

/** kubectl as far as the script uses it: what it is asked for is written down, and what it is to create is kept. */
const kubectl = `#!${process.execPath}
const fs = require("node:fs");
const [args, stub] = [process.argv.slice(2), process.env.STUB];
fs.appendFileSync(stub + "/calls", args.join(" ") + "\\n");
const says = (...words) => words.every((word) => args.includes(word));
const read = () => JSON.parse(fs.readFileSync(0, "utf8"));
if (process.env.FAILS && says(...process.env.FAILS.split(" "))) { console.error("error: " + process.env.FAILS); process.exit(1); }
if (says("get", "jobs")) process.stdout.write(fs.readFileSync(stub + "/jobs", "utf8"));
else if (says("create", "job", "--dry-run=client")) process.stdout.write(fs.readFileSync(stub + "/from.json", "utf8"));
else if (says("patch", "--local", "--type", "merge")) {
    const object = read();
    for (const [key, value] of Object.entries(JSON.parse(args[args.indexOf("--patch") + 1]).metadata))
        if (value === null) delete object.metadata[key];
    console.log(JSON.stringify(object));
} else if (says("create", "--filename", "-")) {
    fs.writeFileSync(stub + "/created.json", JSON.stringify(read()));
    console.log("job.batch/after-promotion created");
} else process.exit(1);
`;

let dir = "";
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-start-"));
    fs.writeFileSync(path.join(dir, "kubectl"), kubectl, { mode: 0o755 });
    fs.writeFileSync(path.join(dir, "from.json"), JSON.stringify(fromCronJob));
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

const context = ["--context", "kgents-usw2", "-n", "kgents-agents"];

function start(jobs: readonly string[], args = ["nats-backup", "after-promotion", ...context], fails = "") {
    fs.writeFileSync(path.join(dir, "jobs"), jobs.map((line) => `${line}\n`).join(""));
    const env = { PATH: `${dir}${path.delimiter}${process.env.PATH}`, STUB: dir, FAILS: fails };
    const { status, stdout, stderr } = spawnSync("sh", [script, ...args], { env, encoding: "utf8" });
    const file = path.join(dir, "created.json");
    return { status, stdout, stderr, created: fs.existsSync(file) && JSON.parse(fs.readFileSync(file, "utf8")) };
}

describe("starting a Job from a CronJob", () => {
    it("makes it belong to nobody, so that no history limit deletes it, and otherwise as the CronJob has it", () => {
        const { status, stdout, created } = start([]);
        const { name, annotations } = fromCronJob.metadata;
        expect(status).toBe(0);
        expect(created).toEqual({ ...fromCronJob, metadata: { name, annotations } });
        expect(stdout).toContain(
            "wait for it: sh operate/waitForJob.sh after-promotion --context kgents-usw2 -n kgents-agents",
        );
    });

    it.each([
        ["an old kubectl makes, without an owner", undefined],
        ["an owner has that is no controller", [{ ...fromCronJob.metadata.ownerReferences[0], controller: undefined }]],
    ])("makes the same of one that %s", (_what, ownerReferences) => {
        const metadata = { ...fromCronJob.metadata, ownerReferences };
        fs.writeFileSync(path.join(dir, "from.json"), JSON.stringify({ ...fromCronJob, metadata }));
        expect(start([]).created.metadata).toEqual({
            name: fromCronJob.metadata.name,
            annotations: fromCronJob.metadata.annotations,
        });
    });

    it("hands kubectl its options at every call", () => {
        start([]);
        const calls = fs.readFileSync(path.join(dir, "calls"), "utf8").trim().split("\n");
        expect(calls).toHaveLength(4);
        for (const call of calls) expect(call).toMatch(/^--context kgents-usw2 -n kgents-agents (get|create|patch) /);
        expect(calls[1]).toContain("create job after-promotion --from=cronjob/nats-backup --dry-run=client -o json");
    });

    it.each([
        ["that the CronJob started itself when it was resumed", "nats-backup-29412300 nats-backup "],
        ["that a person started", "try-1 nats-backup SuccessCriteriaMet,"],
        ["whose pods are being ended", "try-2 nats-backup FailureTarget,"],
    ])("refuses while another run goes on, %s", (_what, line) => {
        const { status, stderr, created } = start(["old-1 nats-backup Complete,", line]);
        const [other] = line.split(" ");
        expect({ status, created }).toEqual({ status: 3, created: false });
        expect(stderr).toBe(
            `after-promotion: not started: ${other} of CronJob nats-backup runs already, and two at once would wait for each other.\n` +
                `  wait for it: sh operate/waitForJob.sh ${other} --context kgents-usw2 -n kgents-agents\n`,
        );
    });

    it("starts it beside finished runs, and runs of other CronJobs", () => {
        const others = [
            "nats-backup-1 nats-backup SuccessCriteriaMet,Complete,",
            "nats-backup-2 nats-backup FailureTarget,Failed,",
            "durable-positions-9 durable-positions ",
            "theirs  ",
        ];
        expect(start(others)).toMatchObject({ status: 0, stderr: "" });
    });

    it.each([
        ["get", "the Jobs that run cannot be listed"],
        ["--dry-run=client", "CronJob nats-backup cannot be read"],
        ["patch", "its owner cannot be taken out"],
        ["create --filename", "it cannot be created"],
    ])("creates nothing where kubectl cannot %s", (call, message) => {
        const { status, stderr, created } = start([], undefined, call);
        expect({ status, created }).toEqual({ status: 1, created: false });
        expect(stderr).toContain(`after-promotion: not started: ${message}`);
    });

    it.each([
        [[]],
        [["nats-backup"]],
        [["nats-backup", "-n"]],
        [["nats-backup", "a b"]],
        [["cronjob/nats-backup", "a"]],
    ])("refuses %j", (args) => {
        expect(start([], args)).toMatchObject({
            status: 2,
            stderr: expect.stringContaining("usage: sh operate/startJob.sh CRONJOB JOB"),
            created: false,
        });
    });
});

describe("the runbooks", () => {
    const docs = path.join(__dirname, "..", "docs");
    const pages = fs.readdirSync(docs).filter((file) => file.endsWith(".md"));
    const lines = pages.flatMap((page) =>
        fs
            .readFileSync(path.join(docs, page), "utf8")
            .split("\n")
            .map((line) => ({ page, line })),
    );

    it("make no Job that a history limit can delete", () => {
        expect(lines.filter(({ line }) => /create job\b.*--from/.test(line))).toEqual([]);
        expect(lines.filter(({ line }) => line.includes("operate/startJob.sh")).length).toBeGreaterThan(5);
    });

    it("wait for a Job by its own deadline, which follows the settings", () => {
        const waits = lines.flatMap(({ line }) => [...line.matchAll(/operate\/waitForJob\.sh (\S+) (\S+)/g)]);
        expect(waits.filter(([, , next]) => /^\d/.test(next!)).map(([all]) => all)).toEqual([]);
    });
});
