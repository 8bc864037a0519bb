import type { Policies } from "@pulumi/policy";
import { backupCadence } from "./backupCadence";
import { backupDurability } from "./backupDurability";
import { backupPresent } from "./backupPresent";
import { backupRegion } from "./backupRegion";
import { distinctNatsNames } from "./distinctNatsNames";
import { failoverChecksEnabled } from "./failoverChecksEnabled";
import { failoverLatchRegion } from "./failoverLatchRegion";
import { failoverPairComplete } from "./failoverPairComplete";
import { failoverRecordTtl } from "./failoverRecordTtl";
import { failoverRtoBudget } from "./failoverRtoBudget";
import { failoverTriggerTime } from "./failoverTriggerTime";
import { gitopsPerRegion } from "./gitopsPerRegion";
import { metaQuorum } from "./metaQuorum";
import { mirrorLagAlarm } from "./mirrorLagAlarm";
import { mirrorPerStream } from "./mirrorPerStream";
import { noOverlappingCidr } from "./noOverlappingCidr";
import { ownRegion } from "./ownRegion";
import { pinnedImages } from "./pinnedImages";
import { positionsKept } from "./positionsKept";
import { protectedState } from "./protectedState";
import { requiredTags } from "./requiredTags";
import { secretRefresh } from "./secretRefresh";
import { standbyCapacity } from "./standbyCapacity";
import { syncIntervalAlways } from "./syncIntervalAlways";

/** Every policy of the pack, in the order of the roadmap. */
export const allPolicies: Policies = [
    ownRegion,
    requiredTags,
    pinnedImages,
    protectedState,
    backupCadence,
    backupRegion,
    backupDurability,
    backupPresent,
    failoverRecordTtl,
    failoverTriggerTime,
    failoverRtoBudget,
    failoverPairComplete,
    failoverChecksEnabled,
    failoverLatchRegion,
    metaQuorum,
    syncIntervalAlways,
    distinctNatsNames,
    mirrorPerStream,
    mirrorLagAlarm,
    positionsKept,
    secretRefresh,
    gitopsPerRegion,
    noOverlappingCidr,
    standbyCapacity,
];
