import * as pulumi from "@pulumi/pulumi";
import { roles, type SystemProfile } from "../components/model/profile";
import { Completion } from "../infra/completion";
import { kgents } from "../infra/kgents";
import { outputsReader } from "../infra/otherStack";
import { buildLowered } from "../infra/lowering";
import { guardPhase } from "../infra/phaseGuard";
import { deliveredPhases, phasesUpTo, type Roadmap } from "../infra/roadmap";
import { runPhases } from "../infra/run";
import { readSettings } from "../infra/settings";
import { createContext, type PhaseBuilder } from "../infra/stack";
import { refuseStrangers } from "../infra/strangers";
import { systemIssues } from "../infra/systemRules";
import { roadmap as shippedRoadmap } from "./roadmap";

/** The program of a system that goes by a roadmap: builds one of the project's stacks, as its settings say, and returns its outputs. */
export function programOf(system: SystemProfile, roadmap: Roadmap<PhaseBuilder>) {
    return async () => {
        const wrong = systemIssues(system);
        if (wrong.length > 0)
            throw new pulumi.RunError(`system "${system.name}" cannot be deployed:\n  - ${wrong.join("\n  - ")}`);
        const stack = pulumi.getStack();
        const { role, settings } = readSettings(
            stack,
            pulumi.getProject(),
            { values: pulumi.runtime.allConfig(), isSecret: isConfigSecret },
            system,
            roadmap,
        );
        const outputsOf = outputsReader();
        const phases = phasesUpTo(deliveredPhases(roadmap), settings.phase);
        const reads = [...new Set(phases.flatMap((phase) => phase.reads?.[role] ?? []))];
        // The engine reads them while the phases' files are loaded, which is most of the start.
        for (const asked of [stack, ...reads.map((other) => settings.peers[other])])
            outputsOf(asked).catch(() => undefined);
        await Promise.all(phases.map(({ load }) => load()));
        await refuseStrangers(settings, reads, outputsOf);
        const others = roles.filter((other) => other !== role).map((other) => settings.peers[other]);
        const lowers = await guardPhase(stack, others, outputsOf, settings, roadmap);
        const completion = new Completion((await outputsOf(stack)) ?? {}, settings.phase);
        return completion.outputsOf((begin) => {
            const context = createContext(role, system, settings, roadmap, outputsOf, lowers);
            return lowers ? buildLowered(stack, () => runPhases(context), begin) : runPhases(context, begin);
        });
    };
}

/** The program that this project ships. */
export const program = programOf(kgents, shippedRoadmap);

/** Part of the SDK's runtime, though missing from its declarations. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
