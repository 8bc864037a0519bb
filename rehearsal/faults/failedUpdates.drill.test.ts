import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { deliveredPhases } from "../../infra/roadmap";
import { program } from "../../stacks/program";
import { roadmap } from "../../stacks/roadmap";
import { Engine } from "../../engine/driver/engine";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { configure, type Estate } from "../estate";
import { expectGolden } from "../goldens/golden";
import { Draws } from "../goldens/draws";
import { normalise, since, type Normalised } from "../goldens/normalise";
import { variants } from "../goldens/variants";
import { projectRoot } from "../paths";
import { followUp } from "../phases/followUp";
import { labelOf, takeFailingStep, type FailedUpdate, type Kind, type Step } from "./failedStep";
import { shippedStacksIn } from "../testing/projectFolder";

/** Whether every kind of resource fails once in every step (`npm run faults`), or those alone that stand for the others. */
const every = process.env.FAULTS === "every";

/** What the engine waits for longest, and the last kinds of the steps that have neither. */
const representative: ReadonlySet<string> = new Set([
    "create kubernetes:helm.sh/v3:Release",
    "await kubernetes:batch/v1:Job",
    "create aws:cloudwatch/metricAlarm:MetricAlarm",
    "create kubernetes:batch/v1:CronJob",
    "create aws:acm/certificateValidation:CertificateValidation",
    "create aws:cloudfront/distribution:Distribution",
    "create aws:ec2/instance:Instance",
]);

const phases = deliveredPhases(roadmap);
const steps: readonly Step[] = phases
    .flatMap(({ id: phase, order }) => order.map((role, index) => ({ phase, role, number: index + 1 })))
    .map((step, index, all) => {
        const next = all.slice(index + 1).find(({ role }) => role !== step.role);
        return { ...step, ...(next && { next: { role: next.role, phase: next.phase } }) };
    });

const variant = variants.find(({ id }) => id === (process.env.FAULTS_VARIANT ?? "created"))!;

describeWithTools(`updates that fail, for ${variant.title}`, ["pulumi"], (tools) => {
    const dir = mkdtempSync(path.join(tmpdir(), "faults-"));
    const found: FailedUpdate[] = [];
    const states = new Map<Role, Normalised>();
    const draws = new Draws();
    let doubles: Doubles;
    let engine: Engine;
    let estate: Estate;

    beforeAll(async () => {
        const projectDir = shippedStacksIn(dir);
        doubles = await startDoubles();
        // In this process, where an update that failed leaves its program behind: quick, and for a few tens of them only.
        const source = every ? { projectDir: projectRoot } : { projectDir, program };
        engine = await Engine.start({ tools, doubles, ...source, dir: path.join(dir, "engine") });
        estate = await variant.seed(doubles, kgents);
        await configure(engine, estate);
        for (const [index, { id, properties }] of doubles.cloud.objects().entries())
            draws.learn(`seeded ${index}`, { id, properties });
    });

    afterAll(async () => {
        engine?.close();
        await doubles?.stop();
        rmSync(dir, { recursive: true, force: true });
        if (every) writeTable(found);
    });

    describe.each(phases)("in phase $id", (definition) => {
        const { id: phase, order, after } = definition;

        it.each(steps.filter((step) => step.phase === phase))(
            "do not count as done, and are repeated: step $number, stack $role",
            async (step) => {
                const fails = (kind: Kind) => every || representative.has(labelOf(kind));
                const failed = await takeFailingStep({ engine, cloud: doubles.cloud, step, fails });
                found.push(...failed);
                expect(failed.flatMap(({ kind, wrong }) => wrong.map((what) => `${labelOf(kind)}: ${what}`))).toEqual(
                    [],
                );
            },
        );

        it("leave in the end what is deployed where none fails", async () => {
            if (after && variant.rehearsed) await followUp(engine, estate, definition, after);
            for (const role of new Set(order)) {
                const now = normalise(await engine.stack(role).exportRaw(), draws);
                expectGolden(`deployed/${variant.id}/${role}-${phase}`, since(states.get(role), now), installedOnce);
                states.set(role, now);
            }
        });
    });
});

/** Helm counts the installations that failed. */
function installedOnce(line: string): boolean {
    return !/Release::.* > outputs > status > revision: /.test(line);
}

/** Into the file that FAULTS_TABLE names: a line a failed update, tabs between its columns. */
function writeTable(found: readonly FailedUpdate[]): void {
    const lines = found.map(({ step, kind, seconds, wrong }) =>
        [
            step.phase,
            `${step.number} ${step.role}`,
            labelOf(kind),
            seconds.toFixed(1),
            wrong.join("; ") || "not done, repeated",
        ].join("\t"),
    );
    const file = process.env.FAULTS_TABLE;
    if (file !== undefined) writeFileSync(file, `${lines.join("\n")}\n`);
}
