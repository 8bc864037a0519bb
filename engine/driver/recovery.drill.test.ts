import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { describeWithTools } from "../toolchain/testTools";
import { EngineError } from "./engineError";
import { engineBenches } from "../../testbed/doubles/testing/engineBench";

const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";
const idle = { unlocked: [], pending: [], orphans: [], damaged: [] };

interface Running {
    readonly pid: number;
    readonly command: string;
}

/** What runs in the folder: an engine started for it, and what that started. */
function running(dir: string): Running[] {
    const lines = execFileSync("ps", ["-eo", "pid=,stat=,command="], { encoding: "utf8" }).split("\n");
    return lines
        .map((line) => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
        .filter((match) => match !== null)
        .filter(
            ([, pid, stat, command]) =>
                !stat?.startsWith("Z") && (command?.includes(dir) || environment(Number(pid)).includes(dir)),
        )
        .map(([, pid, , command]) => ({ pid: Number(pid), command: command ?? "" }))
        .filter(({ pid }) => pid !== process.pid);
}

function environment(pid: number): string {
    try {
        return existsSync("/proc") ? readFileSync(`/proc/${pid}/environ`, "latin1") : "";
    } catch {
        return "";
    }
}

describeWithTools("recovery of the engine", ["pulumi"], (tools) => {
    const bench = engineBenches(tools);

    it("finds nothing to do in a new folder and after a run that ended well", async () => {
        const { start } = await bench();
        const first = await start();
        expect(first.recovery).toEqual(idle);
        await first.stack("dr").up();
        first.close();
        expect((await start()).recovery).toEqual(idle);
    });

    it("survives a kill -9 of the engine in the middle of an update: lock, open step and orphan are cleared, and the next run works", async () => {
        const { start, dir, doubles, lines } = await bench();
        const first = await start();
        const held = doubles.cloud.holdNext(objectType);
        const up = first.stack("dr").up();
        const failure = up.catch((error: unknown) => error);
        await held.reached;
        const engine = running(dir).find(({ command }) => /pulumi up /.test(command));
        if (!engine) throw new Error(`no engine runs in ${dir}: ${JSON.stringify(running(dir))}`);
        process.kill(engine.pid, "SIGKILL");
        const error = await failure;
        expect(error).toBeInstanceOf(EngineError);
        expect((error as EngineError).message).toBe(
            "dr: up failed (exit status -1)\n  something ended the engine in the middle; the next run deals with what it left",
        );
        expect(running(dir)).toEqual([]);
        held.release();
        first.close();

        const second = await start();
        expect(second.recovery.unlocked).toEqual(["dr"]);
        expect(second.recovery.pending.length).toBeGreaterThan(0);
        expect(
            second.recovery.pending.every(
                ({ operation, type, stack }) => operation === "creating" && type === objectType && stack === "dr",
            ),
        ).toBe(true);
        expect(second.recovery.orphans.length).toBeGreaterThan(0);
        expect(lines).toContain("dr: a killed run had left the stack locked; unlocked");
        expect(
            lines.some((line) =>
                /^dr: a killed run was creating aws:s3\/bucketObjectv2:BucketObjectv2 "object-\d"$/.test(line),
            ),
        ).toBe(true);

        const run = await second.stack("dr").up();
        expect(run.errors).toEqual([]);
        expect(
            doubles.cloud
                .ofType(objectType)
                .map(({ name }) => name)
                .sort(),
        ).toHaveLength(2);
        expect((await second.stack("dr").up()).run.changes).toEqual({ same: 5 });
    });

    it("moves a half-written state aside, says so, and starts the stack empty", async () => {
        const { start, dir, doubles, lines } = await bench();
        const first = await start();
        await first.stack("dr").up();
        first.close();
        truncateSync(path.join(dir, "state/.pulumi/stacks/fixture/dr.json"), 500);

        const second = await start();
        expect(second.recovery.damaged).toHaveLength(1);
        expect(readdirSync(path.join(dir, "damaged"))).toHaveLength(1);
        expect(lines.find((line) => line.startsWith("dr: its state cannot be read: "))).toMatch(/JSON/);
        expect(doubles.cloud.objects()).toEqual([]);
        expect((await second.stack("dr").up()).run.changes).toEqual({ create: 5 });
    });

    it("starts a stack empty whose state was encrypted with a passphrase that is lost", async () => {
        const { start, dir, lines } = await bench();
        const first = await start();
        await first.stack("dr").setConfig("password", "correct-horse-battery", true);
        await first.stack("dr").up();
        first.close();
        rmSync(path.join(dir, "passphrase"));

        const second = await start();
        expect(second.recovery.damaged).toHaveLength(1);
        expect(lines.find((line) => line.startsWith("dr: its state cannot be read: "))).toMatch(/passphrase/);
        await second.stack("dr").setConfig("password", "correct-horse-battery", true);
        expect((await second.stack("dr").up()).run.changes).toEqual({ create: 6 });
    });

    it("stops on an interrupt, leaves no process and no lock behind, and goes on the next time", async () => {
        const { start, dir, doubles } = await bench();
        const controller = new AbortController();
        const first = await start({ signal: controller.signal });
        const held = doubles.cloud.holdNext(objectType);
        const up = first.stack("dr").up();
        up.catch(() => undefined);
        await held.reached;
        controller.abort(new Error("interrupted"));
        held.release();
        await expect(up).rejects.toThrow("interrupted");
        expect(running(dir)).toEqual([]);
        first.close();

        const second = await start();
        expect(second.recovery.unlocked).toEqual([]);
        await second.stack("dr").up();
        expect((await second.stack("dr").up()).run.changes).toEqual({ same: 5 });
    });

    it("does not wait for ever for a provider that never answers an interrupt", async () => {
        const { start, dir, doubles } = await bench();
        const controller = new AbortController();
        const first = await start({ signal: controller.signal });
        const held = doubles.cloud.holdNext(objectType);
        const up = first.stack("dr").up();
        up.catch(() => undefined);
        await held.reached;
        controller.abort(new Error("interrupted"));
        await expect(up).rejects.toThrow("interrupted");
        expect(running(dir)).toEqual([]);
        held.release();
        first.close();
        const second = await start();
        expect(second.recovery.pending.length).toBeGreaterThan(0);
        await second.stack("dr").up();
        expect((await second.stack("dr").up()).run.changes).toEqual({ same: 5 });
    });
});
