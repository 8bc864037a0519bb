import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { backupScript, type BackupScript } from "../../../components/backup/natsBackupPod";
import { describeWithTools } from "../../../engine/toolchain/testTools";
import { awsCli } from "../../../testbed/s3/awsCli";
import { S3Server } from "../../../testbed/s3/s3Server";
import { runProcess } from "../../kit/environments/deployedCronJob";

const second = "20260131T030000Z";

describeWithTools("backups whose runs began in the same second", ["versitygw"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-same-second-"));
    let s3: S3Server;
    let programs = "";

    beforeAll(async () => {
        s3 = await S3Server.start({ versitygw: tools.versitygw.path, dir: path.join(dir, "s3"), region: "us-west-2" });
        programs = (await awsCli(path.join(dir, "bin"), "stand-in")).folder!;
        await s3.createBucket("backups", 7);
    });
    afterAll(async () => {
        await s3.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    const script = (name: BackupScript, env: Readonly<Record<string, string>>) =>
        runProcess(["/bin/sh", "-c", backupScript(name)], {
            env: {
                ...{ BUCKET: "backups", PREFIX: "use1/nats", AWS_REGION: "us-west-2" },
                ...s3.env,
                ...env,
                PATH: [programs, process.env.PATH].join(path.delimiter),
            },
            cwd: dir,
        });

    /** What make.sh leaves: one file, and the manifest that has its sum. */
    function made(stamp: string): string {
        const folder = path.join(dir, stamp);
        fs.mkdirSync(path.join(folder, stamp), { recursive: true });
        fs.writeFileSync(path.join(folder, stamp, "file"), `of ${stamp}`);
        const sum = createHash("sha256").update(`of ${stamp}`).digest("hex");
        fs.writeFileSync(path.join(folder, `${stamp}.manifest`), `# nats backup 1 ${stamp}\n${sum}  ./file\n# end 1\n`);
        fs.writeFileSync(path.join(folder, "stamp"), `${stamp}\n`);
        return folder;
    }

    let fetches = 0;
    async function fetched(moment: string): Promise<string> {
        const RESTORE_DIR = path.join(dir, `fetch-${++fetches}`);
        fs.mkdirSync(RESTORE_DIR);
        const { exitCode, output } = await script("fetch", { BACKUP: moment, RESTORE_DIR });
        expect(exitCode, output).toBe(0);
        const stamp = fs.readFileSync(path.join(RESTORE_DIR, "stamp"), "utf8").trim();
        // Its own file and no other one.
        expect(fs.readdirSync(path.join(RESTORE_DIR, stamp))).toEqual(["file"]);
        expect(fs.readFileSync(path.join(RESTORE_DIR, stamp, "file"), "utf8")).toBe(`of ${stamp}`);
        return stamp;
    }

    it("lie apart in the bucket, and an older backup, whose stamp is the second alone, is found as before", async () => {
        const stamps = ["20250131T030000Z", second, `${second}-0a1b2c3d`, `${second}-f0e1d2c3`];
        const uploads = await Promise.all(stamps.map((stamp) => script("upload", { BACKUP_DIR: made(stamp) })));
        expect(uploads.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
        for (const stamp of [stamps[0]!, stamps[2]!, stamps[3]!]) expect(await fetched(stamp)).toBe(stamp);
        // A moment means all of it, as a day means the whole of that day.
        expect(await fetched(second)).toBe(stamps[3]);
        expect(await fetched("20250131")).toBe(stamps[0]);
        expect(await fetched("")).toBe(stamps[3]);
    });
});
