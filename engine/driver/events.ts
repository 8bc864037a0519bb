import type { EngineEvent } from "@pulumi/pulumi/automation";

/** A rule of the policy pack that a resource breaks. */
export interface Violation {
    readonly policy: string;
    readonly level: "mandatory" | "advisory";
    /** URN; absent for a rule over the whole stack. */
    readonly resource?: string;
    readonly message: string;
}

/** A step that the engine took, or in a preview would take. */
export interface Step {
    readonly urn: string;
    readonly type: string;
    /** The engine's word: "create", "update", "same", "replace", "create-replacement", "delete-replaced", "delete", … */
    readonly op: string;
    /** Whether a provider would be called; not for components, stacks and the providers themselves. */
    readonly inCloud: boolean;
    /** The properties that made it so. */
    readonly because: readonly string[];
}

/** What the engine or the program had to say against a run. */
export interface Complaint {
    readonly resource?: string;
    readonly message: string;
}

/** What is known of a run from its events. */
export interface RunRecord {
    readonly steps: readonly Step[];
    readonly changes: Readonly<Record<string, number>>;
    readonly violations: readonly Violation[];
    /** Policies that could not look, because the preview did not know a value. */
    readonly unlooked: readonly Violation[];
    readonly errors: readonly Complaint[];
    readonly warnings: readonly Complaint[];
}

/** Collects the events of one run. */
export class EventRecorder {
    readonly #steps = new Map<string, Step>();
    readonly #violations: Violation[] = [];
    readonly #unlooked: Violation[] = [];
    readonly #errors: Complaint[] = [];
    readonly #warnings: Complaint[] = [];
    #changes: Record<string, number> | undefined;
    #done = 0;

    /** Steps finished so far, and how many of them changed something. */
    get progress(): { readonly finished: number; readonly changed: number } {
        return { finished: this.#done, changed: [...this.#steps.values()].filter(({ op }) => op !== "same").length };
    }

    add(event: EngineEvent): void {
        if (event.resourcePreEvent) {
            const { urn, type, op, diffs, keys, new: after, old: before } = event.resourcePreEvent.metadata;
            const inCloud = (after ?? before)?.custom === true && !type.startsWith("pulumi:");
            this.#steps.set(`${op} ${urn}`, { urn, type, op, inCloud, because: keys ?? diffs ?? [] });
        }
        if (event.resOutputsEvent) this.#done++;
        if (event.policyEvent) this.#addPolicy(event.policyEvent);
        if (event.diagnosticEvent) this.#addDiagnostic(event.diagnosticEvent);
        if (event.summaryEvent) this.#changes = { ...event.summaryEvent.resourceChanges } as Record<string, number>;
    }

    record(): RunRecord {
        const steps = [...this.#steps.values()];
        return {
            steps,
            changes: this.#changes ?? countBy(steps.map(({ op }) => op)),
            violations: this.#violations,
            unlooked: this.#unlooked,
            errors: withoutEchoes(this.#errors),
            warnings: this.#warnings,
        };
    }

    #addPolicy(event: NonNullable<EngineEvent["policyEvent"]>): void {
        // The engine puts the policy's description on a line before the message.
        const [first, ...rest] = plain(event.message).split("\n");
        const message = rest.join("\n").trim() || first || "";
        // A policy that remediates and still finds a fault stops the run like a mandatory one.
        const isAdvice = ["advisory", "warning"].includes(event.enforcementLevel);
        const violation: Violation = {
            policy: event.policyName,
            level: isAdvice ? "advisory" : "mandatory",
            resource: ofStack(event.resourceUrn) ? undefined : event.resourceUrn,
            message,
        };
        (/^can't run policy .* during preview/.test(message) ? this.#unlooked : this.#violations).push(violation);
    }

    #addDiagnostic(event: NonNullable<EngineEvent["diagnosticEvent"]>): void {
        const list = { error: this.#errors, warning: this.#warnings, "info#err": undefined, info: undefined }[
            event.severity
        ];
        const message = readable(plain(event.message));
        if (list === undefined || event.ephemeral || message === "") return;
        const complaint = { resource: event.urn || undefined, message };
        if (!list.some((known) => known.message === message && known.resource === complaint.resource))
            list.push(complaint);
    }
}

/** Without the steps that were only broken off because another one failed. */
function withoutEchoes(errors: readonly Complaint[]): readonly Complaint[] {
    const causes = errors.filter(({ message }) => !/context canceled$/i.test(message));
    return causes.length > 0 ? causes : errors;
}

/** Whether a violation is about the stack as a whole. */
function ofStack(urn: string | undefined): boolean {
    return !urn || urn.includes("::pulumi:pulumi:Stack::");
}

/** The number of times that each word occurs. */
function countBy(words: readonly string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
    return counts;
}

/** The engine's text without its colour marks. */
function plain(text: string): string {
    return text.replace(/<\{%[^%]*%\}>/g, "").trim();
}

/** The engine's last words on a run that failed for a reason given before. */
const lastWords = [
    /^(update|preview|destroy|refresh) failed$/,
    /^an unhandled error occurred: Program exited with non-zero exit code: -?\d+$/,
];

/** A message without the engine's preamble and without the program's stack: what a person needs. Empty if nothing is left. */
export function readable(message: string): string {
    if (lastWords.some((pattern) => pattern.test(message.trim()))) return "";
    return message
        .replace(/^Running program '[^']*' failed with an unhandled exception:\s*/, "")
        .replace(/^(<ref \*\d+> )?(Unhandled exception: )?Error: /, "")
        .split("\n")
        .filter((line) => !/^\s+at .*[:)]/.test(line) && !/^\s*\{?\s*promise: Promise \{/.test(line))
        .join("\n")
        .trim();
}
