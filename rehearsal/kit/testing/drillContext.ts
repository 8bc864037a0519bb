import { kgents } from "../../../infra/kgents";
import type { Tools } from "../../../engine/toolchain/tools";
import type { DrillContext } from "../context";
import { DrillRun } from "../drillRun";

type Given = Pick<DrillContext, "deployments" | "workDir"> &
    Partial<Omit<DrillContext, "tools">> & { readonly tools: Partial<Tools> };

/** A drill's context in the quick size, silent and uninterrupted, unless `given` says otherwise. `tools` holds those that the drill uses. */
export function drillContext({ tools, ...given }: Given): DrillContext {
    return {
        profile: kgents,
        seed: 1,
        quick: true,
        progress: () => undefined,
        signal: new AbortController().signal,
        ...given,
        tools: tools as Tools,
    };
}

/** A run of a drill without a script, for tests that use an environment of the kit by itself. They close it. */
export function drillRun(id: string, given: Given): DrillRun {
    return new DrillRun(id, drillContext(given));
}
