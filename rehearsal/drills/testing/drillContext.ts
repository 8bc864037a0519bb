import { kgents } from "../../../infra/profile";
import type { Tools } from "../../toolchain/tools";
import type { DrillContext } from "../drill";

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
