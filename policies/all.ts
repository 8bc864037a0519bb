import type { Policies } from "@pulumi/policy";
import type { PolicyConfiguration } from "../components/model/policyConfig";
import { backupCadence } from "./backupCadence";
import { backupDurability } from "./backupDurability";
import { backupPresent } from "./backupPresent";
import { backupRegion } from "./backupRegion";
import { distinctNatsNames } from "./distinctNatsNames";
import { failoverPairComplete } from "./failoverPairComplete";
import { failoverRecordTtl } from "./failoverRecordTtl";
import { failoverTriggerTime } from "./failoverTriggerTime";
import { gitopsPerRegion } from "./gitopsPerRegion";
import { latchOutsidePrimary } from "./latchOutsidePrimary";
import { metaQuorumSurvivesRegion } from "./metaQuorumSurvivesRegion";
import { mirrorLagAlarm } from "./mirrorLagAlarm";
import { mirrorPerStream } from "./mirrorPerStream";
import { noDisabledChecks } from "./noDisabledChecks";
import { noOverlappingCidr } from "./noOverlappingCidr";
import { ownRegion } from "./ownRegion";
import { pinnedImages } from "./pinnedImages";
import { policyConfiguration } from "./policyConfiguration";
import { policyCoverage } from "./policyCoverage";
import { positionsKept } from "./positionsKept";
import { protectedState } from "./protectedState";
import { requiredTags } from "./requiredTags";
import { rtoBudget } from "./rtoBudget";
import { secretRefresh } from "./secretRefresh";
import { standbyCapacity } from "./standbyCapacity";
import { syncIntervalAlways } from "./syncIntervalAlways";

/** Every policy that judges a program, in the order of the roadmap. What each is told of a system comes with its configuration. */
const policies: Policies = [
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
    rtoBudget,
    failoverPairComplete,
    noDisabledChecks,
    latchOutsidePrimary,
    metaQuorumSurvivesRegion,
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

/**
 * The policies of a pack: those that judge a program, and the two that judge their configuration.
 *
 * @param contracted the limits of the system that the pack is made for: what is looser needs a reason. @default the roadmap's
 */
export function policiesFor(contracted: () => PolicyConfiguration = () => ({})): Policies {
    return [policyConfiguration(contracted), policyCoverage(contracted), ...policies];
}
