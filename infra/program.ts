import * as pulumi from "@pulumi/pulumi";
import { phaseLoaders } from "../stacks";
import { refuseLowering } from "./phaseGuard";
import { stackAddress } from "./otherStack";
import { kgents } from "./profile";
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
    await refuseLowering(stack, stackAddress(stack), settings.phase, settings.allowPhaseLowering);
    return runPhases(createContext(role, kgents, settings), phaseLoaders);
}

/** Part of the SDK's runtime, though missing from its declarations. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
