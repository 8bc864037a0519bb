import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, linkSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithTools } from "../engine/toolchain/testTools";
import { kgents } from "../infra/kgents";
import { freePorts } from "../testbed/nats/ports";
import { waitFor } from "../testbed/nats/waitFor";

const root = path.join(__dirname, "..");

/** The folders of the packages that `npm ci --omit=dev` installs, by the lock file. */
function runtimePackages(): string[] {
    const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
        packages: Record<string, { dev?: boolean; optional?: boolean }>;
    };
    return Object.entries(packages)
        .filter(([folder, { dev }]) => folder.startsWith("node_modules/") && dev !== true)
        .map(([folder]) => folder)
        .filter((folder) => existsSync(path.join(root, folder)));
}

/** Links the files of a package, and none of the packages within it, which the lock file lists for themselves. */
function linkPackage(from: string, to: string): void {
    mkdirSync(to, { recursive: true });
    for (const entry of readdirSync(from, { withFileTypes: true })) {
        if (entry.name === "node_modules") continue;
        const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
        if (entry.isDirectory()) linkPackage(source, target);
        else if (entry.isFile()) link(source, target);
    }
}

function link(source: string, target: string): void {
    try {
        linkSync(source, target);
    } catch {
        // Another file system.
        cpSync(source, target);
    }
}

describeWithTools("a clean folder with the run-time dependencies alone", ["nats-server"], (tools) => {
    const folder = mkdtempSync(path.join(tmpdir(), "drkit-runtime-"));
    let server: ChildProcess;
    let url: string;

    const npm = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
        const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", ...args], {
            cwd: folder,
            encoding: "utf8",
            env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
        });
        return { status, stdout, stderr };
    };

    beforeAll(async () => {
        const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
        for (const file of tracked.filter((one) => one !== "" && existsSync(path.join(root, one)))) {
            mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
            cpSync(path.join(root, file), path.join(folder, file));
        }
        for (const one of runtimePackages()) linkPackage(path.join(root, one), path.join(folder, one));
        mkdirSync(path.join(folder, "node_modules", ".bin"));
        for (const bin of ["tsx", "esbuild"]) {
            const manifest = JSON.parse(readFileSync(path.join(folder, "node_modules", bin, "package.json"), "utf8"));
            const file = typeof manifest.bin === "string" ? manifest.bin : manifest.bin[bin];
            execFileSync("ln", ["-s", path.join("..", bin, file), path.join(folder, "node_modules", ".bin", bin)]);
        }

        const [port] = await freePorts(1);
        url = `nats://127.0.0.1:${port}`;
        server = spawn(
            tools["nats-server"].path,
            ["-js", "-sd", path.join(folder, "js"), "-a", "127.0.0.1", "-p", String(port)],
            {
                stdio: "ignore",
            },
        );
    });

    afterAll(() => {
        server?.kill();
        rmSync(folder, { recursive: true, force: true });
    });

    it("has no development dependency", () => {
        expect(existsSync(path.join(folder, "node_modules", "vitest"))).toBe(false);
        expect(existsSync(path.join(folder, "node_modules", "node"))).toBe(false);
    });

    it("prepares the policy pack, as npm ci does at its end", () => {
        expect(npm(["prepare"])).toMatchObject({ status: 0, stderr: "" });
        expect(existsSync(path.join(folder, "policies", "dist", "index.js"))).toBe(true);
    });

    it("shows the help of the operator's command", () => {
        const { status, stdout, stderr } = npm(["dr", "--", "--help"]);
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        expect(stdout).toContain("Usage: npm run dr -- <command> [options]");
    });

    it("looks at the streams", async () => {
        const { status, stdout } = await waitFor(
            "an answer of the server",
            async () => {
                const run = npm(["dr", "--", "streams", "status", "--json"], { NATS_URL: url });
                if (run.stdout === "") throw new Error(run.stderr);
                return run;
            },
            { seconds: 60 },
        );
        // A server without streams is looked at all the same, and is not well.
        expect(status).toBe(1);
        const { streams, well } = JSON.parse(stdout) as { streams: { stream: { name: string } }[]; well: boolean };
        expect(well).toBe(false);
        expect(streams.map(({ stream }) => stream.name)).toEqual(kgents.streams.map(({ name }) => name));
    });

    it("names what a person forgot", () => {
        const { status, stderr } = npm(["dr", "--", "streams", "status"]);
        expect(status).toBe(2);
        expect(stderr).toContain("NATS_URL is not set");
    });
});
