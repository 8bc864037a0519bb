import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { waitFor } from "../testbed/nats/waitFor";
import { buildPolicies } from "../scripts/buildPolicies.mjs";

const isRunning = (pid: number) => {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
};

const requiredBy = async (bundle: string) => {
    const text = await readFile(bundle, "utf8");
    return new Set([...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name!));
};

it("the shipped pack loads Pulumi's policy SDK and nothing else that is not in it", async () => {
    const required = await requiredBy(path.join((await buildPolicies()).folder, "dist", "index.js"));
    // The protocol is what the policy SDK loads as well.
    expect([...required].filter((name) => !isBuiltin(name)).sort()).toEqual([
        ...["@pulumi/policy", "@pulumi/pulumi/proto/analyzer_grpc_pb"],
    ]);
});

it("the shipped pack's executable ends with the process that started it", async () => {
    const { executable } = await buildPolicies();
    const starter = spawn("sh", ["-c", `"${executable}" 127.0.0.1:1 & echo "pid $!"; read line`]);
    let said = "";
    starter.stdout.on("data", (data: Buffer) => (said += data));
    await waitFor("the pack's port", () => /^\d+$/m.test(said) || undefined, { seconds: 60 });
    const pid = Number(/pid (\d+)/.exec(said)![1]);
    starter.kill("SIGKILL");
    await waitFor("the pack's end", () => !isRunning(pid) || undefined, { seconds: 60 });
});

it("the shipped pack's executable can be started and serves an analyzer without any package", async () => {
    const { executable } = await buildPolicies();
    const alone = path.join(mkdtempSync(path.join(tmpdir(), "drkit-pack-")), "pack");
    await cp(executable, path.join(alone, "dist", "pack"));
    await cp(path.join(executable, "..", "..", "package.json"), path.join(alone, "package.json"));
    const pack = spawn(path.join(alone, "dist", "pack"), ["127.0.0.1:1"], { cwd: tmpdir() });
    try {
        const [said] = await Promise.race([
            once(pack.stdout, "data"),
            once(pack, "exit").then(([code]) => Promise.reject(new Error(`ended with ${code}`))),
        ]);
        expect(String(said)).toMatch(/^\d+\n$/);
    } finally {
        pack.kill();
        rmSync(path.dirname(alone), { recursive: true });
    }
});
