import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { SystemProfile } from "../../components/model/profile";
import { findTools } from "../../engine/toolchain/findTools";
import type { Deployments, DrillContext } from "../kit/context";
import type { BenchContext } from "./bench";

/** A drill's context in the full size, silent, in a folder of its own that is emptied first. */
export async function drillContext(
    { dir, progress, signal }: BenchContext,
    profile: SystemProfile,
    deployments: Deployments,
    folder = "drill",
): Promise<DrillContext> {
    const tools = await findTools({ progress, signal });
    const workDir = path.join(dir, folder);
    rmSync(workDir, { recursive: true, force: true });
    mkdirSync(workDir, { recursive: true });
    return { deployments, profile, tools, workDir, seed: 1, quick: false, progress: () => undefined, signal };
}
