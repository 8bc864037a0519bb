import path from "node:path";
import type { Phase } from "../../components/model/phase";
import type { Role, SystemProfile } from "../../components/model/profile";
import { deliveredPhases, type PhaseDefinition } from "../../infra/roadmap";
import { roadmap } from "../../stacks/roadmap";
import { bringUp } from "../phases/bringUp";
import { startDoubles } from "../../testbed/doubles/doubles";
import { Engine } from "../../engine/driver/engine";
import { EngineError } from "../../engine/driver/engineError";
import { configure, type Estate } from "../estate";
import { shippedProject } from "../shippedProject";
import type { Deployments } from "../kit/context";
import type { Check } from "../../report";
import type { Tool } from "../../engine/toolchain/tools";
import { Draws } from "./draws";
import { normalise, type Normalised } from "./normalise";
import type { Variant } from "./variants";

/** A stack after its last update of a phase, or the answer of the update that was refused. */
export interface Deployed {
    readonly stack: Role;
    readonly phase: Phase;
    readonly found: Normalised | { readonly refused: string };
}

export interface VariantWalk {
    readonly tools: { readonly pulumi: Tool };
    readonly profile: SystemProfile;
    readonly variant: Variant;
    /** An empty folder. */
    readonly dir: string;
}

export interface Walked {
    readonly deployed: readonly Deployed[];
    /** What was looked at on the way; nothing where the variant goes by updates alone. */
    readonly checks: readonly Check[];
}

/** Takes every stack of the variant through all phases on the engine. A refusal ends the walk and is part of what is found. */
export async function walkVariant({ tools, profile, variant, dir }: VariantWalk): Promise<Walked> {
    const doubles = await startDoubles();
    const engine = await Engine.start({ ...(await shippedProject()), tools, doubles, dir });
    try {
        const estate = await variant.seed(doubles, profile);
        await configure(engine, estate);
        const draws = new Draws();
        for (const [index, { id, properties }] of doubles.cloud.objects().entries())
            draws.learn(`seeded ${index}`, { id, properties });
        const deployed: Deployed[] = [];
        const checks: Check[] = [];
        let before: Deployments = {};
        for (const definition of deliveredPhases(roadmap)) {
            const { id: phase, order } = definition;
            let refused: Awaited<ReturnType<typeof walkPhase>>;
            if (variant.rehearsed) {
                const up = await bringUp(definition, { engine, estate, before, stateDir: path.join(dir, "state") });
                before = { ...before, ...up.deployments };
                checks.push(...up.checks);
            } else refused = await walkPhase(engine, definition, estate, variant);
            for (const stack of new Set(order)) {
                if (refused?.stack === stack) deployed.push({ stack, phase, found: { refused: refused.message } });
                else deployed.push({ stack, phase, found: normalise(await engine.stack(stack).exportRaw(), draws) });
            }
            if (refused) break;
        }
        return { deployed, checks };
    } finally {
        engine.close();
        await doubles.stop();
    }
}

async function walkPhase(
    engine: Engine,
    { id: phase, order }: PhaseDefinition,
    estate: Estate,
    { afterPatch }: Variant,
): Promise<{ stack: Role; message: string } | undefined> {
    for (const [index, stack] of order.entries()) {
        await engine.stack(stack).setConfig("phase", phase);
        try {
            await engine.stack(stack).up();
            // Where the stack comes again in this phase, its first update has left the patch, which a person merges.
            if (afterPatch && stack === "primary" && order.indexOf(stack, index + 1) > index) {
                await configure(engine, afterPatch(estate));
                await engine.stack(stack).up();
            }
        } catch (error) {
            if (!(error instanceof EngineError)) throw error;
            return { stack, message: error.message };
        }
    }
    return undefined;
}
