import { z } from "zod";
import { contractTerms, type ContractName } from "../components/model/contract";

/*
 * The shape of a rehearsal's result, once: the TypeScript types (result.ts), the check before anything is
 * written (validate.ts) and the JSON schema beside every report are all made from these.
 */

const phase = z.number().int().nonnegative().describe("Step of the system's roadmap, by its number.");
const contractName = z.enum(Object.keys(contractTerms) as [ContractName, ...ContractName[]]);
const words = z.array(z.string().min(1));
const seconds = z.number().nonnegative().describe("Seconds.");

export const checkSchema = z
    .strictObject({
        id: z.string().min(1).describe("Stable identifier; a negative control names the check that has to turn red."),
        title: z.string().min(1),
        passed: z.boolean(),
        expected: z.string(),
        actual: z.string().describe("What was found."),
    })
    .describe("One thing that was looked at, with what was expected and what was found.");

export const measurementSchema = z
    .strictObject({
        id: z.string().min(1),
        title: z.string().min(1),
        value: z.number(),
        unit: z.enum(["s", "messages", "MB/s", "calls", "servers", "resources"]),
        contract: contractName
            .optional()
            .describe("The contract that this number is held against; the unit is then seconds."),
    })
    .refine((measurement) => measurement.contract === undefined || measurement.unit === "s", {
        error: "a measurement that is held against a contract has to be in seconds",
        path: ["unit"],
    })
    .describe("A measured number.");

/** What the rehearsed system promises of one contract: figures of the result are held against it. */
export const contractSchema = z
    .strictObject({
        id: z.string().min(1).describe("Stable identifier, used by policies and documents too."),
        title: z.string().min(1),
        kind: z.enum(["at most", "at least"]),
        limit: seconds.describe("The bound in seconds."),
        from: phase.describe("The first phase that has to keep it."),
        source: z.string().min(1).describe("Where the number comes from."),
    })
    .describe("An upper or lower bound that the deployed system has to keep.");

export const timelineEventSchema = z
    .strictObject({
        lane: z.string().min(1).describe("The row of the plot: a server, a client, a health check."),
        at: z.number().describe("Seconds since the drill's disruption or start; negative before it."),
        until: z.number().optional().describe("End of a span; absent for an instant."),
        label: z.string(),
        tone: z.enum(["good", "bad", "neutral"]).optional().describe("Neutral if absent."),
    })
    .refine((event) => event.until === undefined || event.until >= event.at, {
        error: "a span cannot end before it begins",
        path: ["until"],
    })
    .describe("Something that happened during a drill, for the timeline plot.");

/** The parts of a recovery time, so that nobody has to guess which share is the machine's and which the person's. */
export const rtoSplitSchema = z
    .strictObject({
        detect: seconds.optional().describe("From the disruption until the health check (or the alarm) says so."),
        decide: seconds.optional().describe("What a person took, or the declared allowance."),
        act: seconds.optional().describe("Promotion, restore, start-up: what the machines did after the decision."),
        dns: seconds.optional().describe("Until resolvers dropped the old answer."),
        clientObserved: seconds.optional().describe("The longest time that a client went without an answer."),
        fromDisruption: seconds.describe("The whole, from the disruption."),
        fromDecision: seconds.optional().describe("The whole, from the decision."),
    })
    .describe("A recovery time in its parts, in seconds.");

/** What was lost, by a sequence of numbered messages: never by configuration. */
const rpoMarkerSchema = z
    .strictObject({
        lastAcknowledged: z
            .number()
            .int()
            .nonnegative()
            .describe("Number of the last message that was acknowledged before the loss."),
        lastRecovered: z.number().int().nonnegative().describe("Number of the last message that the survivor holds."),
        lost: z.number().int().nonnegative().describe("Acknowledged messages that the survivor lacks."),
        seconds: seconds.optional().describe("Age of the oldest lost message at the disruption: the RPO in seconds."),
    })
    .describe("Data loss from a marker sequence.");

const failbackSchema = z
    .strictObject({
        seconds: seconds.optional(),
        dataCheck: z.string().describe("What was compared before traffic went back, and the finding."),
        latch: z.enum(["present", "absent"]).describe("The STOP latch at the end of the drill."),
    })
    .describe("The way back.");

export const drillResultSchema = z
    .strictObject({
        id: z.string().min(1),
        title: z.string().min(1),
        phase,
        scenario: z.string().optional().describe("What happens to the system, in a sentence."),
        real: words.describe("Parts that ran for real."),
        simulated: words.describe("Parts that something stood in for."),
        seed: z.number().int().optional().describe("Seed of everything random; the same seed gives the same drill."),
        broken: z
            .strictObject({
                as: z.enum(["ERROR", "SKIPPED"]),
                reason: z.string().min(1).describe("What broke, or what is missing to run it."),
            })
            .optional()
            .describe("Present if the drill itself broke (ERROR) or cannot run on this machine (SKIPPED)."),
        checks: z.array(checkSchema),
        measurements: z.array(measurementSchema),
        timeline: z.array(timelineEventSchema),
        rto: rtoSplitSchema.optional(),
        rpo: rpoMarkerSchema.optional(),
        controlPlaneCalls: z
            .number()
            .int()
            .nonnegative()
            .optional()
            .describe("Calls to the control planes of Route 53 and IAM in us-east-1 during the recovery; 0 is wanted."),
        failback: failbackSchema.optional(),
        details: z
            .record(z.string(), z.unknown())
            .optional()
            .describe(
                "Further numbers for machines. `distribution` (numbers, or { title, unit, samples, limit }, or several by name) is plotted, " +
                    "and every entry with `truth` in its name (rows by column name, or { title, columns, rows }) is shown as a table.",
            ),
    })
    .describe(
        "What one drill found. It passed only if every check passed and every contract that it measured was kept.",
    );

export const negativeControlSchema = z
    .strictObject({
        id: z.string().min(1),
        title: z.string().min(1),
        drill: z.string().min(1),
        expectRed: z.string().min(1).describe("The check that has to fail."),
        turnedRed: z.boolean(),
        error: z
            .literal(true)
            .optional()
            .describe("Present if the drill broke, or failed for other checks alone: the control shows nothing."),
        reason: z.string().describe("What failed, in words."),
    })
    .describe(
        "A drill repeated over a deployment that was broken on purpose: it has to turn red, for the expected reason.",
    );

export const engineRunSchema = z
    .strictObject({
        stack: z.string().min(1),
        phase,
        operation: z.enum(["preview", "up", "preview again", "destroy"]),
        seconds,
        changes: z
            .record(z.string(), z.number().int().nonnegative())
            .describe("Count by kind of step: create, update, same, replace, delete."),
        violations: words.describe("Policy violations, by policy."),
        unlooked: words.describe("Policies that could not look because a value was unknown."),
    })
    .describe("One run of the engine over one stack.");

/** What an auditor asks of a drill beyond its figures; what only people can fill in stays null. */
export const recordSchema = z
    .strictObject({
        id: z.string().min(1).describe("Start and revision: names this rehearsal among all others."),
        type: z.literal("local rehearsal"),
        environment: z.enum(["simulated", "emulated", "real cloud"]),
        scenario: z.string().min(1),
        blastRadius: z.string().min(1),
        abortCriteria: z.string().min(1),
        configHash: z
            .string()
            .regex(/^sha256:[0-9a-f]{64}$/)
            .describe("Hash of every stack's settings, so that two rehearsals of the same settings can be told."),
        lead: z.string().nullable(),
        observers: z.array(z.string()),
        signedOffBy: z.string().nullable(),
        signedOffOn: z.iso.date().nullable(),
    })
    .describe("The record of a drill as auditors ask for it.");

export const rehearsalSchema = z
    .strictObject({
        schemaVersion: z.literal(1),
        startedAt: z.iso.datetime(),
        seconds,
        revision: z.string().min(1).describe("Git revision of the program."),
        phase,
        phaseTitle: z.string().min(1).describe("What the roadmap calls that phase."),
        contracts: z.record(contractName, contractSchema).describe("What the rehearsed system promises."),
        label: z.literal("rehearsal on this machine: nothing ran on AWS"),
        real: words.describe("Parts that ran for real."),
        simulated: words.describe("Parts that something stood in for."),
        tools: z.record(z.string(), z.string()).describe("Version by tool."),
        record: recordSchema.optional(),
        engine: z.array(engineRunSchema),
        checks: z.array(checkSchema),
        drills: z.array(drillResultSchema),
        controls: z.array(negativeControlSchema),
        passed: z.boolean(),
    })
    .describe("Everything a rehearsal found out.");
