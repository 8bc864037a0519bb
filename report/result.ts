import type { z } from "zod";
import type * as schema from "./schema";

/*
 * The types of a rehearsal's result. Fields, units and meanings are in schema.ts, which they are made from.
 */

type DeepReadonly<T> = T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
      : T;

/** One thing that was looked at, with what was expected and what was found. */
export type Check = DeepReadonly<z.infer<typeof schema.checkSchema>>;

/** A measured number; one that names a contract is in seconds and is held against it. */
export type Measurement = DeepReadonly<z.infer<typeof schema.measurementSchema>>;

/** Something that happened during a drill, for the timeline plot. Times are seconds since the drill's disruption or start. */
export type TimelineEvent = DeepReadonly<z.infer<typeof schema.timelineEventSchema>>;

/** A recovery time in its parts, in seconds. */
export type RtoSplit = DeepReadonly<z.infer<typeof schema.rtoSplitSchema>>;

/** What one drill found. `drillPassed` (verdict.ts) says whether it passed. */
export type DrillResult = DeepReadonly<z.infer<typeof schema.drillResultSchema>>;

/** A drill repeated over a deployment that was broken on purpose: it has to turn red, for the expected reason. */
export type NegativeControl = DeepReadonly<z.infer<typeof schema.negativeControlSchema>>;

/** What the rehearsed system promises of one contract. */
export type ReportedContract = DeepReadonly<z.infer<typeof schema.contractSchema>>;

/** One run of the engine over one stack. */
export type EngineRun = DeepReadonly<z.infer<typeof schema.engineRunSchema>>;

/** The record of a drill as auditors ask for it. */
export type RehearsalRecord = DeepReadonly<z.infer<typeof schema.recordSchema>>;

/** Everything a rehearsal found out: `rehearsal/out/report.json` is this, verbatim. */
export type RehearsalResult = DeepReadonly<z.infer<typeof schema.rehearsalSchema>>;

/** The contracts that a result is held against, by name. */
export type ReportedContracts = RehearsalResult["contracts"];
