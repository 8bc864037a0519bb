import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = path.join(__dirname, "waitForJob.sh");

/** Answers one line of `answers` a look, the last one for ever; "error" is a look that fails. Writes down how it was called. */
const kubectl = `#!/bin/sh
printf '%s\\n' "$*" >>"$STUB/calls"
case "$*" in *" logs "* | logs*) echo "the script's last lines"; exit 0 ;; esac
answer=$(head -n 1 "$STUB/answers")
[ "$(wc -l <"$STUB/answers")" -le 1 ] || sed -i.old 1d "$STUB/answers"
[ "$answer" != error ] || { echo 'jobs.batch "nats-restore-1" not found' >&2; exit 1; }
printf '%s\\n' "$answer" | tr ' ' '\\n'
`;

let dir = "";
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-wait-"));
    fs.writeFileSync(path.join(dir, "kubectl"), kubectl, { mode: 0o755 });
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

function wait(answers: readonly string[], args: readonly string[] = ["nats-restore-1", "4h"]) {
    fs.writeFileSync(path.join(dir, "answers"), `${answers.join("\n")}\n`);
    const env = { PATH: `${dir}${path.delimiter}${process.env.PATH}`, STUB: dir, EVERY_SECONDS: "0" };
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

    it("goes on over a look that fails, but not where there is no such Job", () => {
        expect(wait(["", "error", "Complete"])).toMatchObject({ status: 0 });
        expect(wait(["error"])).toMatchObject({ status: 2, stderr: expect.stringContaining("not found") });
    });

    it("hands kubectl its options", () => {
        wait(["Complete"], ["after-promotion", "45m", "--context", "kgents-usw2", "-n", "kgents-agents"]);
        const calls = fs.readFileSync(path.join(dir, "calls"), "utf8").trim().split("\n");
        expect(calls).toEqual([
            expect.stringMatching(/^--context kgents-usw2 -n kgents-agents get job after-promotion -o jsonpath=/),
            "--context kgents-usw2 -n kgents-agents logs job/after-promotion --all-containers --tail=100",
        ]);
    });

    it.each([
        [[]],
        [["nats-restore-1"]],
        [["nats-restore-1", "soon"]],
        [["nats-restore-1", "4"]],
        [["nats-restore-1", "-1h"]],
    ])("refuses %j", (args) => {
        expect(wait(["Complete"], args)).toMatchObject({
            status: 2,
            stderr: expect.stringContaining("usage: sh operate/waitForJob.sh JOB TIME"),
        });
    });
});
