import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectOnRecord } from "../goldens/golden";
import { describeWithTools } from "../../engine/toolchain/testTools";
import type { Deployments, DrillContext } from "../kit/context";
import { restore } from "./restore";
import { runScript } from "../kit/runDrill";
import { drillContext } from "../kit/testing/drillContext";
import { backupFixture } from "./restore/testing/backupFixture";

describeWithTools("the restore of every stream from the bucket", ["nats-server", "nats", "versitygw"], (tools) => {
    const folders: string[] = [];
    let deployments: Deployments;
    beforeAll(async () => {
        deployments = await backupFixture();
    });
    afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

    function contextOf(
        given: Deployments,
        signal = new AbortController().signal,
        progress = (_line: string): void => undefined,
    ): DrillContext {
        const workDir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-restore-"));
        folders.push(workDir);
        return drillContext({ deployments: given, tools, workDir, progress, signal });
    }

    it("brings messages, sequences and consumers back, and the backup before the last one too", async () => {
        const result = await runScript(restore, contextOf(deployments));
        expect(result.checks.filter((check) => !check.passed)).toEqual([]);
        expect(result.checks.map((check) => check.id)).toEqual([
            "backup-cadence",
            "backup-arrives",
            "backup-verified",
            "live-cluster-refused",
            "restored",
            "messages-as-before",
            "backup-holds-everything",
            "consumers-go-on",
            "point-in-time",
        ]);
        expectOnRecord(
            "checks/restore",
            result.checks.map(({ id }) => id),
        );
        const measured = Object.fromEntries(result.measurements.map(({ id, value }) => [id, value]));
        expect(measured["recovered"]).toBeGreaterThanOrEqual(1_200);
        expect(measured["lost"]).toBeGreaterThan(0);
        expect(measured["backup-rpo-promised"]).toBe(5_405);
    });

    it("ends when it is interrupted, and leaves no process behind", async () => {
        const interrupt = new AbortController();
        const context = contextOf(deployments, interrupt.signal, () => interrupt.abort(new Error("Ctrl-C")));
        await expect(runScript(restore, context)).rejects.toThrow("Ctrl-C");
        // Only Linux shows every process in a folder.
        const processes = () => (fs.existsSync("/proc/self/cmdline") ? fs.readdirSync("/proc") : []);
        const left = () =>
            processes().filter((entry) => /^\d+$/.test(entry) && commandOf(entry).includes(context.workDir));
        // What was just being started is ended as soon as it has been.
        await expect.poll(left, { timeout: 60_000 }).toEqual([]);
    });

    it.each(restore.sabotages)("turns red with $title", async (sabotage) => {
        const result = await runScript(restore, contextOf(sabotage.apply!(deployments)));
        expect(result.checks.filter((check) => !check.passed).map((check) => check.id)).toEqual([sabotage.expectRed]);
    });
});

function commandOf(pid: string): string {
    try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
        return "";
    }
}
