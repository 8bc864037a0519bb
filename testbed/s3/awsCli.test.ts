import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsCli } from "./awsCli";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-aws-"));
let program = "";

beforeAll(async () => {
    program = path.join((await awsCli(dir, "stand-in")).folder!, "aws");
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

function aws(...args: string[]): Promise<{ code: number; stderr: string }> {
    return new Promise((resolve) => {
        const env = {
            ...process.env,
            AWS_ENDPOINT_URL: "http://127.0.0.1:1",
            AWS_REGION: "us-west-2",
            AWS_ACCESS_KEY_ID: "a",
            AWS_SECRET_ACCESS_KEY: "b",
            AWS_MAX_ATTEMPTS: "1",
        };
        execFile(program, args, { env }, (error, _, stderr) => resolve({ code: Number(error?.code ?? 0), stderr }));
    });
}

describe("the stand-in for the AWS CLI", () => {
    it("says what it is, for the report", async () => {
        expect(await awsCli(dir, "stand-in")).toMatchObject({
            real: false,
            what: expect.stringContaining("@aws-sdk/client-s3"),
        });
    });

    it.each([
        [["s3", "sync", "a", "s3://b"], "unknown command s3 sync"],
        [["s3api", "head-object"], "unknown service s3api"],
        [["s3", "cp", "--acl", "a", "s3://b/c"], "unknown flag --acl"],
        [["s3", "cp", "a", "b"], "one path is local and one is s3://"],
        [["s3", "ls", "b"], "b is no s3:// address"],
    ])("refuses what no script uses: %j", async (args, reason) => {
        const { code, stderr } = await aws(...args);
        expect(code).toBe(252);
        expect(stderr).toContain(reason);
    });

    it("ends as the CLI does when the service cannot be reached, and when a copy fails", async () => {
        expect((await aws("s3", "ls", "s3://bucket/prefix/")).code).toBe(254);
        const file = path.join(dir, "file");
        fs.writeFileSync(file, "x");
        expect((await aws("s3", "cp", file, "s3://bucket/key")).code).toBe(1);
    });
});
