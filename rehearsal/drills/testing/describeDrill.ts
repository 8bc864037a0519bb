import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { describeWithTools } from "../../../engine/toolchain/testTools";
import { kgents } from "../../../infra/kgents";
import { drillPassed } from "../../../report/verdict";
import type { SystemProfile } from "../../../components/model/profile";
import { Deployment } from "../../../engine/state/deployment";
import type { Deployments } from "../../kit/context";
import { expectOnRecord } from "../../goldens/golden";
import type { Drill, Sabotage } from "../../kit/drill";
import { runScript } from "../../kit/runDrill";
import { drillContext } from "../../kit/testing/drillContext";
import { superClusterFixture } from "../../testing/fixtureDeployment";

/**
 * Runs a drill on real servers of the recorded super-cluster, and each of its negative controls.
 *
 * @param checks identifiers of all checks, in order
 * @param and what else is deployed to the same stacks
 * @param system whose stacks they are @default the system that is shipped
 */
export function describeDrill(
    drill: Drill,
    checks: readonly string[],
    { and, system = kgents }: { readonly and?: () => Promise<Deployments>; readonly system?: SystemProfile } = {},
): void {
    const folders: string[] = [];
    describeWithTools(`${drill.id}: ${drill.title}`, ["nats-server", "nats"], (tools) => {
        const run = async (sabotage?: Sabotage) => {
            const workDir = fs.mkdtempSync(path.join(os.tmpdir(), `drkit-${drill.id}-`));
            folders.push(workDir);
            const deployments = together(await superClusterFixture(system), (await and?.()) ?? {});
            return runScript(drill, drillContext({ deployments, profile: system, tools, workDir }), sabotage);
        };
        afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

        it("passes on what is deployed", async () => {
            const result = await run();
            expect(result.broken).toBeUndefined();
            expect(result.checks.filter(({ passed }) => !passed)).toEqual([]);
            expect(result.checks.map(({ id }) => id)).toEqual(checks);
            expect(drillPassed(result, system.contracts)).toBe(true);
            expectOnRecord(`checks/${drill.id}`, [...checks]);
        });

        it.each(drill.sabotages)("turns red with $title, for its own check", async (sabotage) => {
            const result = await run(sabotage);
            expect(result.broken).toBeUndefined();
            expect(result.checks.filter(({ passed }) => !passed).map(({ id }) => id)).toContain(sabotage.expectRed);
        });
    });
}

/** The resources of both, stack by stack. */
function together(one: Deployments, other: Deployments): Deployments {
    const merged = Object.entries(one).map(([role, deployment]) => {
        const more = other[role as keyof Deployments]?.resources ?? [];
        return [role, new Deployment(deployment.stack, [...deployment.resources, ...more])] as const;
    });
    return Object.fromEntries(merged);
}
