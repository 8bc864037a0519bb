import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Role } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { Engine } from "../../engine/driver/engine";
import { EngineError } from "../../engine/driver/engineError";
import type { EngineStack, StackRun } from "../../engine/driver/engineStack";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { configure, seedEstate } from "../estate";
import { projectRoot } from "../paths";

const recordType = "aws:route53/record:Record";

describeWithTools("a stack whose state is worked on in part, on the engine", ["pulumi"], (tools) => {
    const dir = mkdtempSync(path.join(tmpdir(), "kgents-state-"));
    let doubles: Doubles;
    let primary: EngineStack;
    let dr: EngineStack;
    let engine: Engine;

    beforeAll(async () => {
        doubles = await startDoubles();
        engine = await Engine.start({ tools, doubles, projectDir: projectRoot, dir });
        await configure(engine, await seedEstate(doubles, kgents));
        [primary, dr] = (["primary", "dr"] as const satisfies Role[]).map((role) => engine.stack(role)) as [
            EngineStack,
            EngineStack,
        ];
        await dr.setConfig("phase", 11);
        await dr.up();
        await primary.setConfig("phase", 11);
        await primary.up();
    });

    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    const refusal = async (run: Promise<StackRun>): Promise<string> => {
        const error: unknown = await run.then(
            () => new Error("it was not refused"),
            (reason: unknown) => reason,
        );
        if (!(error instanceof EngineError)) throw error;
        return error.message;
    };
    const changesOf = async (work: () => Promise<unknown>) => {
        const before = doubles.cloud.calls().length;
        await work();
        return doubles.cloud
            .calls()
            .slice(before)
            .map(({ operation, type }) => `${operation} ${type}`);
    };

    it("keeps its former outputs where the program fails after it began, and says why once", async () => {
        const before = await primary.outputs();
        const [zone] = doubles.cloud.ofType("aws:route53/zone:Zone");
        doubles.cloud.remove(zone!);
        await primary.setConfig("phase", 12);
        const message = await refusal(primary.up());
        doubles.cloud.put(zone!);
        expect(message.match(/needs the public hosted zone/g)).toHaveLength(1);
        expect(message).not.toContain("unhandled");
        expect(await primary.outputs()).toEqual({ ...before, unfinished: { phase: 12 } });
    });

    it("is valid after an update of one target right after its phase was raised, and nothing else was touched", async () => {
        const before = await primary.outputs();
        const target = ["**cluster-backup-password"];
        expect(await changesOf(() => primary.up({ target }))).toEqual([]);
        expect((await primary.export()).ofType(recordType)).toEqual([]);
        expect(await primary.outputs()).toEqual(before);
        // The engine checks the state before it writes the next one.
        expect((await primary.preview()).changes).toMatchObject({ import: 1 });
    });

    it("refuses to adopt the live name alone, and stays valid", async () => {
        expect(await refusal(primary.up({ target: ["**live-name-record"] }))).toContain("live-name");
        expect((await primary.export()).ofType(recordType)).toEqual([]);
        expect((await primary.preview()).changes).toMatchObject({ import: 1 });
    });

    it("is complete after the whole update", async () => {
        expect((await primary.up()).changes).toMatchObject({ import: 1 });
        expect(await primary.outputs()).not.toHaveProperty("unfinished");
        expect((await primary.export()).ofType(recordType).map(({ name }) => name)).toContain("live-name-record");
    });

    it("does not count as done where an update goes on after an error, or excludes what is new", async () => {
        const before = await dr.outputs();
        await dr.setConfig("phase", 12);
        await dr.up({ exclude: ["**maintenance-distribution"] }).catch(() => undefined);
        expect(await dr.outputs()).toEqual({ ...before, unfinished: { phase: 12 } });
        doubles.cloud.failNext("aws:cloudfront/distribution:Distribution", "TooManyDistributions");
        expect(await refusal(dr.up({ continueOnError: true }))).toContain("TooManyDistributions");
        expect(await dr.outputs()).toEqual({ ...before, unfinished: { phase: 12 } });
        await dr.up();
        expect(await dr.outputs()).toMatchObject({ phase: 12, latchBucket: expect.any(String) });
        expect(await dr.outputs()).not.toHaveProperty("unfinished");
    });

    it("is lowered only once nothing protected would be deleted, and names what is, before the first deletion", async () => {
        await dr.setConfig("phase", 11);
        await dr.setConfig("allowPhaseLowering", true);
        const before = await dr.exportRaw();
        let message = "";
        expect(await changesOf(async () => (message = await refusal(dr.up())))).toEqual([]);
        expect(message).toContain(
            "stack dr cannot be lowered: 1 of the resources that would be deleted is protected, and nothing was deleted:",
        );
        expect(message).toContain("  - aws:s3/bucket:Bucket latch-bucket");
        const [, command] = /pulumi state unprotect --stack dr '([^']+)'/.exec(message) ?? [];
        expect(before.deployment.resources?.find(({ urn }) => urn === command)).toMatchObject({ protect: true });
        expect((await dr.export()).resources.map(({ urn }) => urn)).toEqual(
            before.deployment.resources?.map(({ urn }) => urn),
        );

        await dr.importRaw(JSON.parse(JSON.stringify(before).replaceAll('"protect":true', '"protect":false')));
        const deleted = await changesOf(() => dr.up());
        expect(deleted).toContain("delete aws:s3/bucket:Bucket");
        expect(new Set(deleted.map((change) => change.split(" ")[0]))).toEqual(new Set(["delete"]));
        expect(await dr.outputs()).toMatchObject({ phase: 11 });
        expect(await dr.outputs()).not.toHaveProperty("latchBucket");
    });
});
