import type { Complaint, RunRecord, Violation } from "./events";

/** A run that the engine, a provider, the program or a mandatory policy refused. */
export class EngineError extends Error {
    override readonly name = "EngineError";
    readonly violations: readonly Violation[];
    readonly errors: readonly Complaint[];

    constructor(
        readonly stackName: string,
        readonly operation: string,
        readonly exitCode: number,
        readonly record: RunRecord,
        /** What the CLI printed; used if no event says why. */
        said: string,
    ) {
        super(describe(stackName, operation, exitCode, record, said));
        this.violations = record.violations;
        this.errors = record.errors;
    }
}

function describe(stack: string, operation: string, exitCode: number, record: RunRecord, said: string): string {
    const refused = record.violations.filter(({ level }) => level === "mandatory");
    const reasons = [
        ...refused.map((violation) => `policy ${formatViolation(violation)}`),
        ...record.errors.map(({ resource, message }) => (resource ? `${shortUrn(resource)}: ${message}` : message)),
    ];
    const list = reasons.length > 0 ? reasons : [reasonFrom(exitCode, said)];
    return [
        `${stack}: ${operation} failed (exit status ${exitCode})`,
        ...list.map((reason) => `  ${reason.replaceAll("\n", "\n    ")}`),
    ].join("\n");
}

/** The reason where no event gives one: what the CLI calls an error, or that something ended it. */
function reasonFrom(exitCode: number, said: string): string {
    if (exitCode < 0) return "something ended the engine in the middle; the next run deals with what it left";
    const [, error] = /(?:^|\n)error: ([^]*)/.exec(said) ?? [];
    return (error ?? said).trim() || "no reason was given";
}

/** A violation in one line: `own-region (mandatory) aws:s3/bucket:Bucket "x": message`. */
export function formatViolation({ policy, level, resource, message }: Violation): string {
    return `${policy} (${level}) ${resource ? shortUrn(resource) : "the stack"}: ${message}`;
}

/** A URN as people name the resource: `aws:s3/bucket:Bucket "backup"`. */
export function shortUrn(urn: string): string {
    const [, , types, ...name] = urn.split("::");
    return `${types?.split("$").at(-1)} "${name.join("::")}"`;
}
