import { shortUrn } from "./engine/engineError";
import type { Engine } from "./engine/engine";
import type { Estate } from "./estate";
import type { Check, EngineRun } from "./report";

/** The last step of phase 12: the live name is turned to the pair, in place, and nothing else changes. */
export async function turnLiveName(
    engine: Engine,
    estate: Estate,
): Promise<{ readonly run: EngineRun; readonly check: Check }> {
    const primary = engine.stack("primary");
    await primary.setConfig("dns", { ...(estate.settings.primary?.dns as object), cutover: "done" });
    const { run, steps } = await primary.up();
    const changed = steps
        .filter(({ op }) => op !== "same" && op !== "read")
        .map(({ op, urn }) => `${op} ${shortUrn(urn)}`);
    const expected = 'update aws:route53/record:Record "live-name-record"';
    return {
        run: { ...run, operation: "up" },
        check: {
            id: "phase-12-cutover",
            title: "The live name is turned to the failover pair in place, and nothing else changes",
            passed: changed.length === 1 && changed[0] === expected,
            expected,
            actual: changed.join("; ") || "no change",
        },
    };
}
