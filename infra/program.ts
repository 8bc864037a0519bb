import * as pulumi from "@pulumi/pulumi";
import { phaseLoaders } from "../stacks";
import { refuseLowering } from "./phaseGuard";
import { outputsReader } from "./otherStack";
import { phasesUpTo } from "./phase";
import { kgents, roles } from "./profile";
import { runPhases } from "./run";
import { readSettings } from "./settings";
import { createContext } from "./stack";

/** One of the project's stacks, as its settings and the system profile say. Returns its outputs. */
export async function program() {
    const stack = pulumi.getStack();
    const { role, settings } = readSettings(
        stack,
        pulumi.getProject(),
        { values: pulumi.runtime.allConfig(), isSecret: isConfigSecret },
        kgents,
    );
    const outputsOf = outputsReader();
    // The engine reads them while the phases' files are loaded, which is most of the start.
    for (const asked of settings.phase < 13 ? [stack] : roles) outputsOf(asked).catch(() => undefined);
    await Promise.all(phasesUpTo(settings.phase).map((phase) => phaseLoaders[phase]?.()));
    await refuseLowering(stack, outputsOf, settings.phase, settings.allowPhaseLowering);
    return runPhases(createContext(role, kgents, settings, outputsOf), phaseLoaders);
}

/** Part of the SDK's runtime, though missing from its declarations. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
