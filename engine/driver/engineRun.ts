/** One run of the engine over one stack, as a report shows it. */
export interface EngineRun {
    readonly stack: string;
    /** The step of a roadmap that the stack's configuration said; 0 where it names none. */
    readonly phase: number;
    readonly operation: "preview" | "up" | "preview again" | "destroy";
    readonly seconds: number;
    /** Count by kind of step: create, update, same, replace, delete. */
    readonly changes: Readonly<Record<string, number>>;
    /** Policy violations, by policy. */
    readonly violations: readonly string[];
    /** Policies that could not look because a value was unknown. */
    readonly unlooked: readonly string[];
}
