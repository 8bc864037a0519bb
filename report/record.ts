import { createHash } from "node:crypto";
import { formatRevision } from "./format";
import type { RehearsalRecord, RehearsalResult } from "./result";

/** What the rehearsal knows about itself; the rest of the record is the same for every local rehearsal. */
export interface RecordFacts extends Pick<RehearsalResult, "startedAt" | "revision"> {
    /** What is rehearsed, in a sentence. */
    readonly scenario: string;
    /** Every stack's settings as the engine got them, secrets left out. */
    readonly settings: unknown;
}

/**
 * The record that auditors ask for (facts of a drill report): everything a machine can know filled in,
 * everything that only people can say left blank for them.
 */
export function rehearsalRecord({ startedAt, revision, scenario, settings }: RecordFacts): RehearsalRecord {
    return {
        id: `${startedAt.replace(/[-:]|\.\d+/g, "")}-${formatRevision(revision)}`,
        type: "local rehearsal",
        environment: "emulated",
        scenario,
        blastRadius: "this machine: processes and files of the rehearsal, loopback only",
        abortCriteria: "Ctrl-C at any time: everything that the rehearsal started is stopped",
        configHash: `sha256:${createHash("sha256").update(canonical(settings)).digest("hex")}`,
        lead: null,
        observers: [],
        signedOffBy: null,
        signedOffOn: null,
    };
}

/** JSON with sorted keys: the same settings in another order have the same hash. */
function canonical(value: unknown): string {
    return (
        JSON.stringify(value, (_, part: unknown) =>
            part !== null && typeof part === "object" && !Array.isArray(part)
                ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
                : part,
        ) ?? "null"
    );
}
