export { printReport, type ReportStream } from "./printReport";
export { rehearsalRecord } from "./record";
export * from "./result";
export { reportJsonSchema, validateResult } from "./validate";
export { conclude, contractStandings, drillPassed, exitStatus, verdict, type Findings, type Verdict } from "./verdict";
export { writeReport, type WrittenReport } from "./writeReport";
