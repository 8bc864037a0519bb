import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isRunning } from "../lock";
import { describeWithTools } from "../testTools";
import { languageHostFingerprint, sdkVersion, writeLanguageHost } from "./bundle";

const root = path.resolve(__dirname, "../../..");
const hostName = "pulumi-language-nodejs";

describe("the bundled host", () => {
    it("prints its port, and ends when its standard input does", async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-host-"));
        try {
            await writeLanguageHost(path.join(folder, hostName));
            const child = spawn(path.join(folder, hostName), ["127.0.0.1:1"], { cwd: folder });
            const line = await new Promise<string>((resolve) =>
                child.stdout.once("data", (data: Buffer) => resolve(String(data))),
            );
            expect(line).toMatch(/^\d+\n$/);
            child.stdin.end();
            expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    });

    it("has a fingerprint that stays the same", () => {
        expect(languageHostFingerprint()).toMatch(/^[0-9a-f]{16}$/);
        expect(languageHostFingerprint()).toBe(languageHostFingerprint());
    });
});

/*
 * Through the real engine. The host under test comes first on PATH, which the engine prefers to one beside the CLI: so
 * it is ours that is tested even where an official one is installed.
 */
describeWithTools("our host under the real engine", ["pulumi"], (tools) => {
    let folder: string;
    let env: NodeJS.ProcessEnv;
    const at = (...parts: string[]) => path.join(folder, ...parts);

    beforeAll(async () => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-host-"));
        for (const name of ["bin", "state", "home", "program", "pack"]) fs.mkdirSync(at(name));
        await writeLanguageHost(at("bin", hostName));
        for (const name of ["program", "pack"])
            fs.symlinkSync(path.join(root, "node_modules"), at(name, "node_modules"));
        env = {
            ...process.env,
            PATH: `${at("bin")}${path.delimiter}${process.env.PATH}`,
            PULUMI_HOME: at("home"),
            PULUMI_BACKEND_URL: `file://${at("state")}`,
            PULUMI_CONFIG_PASSPHRASE: "test",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        };
        fs.writeFileSync(at("program", "package.json"), '{ "name": "program", "version": "1.0.0" }');
        fs.writeFileSync(
            at("program", "Pulumi.yaml"),
            "name: program\nruntime:\n  name: nodejs\n  options: { typescript: true, tsconfig: tsconfig.json }\n",
        );
        const compilerOptions = {
            target: "es2022",
            module: "commonjs",
            moduleResolution: "bundler",
            noCheck: true,
            rootDir: ".",
            types: ["node"],
        };
        fs.writeFileSync(at("program", "tsconfig.json"), JSON.stringify({ compilerOptions }));
        fs.writeFileSync(at("pack", "package.json"), '{ "name": "pack", "version": "1.0.0", "main": "index.js" }');
        fs.writeFileSync(at("pack", "PulumiPolicy.yaml"), "runtime: nodejs\nversion: 1.0.0\n");
        fs.writeFileSync(
            at("pack", "index.js"),
            `const { PolicyPack } = require("@pulumi/policy");
            new PolicyPack("pack", { policies: [{ name: "small", description: "Things are small.", enforcementLevel: "mandatory",
                validateResource: (args, report) => { if (args.type === "test:index:Thing" && args.props.size > 5) report("size is " + args.props.size + ", at most 5"); } }] });`,
        );
        await pulumi("stack", "init", "dev");
        await pulumi("config", "set", "--secret", "password", "correct horse");
    });

    afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

    function start(...args: string[]): {
        child: ChildProcess;
        ended: Promise<{ status: number | null; output: string }>;
    } {
        const child = spawn(tools.pulumi.path, [...args, "--non-interactive", "--color=never"], {
            cwd: at("program"),
            env,
            stdio: ["ignore", "pipe", "pipe"],
        });
        let output = "";
        child.stdout.on("data", (data: Buffer) => (output += data));
        child.stderr.on("data", (data: Buffer) => (output += data));
        return { child, ended: new Promise((resolve) => child.once("close", (status) => resolve({ status, output }))) };
    }

    const pulumi = (...args: string[]) => start(...args).ended;
    const up = () => pulumi("up", "--yes", "--skip-preview", "--policy-pack", at("pack"));

    const write = (body: string) =>
        fs.writeFileSync(
            at("program", "index.ts"),
            `import * as pulumi from "@pulumi/pulumi";
            const config = new pulumi.Config();
            class Thing extends pulumi.ComponentResource {
                constructor(name: string, size: number) { super("test:index:Thing", name, { size }); this.registerOutputs(); }
            }
            ${body}`,
        );

    it("runs a TypeScript program with its configuration, and keeps secrets secret", async () => {
        await pulumi("destroy", "--yes", "--skip-preview");
        await pulumi("config", "set", "size", "3");
        write(`new Thing("one", config.requireNumber("size"));
            export const size: number = config.requireNumber("size");
            export const password = config.requireSecret("password");
            export const length = config.require("password").length;`);
        const { status, output } = await up();
        expect(output).toContain("+ 2 created");
        expect(status).toBe(0);
        const outputs = JSON.parse((await pulumi("stack", "output", "--json")).output) as Record<string, unknown>;
        expect(outputs).toEqual({ size: 3, password: "[secret]", length: 13 });
        expect((await pulumi("stack", "export")).output).not.toContain("correct horse");
    });

    it("tells the engine its version", async () => {
        expect((await pulumi("about", "--json")).output).toContain(`"version": "${sdkVersion()}"`);
    });

    it("runs a policy pack, whose violation stops the update", async () => {
        await pulumi("config", "set", "size", "9");
        write(`new Thing("one", config.requireNumber("size"));`);
        const { status, output } = await up();
        expect(output).toMatch(/\[mandatory\] +small +\(test:index:Thing: one\)[\s\S]*size is 9, at most 5/);
        expect(status).not.toBe(0);
    });

    it("leaves it at a program's own error", async () => {
        write(`throw new Error("the roof is open");`);
        const { status, output } = await up();
        expect(status).not.toBe(0);
        expect(output).toContain("Error: the roof is open");
        expect(output).not.toContain("ended with exit status");
    });

    it("passes on that a program has ended by itself", async () => {
        write("process.exit(7);");
        const { status, output } = await up();
        expect(status).not.toBe(0);
        expect(output).toContain("The program ended with exit status 7.");
    });

    it("names the remedy where the program's packages are not installed", async () => {
        fs.renameSync(at("program", "node_modules"), at("program", "hidden"));
        try {
            const { status, output } = await pulumi("preview");
            expect(status).not.toBe(0);
            expect(output).toMatch(/@pulumi\/pulumi was not found from .*program; run npm ci there/);
        } finally {
            fs.renameSync(at("program", "hidden"), at("program", "node_modules"));
        }
    });

    it.each(["SIGKILL", "SIGINT"] as const)(
        "ends program and policy pack when the engine ends by %s",
        async (signal) => {
            const pids = at("pids");
            fs.rmSync(pids, { force: true });
            fs.appendFileSync(
                at("pack", "index.js"),
                `\nrequire("fs").appendFileSync(${JSON.stringify(pids)}, process.pid + "\\n");`,
            );
            write(
                `require("fs").appendFileSync(${JSON.stringify(pids)}, process.pid + "\\n" + process.ppid + "\\n"); setInterval(() => undefined, 1000);`,
            );
            const engine = start("up", "--yes", "--skip-preview", "--policy-pack", at("pack"));
            const started = () =>
                fs.existsSync(pids) ? fs.readFileSync(pids, "utf8").trim().split("\n").map(Number) : [];
            await until("program and pack have started", () => started().length >= 3);
            engine.child.kill(signal);
            await engine.ended;
            await until("host, program and pack have ended", () => !started().some(isRunning));
            await pulumi("cancel", "--yes");
        },
    );
});

async function until(what: string, condition: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 60_000; !condition(); await sleep(50)) {
        if (Date.now() > deadline) throw new Error(`${what}: not within 60 s`);
    }
}
