import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { stripSecrets } from "../state/stripSecrets";
import { describeWithTools } from "../toolchain/testTools";
import { FolderInUseError } from "./directoryLock";
import { EngineError } from "./engineError";
import { engineBenches, fixtureProject } from "../../testbed/doubles/testing/engineBench";

const password = "correct-horse-battery-staple";
const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";

/** All files below a folder, as text. */
function textsBelow(dir: string): string[] {
    const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return entries.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "latin1"));
}

async function refusal(run: Promise<unknown>): Promise<EngineError> {
    const error: unknown = await run.then(
        () => undefined,
        (reason) => reason,
    );
    expect(error).toBeInstanceOf(EngineError);
    return error as EngineError;
}

describeWithTools("Engine", ["pulumi"], (tools) => {
    const bench = engineBenches(tools);

    it("previews, brings up, finds nothing to do the second time, exports and destroys, with policies on", async () => {
        const { start, doubles, lines } = await bench();
        const stack = (await start()).stack("dr");

        const preview = await stack.preview();
        expect(preview.run).toMatchObject({
            stack: "dr",
            phase: 0,
            operation: "preview",
            changes: { create: 5 },
            violations: [],
        });
        expect(preview.unlooked.map(({ policy }) => policy)).toContain("known-content");
        expect(doubles.cloud.objects()).toEqual([]);

        const up = await stack.up();
        expect(up.run).toMatchObject({ operation: "up", changes: { create: 5 }, violations: [], unlooked: [] });
        expect((await stack.preview("preview again")).run).toMatchObject({
            operation: "preview again",
            changes: { same: 5 },
            unlooked: [],
        });
        expect((await stack.up()).run).toMatchObject({ operation: "up", changes: { same: 5 } });

        const deployment = await stack.export();
        expect(deployment.one(objectType, "object-0").inputs.content).toBe("arn:aws:s3:::drkit-fixture 0");
        expect(deployment.one(objectType, "object-1").inputs.content).toBe("arn:aws:s3:::drkit-fixture 1");
        expect(deployment.one("aws:s3/bucket:Bucket").protect).toBe(true);
        expect(await stack.outputs()).toEqual({ keys: ["objects/0", "objects/1"], phase: 0 });

        expect((await stack.destroy()).run).toMatchObject({ operation: "destroy", changes: { delete: 5 } });
        expect(lines).toContain("dr destroy: 1 protected resources lose their protection");
        expect(doubles.cloud.objects()).toEqual([]);
        expect((await stack.export()).resources).toEqual([]);
        expect(lines.filter((line) => line.length > 80)).toEqual([]);
    });

    it("reads configuration from the shipped file's copy and writes nothing to the project's folder", async () => {
        const before = readdirSync(fixtureProject);
        const { start } = await bench();
        const stack = (await start()).stack("dr");
        await stack.setConfig("count", 1);
        await stack.setConfig("fixture:phase", 11);
        expect((await stack.up()).run).toMatchObject({ phase: 11, changes: { create: 4 } });
        await stack.setConfig("count", 2);
        expect((await stack.up()).run).toMatchObject({ operation: "up", changes: { create: 1, same: 4 } });
        expect(readdirSync(fixtureProject)).toEqual(before);
    });

    it("keeps a secret out of every file, line and stripped export, and gives it to drills in memory", async () => {
        const { start, dir, lines } = await bench();
        const stack = (await start()).stack("dr");
        await stack.setConfig("password", password, true);
        await stack.up();
        expect((await stack.export()).one(objectType, "password").inputs.content).toBe(password);
        expect(JSON.stringify(stripSecrets(await stack.exportRaw()))).not.toContain(password);
        expect([...textsBelow(dir), ...lines].filter((text) => text.includes(password))).toEqual([]);
    });

    it("fails when a mandatory policy refuses, with the policy, the resource and its message", async () => {
        const { start } = await bench();
        const stack = (await start()).stack("dr");
        await stack.setConfig("bucket", "forbidden-name");
        const error = await refusal(stack.preview());
        expect(error.exitCode).not.toBe(0);
        expect(error.message).toMatch(
            /^dr: preview failed \(exit status \d+\)\n {2}policy no-forbidden-bucket \(mandatory\) aws:s3\/bucket:Bucket "bucket": bucket "forbidden-name" has a forbidden name/,
        );
        expect(error.violations[0]).toMatchObject({
            policy: "no-forbidden-bucket",
            level: "mandatory",
            message: 'bucket "forbidden-name" has a forbidden name',
        });
    });

    it("reports an advisory policy over the whole stack and goes on", async () => {
        const { start } = await bench();
        const stack = (await start()).stack("dr");
        await stack.setConfig("count", 4);
        expect((await stack.up()).run.violations).toEqual([
            "few-objects (advisory) the stack: there are 4 objects; allowed: 3",
        ]);
    });

    it("fails with the program's own message and no stack trace", async () => {
        const { start } = await bench();
        const stack = (await start()).stack("dr");
        await stack.setConfig("fail", true);
        const error = await refusal(stack.up());
        expect(error.message).toBe(
            'dr: up failed (exit status 1)\n  fixture:fail is "true"; allowed: false. Set it with `pulumi config set fail false`.',
        );
    });

    it("fails with the provider's message and the resource's name", async () => {
        const { start, doubles } = await bench();
        const stack = (await start()).stack("dr");
        doubles.cloud.failNext("aws:s3/bucket:Bucket", "AccessDenied: not yours");
        const error = await refusal(stack.up());
        expect(error.message).toMatch(/aws:s3\/bucket:Bucket "bucket": .*AccessDenied: not yours/);
        expect(error.message.split("\n").length).toBeLessThan(6);
        expect((await stack.up()).run.changes).toMatchObject({ create: expect.any(Number) });
    });

    it("refuses a folder that another run is using, and takes it once that one is done", async () => {
        const { start } = await bench();
        const first = await start();
        await expect(start()).rejects.toThrow(FolderInUseError);
        first.close();
        await start();
    });

    it("finds the state of a former run in the folder, and forgets it when asked to", async () => {
        const { start, doubles, lines } = await bench();
        const first = await start();
        await first.stack("dr").up();
        first.close();

        const second = await start();
        expect((await second.stack("dr").up()).run.changes).toEqual({ same: 5 });
        await second.clear();
        expect(lines).toContain("dr: forgot 5 resources of a former run");
        expect(doubles.cloud.objects()).toEqual([]);
        expect((await second.stack("dr").up()).run.changes).toEqual({ create: 5 });
    });
});
