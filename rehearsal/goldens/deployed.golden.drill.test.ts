import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Phase } from "../../components/model/phase";
import type { Role } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { deliveredPhases } from "../../infra/roadmap";
import { roadmap } from "../../stacks/roadmap";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { expectGolden, expectOnRecord } from "./golden";
import { since, type Normalised } from "./normalise";
import { variants } from "./variants";
import { walkVariant, type Walked } from "./walkVariant";

const stacksOf = deliveredPhases(roadmap).flatMap(({ id, order }) =>
    [...new Set(order)].map((stack): [Role, Phase] => [stack, id]),
);

describeWithTools("what the program deploys", ["pulumi"], (tools) => {
    describe.each(variants)("for $title", (variant) => {
        const dir = mkdtempSync(path.join(tmpdir(), "goldens-"));
        let walked: Walked;
        beforeAll(async () => {
            walked = await walkVariant({ tools, profile: kgents, variant, dir });
        });
        afterAll(() => rmSync(dir, { recursive: true, force: true }));

        it.each(stacksOf)("is what is recorded: stack %s at phase %i", (stack, phase) => {
            const own = walked.deployed.filter((one) => one.stack === stack);
            const now = own.find((one) => one.phase === phase);
            if (now === undefined) throw new Error(`stack ${stack} did not get to phase ${phase}`);
            const former = own.filter((one) => one.phase < phase).at(-1)?.found;
            expect(Object.keys(now.found).length).toBeGreaterThan(0);
            expectGolden(
                `deployed/${variant.id}/${stack}-${phase}`,
                since(former as Normalised | undefined, now.found as Normalised),
            );
        });

        it.runIf(variant.rehearsed)("is looked at by every check on record", () => {
            expect(walked.checks.filter(({ passed }) => !passed)).toEqual([]);
            expectOnRecord(
                "checks/phases",
                walked.checks.map(({ id }) => id),
            );
        });
    });
});
