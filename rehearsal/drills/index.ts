import type { Drill } from "./drill";
import { serverLoss } from "./serverLoss";

/** Every drill, in the order of the roadmap. */
export const allDrills: readonly Drill[] = [serverLoss];
