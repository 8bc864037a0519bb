import type { Drill } from "../kit/drill";
import { backupPromises } from "./backupPromises";
import { fullFailover } from "./fullFailover";
import { latencySpike } from "./latencySpike";
import { regionLoss } from "./regionLoss";
import { dnsRegionLoss } from "./regionLossDns";
import { restore } from "./restore";
import { secretRotation } from "./secretRotation";
import { serverLoss } from "./serverLoss";
import { splitBrain } from "./splitBrain";
import { streamsOfAllKinds } from "./streamsOfAllKinds";
import { standbyPromises } from "./standbyPromises";

/** Every drill, in the order of the roadmap. */
export const allDrills: readonly Drill[] = [
    serverLoss,
    backupPromises,
    restore,
    dnsRegionLoss,
    standbyPromises,
    regionLoss,
    latencySpike,
    splitBrain,
    secretRotation,
    streamsOfAllKinds,
    fullFailover,
];
