/** What a drill is written with. See docs/drills.md. */
export { check, same } from "./checkers/check";
export { joinChecks } from "./checkers/joined";
export { originalLayout, placeOf } from "./checkers/layout";
export { allStored, consumersMissNothing, messages, seconds, storedAsPublished, storedOnce } from "./checkers/messages";
export { inStep, streamsCreated } from "./checkers/region";
export { originFenced, positionsKept, promotionAccepted, refusesBeforePromotion } from "./checkers/takeover";
export type { Drill, Outcome } from "./drill";
export type { DrillRun } from "./drillRun";
export { startApi } from "./environments/apiEdges";
export { liveDns } from "./environments/liveDns";
export { leaderOf, replicasInStep, singleRegion, writesGoOn } from "./environments/singleRegion";
export { listed, superClusterUnderLoad } from "./environments/startSuperCluster";
export { inject, linkFaults, losePrimary, serverFaults } from "./faults";
export { ApiClient } from "./load/apiClients";
export { clientSubject } from "./load/clientSubject";
export { refusedProbes } from "./load/probes";
export { Traffic, workerDurable } from "./load/traffic";
export { canary } from "./load/canary";
export {
    acknowledgedSpans,
    gatewayIds,
    gatewaysMissing,
    longestMirrorLag,
    positionsSaved,
    until,
    writers,
} from "./observe";
export { fenced, Operator } from "./operator";
export { recovery, stableSeconds } from "./recovered";
