import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { ProcessGuard } from "./processGuard";
import { waitFor } from "./waitFor";

const sleep = () => spawn("sleep", ["600"], { stdio: "ignore", detached: true });
const alive = (pid: number) => {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
};

describe("ProcessGuard", () => {
    it("ends what it watches when it is closed", async () => {
        const guard = new ProcessGuard();
        const child = sleep();
        const exited = once(child, "exit");
        guard.watch(child);
        await guard.close();
        expect((await exited)[1]).toBe("SIGKILL");
    });

    it("ends what it watches when its own process is killed with -9", async () => {
        const program = `
            const { ProcessGuard } = require(${JSON.stringify(path.join(__dirname, "processGuard.ts"))});
            const child = require("node:child_process").spawn("sleep", ["600"], { stdio: "ignore", detached: true });
            new ProcessGuard().watch(child);
            console.log(child.pid);
            setInterval(() => undefined, 1000);
        `;
        const owner = spawn(process.execPath, ["--import", "tsx", "-e", program], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        const [line] = (await once(owner.stdout, "data")) as [Buffer];
        const pid = Number(line.toString());
        expect(alive(pid)).toBe(true);
        owner.kill("SIGKILL");
        await waitFor("the watched process to end", () => !alive(pid) || undefined);
    });
});
