import * as path from "node:path";
import { ProgramInfo, RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { describe, expect, it } from "vitest";
import { resolveRunner } from "./resolveRunner";
import { pluginCommand } from "./runPlugin";
import { programCommand } from "./runProgram";

const root = path.resolve(__dirname, "../../..");
const runner = (name: string) => path.join(root, `node_modules/@pulumi/pulumi/cmd/${name}/index.js`);

function programInfo(options: Record<string, string | boolean> = {}): ProgramInfo {
    const info = new ProgramInfo();
    info.setRootDirectory(root);
    info.setProgramDirectory(path.join(root, "infra"));
    info.setEntryPoint("index.ts");
    info.setOptions(Struct.fromJavaScript(options));
    return info;
}

function runRequest(options: Record<string, string | boolean> = {}): RunRequest {
    const request = new RunRequest();
    request.setInfo(programInfo(options));
    request.setProject("fixture");
    request.setStack("dr");
    request.setOrganization("organization");
    request.setPwd(path.join(root, "infra"));
    request.setMonitorAddress("127.0.0.1:1");
    request.setParallel(16);
    request.getConfigMap().set("fixture:phase", "13");
    request.getConfigMap().set("fixture:password", "not for the command line");
    request.setConfigsecretkeysList(["fixture:password"]);
    return request;
}

describe("the command of a program", () => {
    it("runs the program's own @pulumi/pulumi with all that the engine said", () => {
        expect(programCommand(runRequest(), "127.0.0.1:2").args).toEqual([
            runner("run"),
            "--monitor",
            "127.0.0.1:1",
            "--engine",
            "127.0.0.1:2",
            "--organization",
            "organization",
            "--project",
            "fixture",
            "--stack",
            "dr",
            "--pwd",
            path.join(root, "infra"),
            "--parallel",
            "16",
            "index.ts",
        ]);
    });

    it("says so in a preview", () => {
        const request = runRequest();
        request.setDryrun(true);
        expect(programCommand(request, "").args.slice(-2)).toEqual(["--dry-run", "index.ts"]);
    });

    it("passes configuration by environment only", () => {
        const command = programCommand(runRequest(), "");
        expect(JSON.parse(command.env.PULUMI_CONFIG ?? "")).toEqual({
            "fixture:phase": "13",
            "fixture:password": "not for the command line",
        });
        expect(JSON.parse(command.env.PULUMI_CONFIG_SECRET_KEYS ?? "")).toEqual(["fixture:password"]);
        expect(command.args.join(" ")).not.toContain("not for the command line");
    });

    it("loads TypeScript unless told not to, with an absolute path to the tsconfig", () => {
        expect(programCommand(runRequest(), "").env).toMatchObject({ PULUMI_NODEJS_TYPESCRIPT: "true" });
        expect(programCommand(runRequest({ tsconfig: "tsconfig.json" }), "").env.PULUMI_NODEJS_TSCONFIG_PATH).toBe(
            path.join(root, "tsconfig.json"),
        );
        expect(programCommand(runRequest({ typescript: false }), "").env.PULUMI_NODEJS_TYPESCRIPT).toBeUndefined();
    });

    it("gives node its own arguments before the runner", () => {
        expect(
            programCommand(runRequest({ nodeargs: "--max-old-space-size=300  --trace-warnings" }), "").args.slice(0, 3),
        ).toEqual(["--max-old-space-size=300", "--trace-warnings", runner("run")]);
    });
});

describe("the command of a plugin", () => {
    function pluginRequest(kind: string): RunPluginRequest {
        const request = new RunPluginRequest();
        const info = new ProgramInfo();
        info.setProgramDirectory(path.join(root, "policies"));
        request.setInfo(info);
        request.setKind(kind);
        request.setPwd(root);
        request.setArgsList(["127.0.0.1:9"]);
        request.setEnvList(["A=1=2", "B="]);
        return request;
    }

    it("runs a policy pack from its own folder, with the engine's address", () => {
        const command = pluginCommand(pluginRequest("analyzer"), "127.0.0.1:2");
        expect(command.args).toEqual([runner("run-policy-pack"), "127.0.0.1:2", path.join(root, "policies")]);
        expect(command.cwd).toBe(path.join(root, "policies"));
    });

    it("runs any other plugin with the engine's arguments", () => {
        const command = pluginCommand(pluginRequest("resource"), "127.0.0.1:2");
        expect(command.args).toEqual([runner("run-plugin"), "--pwd", root, path.join(root, "policies"), "127.0.0.1:9"]);
    });

    it("adds the environment that the engine gave", () => {
        expect(pluginCommand(pluginRequest("analyzer"), "").env).toMatchObject({
            A: "1=2",
            B: "",
            PATH: process.env.PATH,
        });
    });
});

describe("resolveRunner", () => {
    it("names the folder and the remedy where @pulumi/pulumi is not installed", () => {
        expect(() => resolveRunner("run", "/")).toThrow(/^@pulumi\/pulumi was not found from \/; run npm ci there\./);
    });
});
