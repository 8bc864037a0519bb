export { printReport } from "./printReport";
export { printSummary } from "./printSummary";
export { rehearsalRecord } from "./record";
export * from "./result";
export { conclude, drillPassed, exitStatus } from "./verdict";
export { writeReport } from "./writeReport";
