import type { Policies } from "@pulumi/policy";
import { backupCadence } from "./backupCadence";
import { backupDurability } from "./backupDurability";
import { backupRegion } from "./backupRegion";
import { failoverChecksEnabled } from "./failoverChecksEnabled";
import { failoverLatchRegion } from "./failoverLatchRegion";
import { failoverPairComplete } from "./failoverPairComplete";
import { failoverRecordTtl } from "./failoverRecordTtl";
import { failoverRtoBudget } from "./failoverRtoBudget";
import { failoverTriggerTime } from "./failoverTriggerTime";
import { ownRegion } from "./ownRegion";
import { pinnedImages } from "./pinnedImages";
import { protectedState } from "./protectedState";
import { requiredTags } from "./requiredTags";

/** Every policy of the pack, in the order of the roadmap. */
export const allPolicies: Policies = [
    ownRegion,
    requiredTags,
    pinnedImages,
    protectedState,
    backupCadence,
    backupRegion,
    backupDurability,
    failoverRecordTtl,
    failoverTriggerTime,
    failoverRtoBudget,
    failoverPairComplete,
    failoverChecksEnabled,
    failoverLatchRegion,
];
