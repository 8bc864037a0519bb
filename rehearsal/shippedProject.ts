import path from "node:path";
import type { EngineOptions } from "../engine/driver/engine";
import { buildPolicies } from "../scripts/buildPolicies.mjs";
import { projectRoot } from "./paths";

/** The shipped program as an engine runs it: its folder, and its policy pack, built from the sources as they are now. */
export async function shippedProject(): Promise<Required<Pick<EngineOptions, "projectDir" | "policyPack">>> {
    const { executable } = await buildPolicies(path.join(projectRoot, "policies"));
    return { projectDir: projectRoot, policyPack: executable };
}
