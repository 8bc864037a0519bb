import type { Drill } from "./drill";
import { backupPromises } from "./backupPromises";
import { dnsRegionLoss } from "./dns/dnsRegionLoss";
import { regionLoss } from "./regionLoss/regionLoss";
import { restore } from "./restore";
import { serverLoss } from "./serverLoss";
import { standbyPromises } from "./standbyPromises";

/** Every drill, in the order of the roadmap. */
export const allDrills: readonly Drill[] = [
    serverLoss,
    backupPromises,
    restore,
    dnsRegionLoss,
    standbyPromises,
    regionLoss,
];
