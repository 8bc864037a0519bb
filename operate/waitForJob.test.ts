import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = path.join(__dirname, "waitForJob.sh");

/**
 * Answers one line of `answers` a look, the last one for ever: the conditions of the Job. "error" is a look that fails, "gone" one that finds no
 * Job, as `kubectl get --ignore-not-found` says it, and "other" one that finds another Job of that name. Writes down how it was called.
 */
const kubectl = `#!/bin/sh
printf '%s\\n' "$*" >>"$STUB/calls"
case "$*" in
*" logs "* | logs*) echo "the script's last lines"; exit 0 ;;
*"get events"*) echo "10s  Normal  Completed  job/nats-restore-1  Job completed"; exit 0 ;;
esac
answer=$(head -n 1 "$STUB/answers")
[ "$(wc -l <"$STUB/answers")" -le 1 ] || sed -i.old 1d "$STUB/answers"
uid=11111111-aaaa
case "$answer" in
error) echo "Unable to connect to the server: net/http: TLS handshake timeout" >&2; exit 1 ;;
gone) exit 0 ;;
other) uid=22222222-bbbb answer= ;;
esac
printf '%s %s\\n' "$uid" "$LIMITS"
printf '%s\\n' "$answer" | tr ' ' '\\n'
`;

let dir = "";
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-wait-"));
    fs.writeFileSync(path.join(dir, "kubectl"), kubectl, { mode: 0o755 });
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

function wait(answers: readonly string[], args: readonly string[] = ["nats-restore-1", "4h"], limits = "1800 5") {
    fs.writeFileSync(path.join(dir, "answers"), `${answers.join("\n")}\n`);
    const env = {
        PATH: `${dir}${path.delimiter}${process.env.PATH}`,
        STUB: dir,
        EVERY_SECONDS: "0",
        LIMITS: limits,
    };
    const { status, stdout, stderr } = spawnSync("sh", [script, ...args], { env, encoding: "utf8" });
    return { status, stdout, stderr };
}

describe("waiting for a Job", () => {
    it("ends as soon as it is complete, with what it wrote", () => {
        expect(wait(["", "", "SuccessCriteriaMet Complete"])).toEqual({
            status: 0,
            stdout: "the script's last lines\nnats-restore-1: complete\n",
            stderr: "",
        });
    });

    it("tells a Job that is complete and leaves work from one that leaves none", () => {
        fs.writeFileSync(
            path.join(dir, "kubectl"),
            kubectl.replace("the script's last lines", "restored\nWORK LEFT: 2 streams"),
            { mode: 0o755 },
        );
        expect(wait(["", "Complete"])).toEqual({
            status: 3,
            stdout: "restored\nWORK LEFT: 2 streams\n",
            stderr: "nats-restore-1: complete, and WORK LEFT (above) has to be done\n",
        });
    });

    it("ends as soon as it has failed, however much time is left", () => {
        const { status, stdout, stderr } = wait(["", "FailureTarget", "FailureTarget Failed"]);
        expect({ status, stdout }).toEqual({ status: 1, stdout: "the script's last lines\n" });
        expect(stderr).toContain("nats-restore-1: FAILED; what it wrote is above");
    });

    it("ends when the time is over, and says that the Job goes on", () => {
        expect(wait([""], ["nats-restore-1", "0s"])).toMatchObject({
            status: 1,
            stderr: expect.stringContaining("neither complete nor failed after 0s; it goes on"),
        });
    });

    it("waits, without a time, until Kubernetes has ended the Job by its own deadline", () => {
        expect(wait(["", "Complete"], ["nats-restore-1", "-n", "kgents-agents"])).toMatchObject({ status: 0 });
        // A clock on which a thousand seconds go by between two looks.
        const clock =
            '#!/bin/sh\nnow=$(cat "$STUB/now" 2>/dev/null || echo 0)\necho $((now + 1000)) | tee "$STUB/now"\n';
        fs.writeFileSync(path.join(dir, "date"), clock, { mode: 0o755 });
        const after = (limits: string) => wait([""], ["nats-restore-1"], limits).stderr;
        expect(after("1800 5")).toContain("neither complete nor failed after 2105s; it goes on");
        expect(after("14400 ")).toContain("neither complete nor failed after 14730s; it goes on");
    });

    it("asks for a time where the Job has no deadline", () => {
        expect(wait([""], ["nats-restore-1"], " 5")).toMatchObject({
            status: 2,
            stderr: expect.stringContaining("TIME is missing, and nats-restore-1 has no deadline of its own"),
        });
    });

    it("goes on over a look that fails, but not where there is no such Job", () => {
        expect(wait(["", "error", "error", "Complete"])).toMatchObject({ status: 0 });
        expect(wait(["error"])).toMatchObject({ status: 2, stderr: expect.stringContaining("cannot be looked at") });
        expect(wait(["gone"])).toMatchObject({
            status: 2,
            stderr: "nats-restore-1: there is no such Job: kubectl get jobs\n",
        });
    });

    it("ends by name at once when the Job is deleted while it waits, and says how to see what it did", () => {
        const { status, stdout, stderr } = wait(["", "error", "gone"]);
        expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
        expect(stderr).toContain(
            "nats-restore-1: GONE: it was deleted while it was waited for, so whether it was complete is not known.",
        );
        expect(stderr).toContain("history limit of a CronJob that it belonged to");
        expect(stderr).toContain('a restore in "nats stream ls --all"');
        expect(stderr).toContain("Normal  Completed  job/nats-restore-1");
    });

    it("does not take another Job of the same name for the one that it waits for", () => {
        expect(wait(["", "other", "Complete"])).toMatchObject({
            status: 4,
            stderr: expect.stringContaining("nats-restore-1: GONE: another Job has its name now"),
        });
    });

    it("hands kubectl its options", () => {
        const options = ["--context", "kgents-usw2", "-n", "kgents-agents"];
        wait(["Complete"], ["after-promotion", ...options]);
        wait(["", "gone"], ["after-promotion", "45m", ...options]);
        const calls = fs.readFileSync(path.join(dir, "calls"), "utf8").trim().split("\n");
        const own = (call: string) => expect.stringMatching(`^--context kgents-usw2 -n kgents-agents ${call}`);
        expect(calls).toEqual([
            own("get job after-promotion --ignore-not-found -o jsonpath="),
            "--context kgents-usw2 -n kgents-agents logs job/after-promotion --all-containers --tail=100",
            own("get job after-promotion --ignore-not-found -o jsonpath="),
            own("get job after-promotion --ignore-not-found -o jsonpath="),
            own("get events --field-selector involvedObject.kind=Job,involvedObject.name=after-promotion$"),
        ]);
    });

    it.each([
        [[]],
        [["nats-restore-1"]],
        [["nats-restore-1", "soon"]],
        [["nats-restore-1", "4"]],
        [["nats-restore-1", "-1h"]],
        [["-n", "kgents-agents"]],
    ])("refuses %j", (args) => {
        // One without a time needs a deadline of its own.
        expect(wait(["Complete"], args, "")).toMatchObject({
            status: 2,
            stderr: expect.stringContaining("usage: sh operate/waitForJob.sh JOB [TIME]"),
        });
    });
});
