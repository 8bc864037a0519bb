/** Absolute paths of the programs that a rehearsal runs, with their versions. */
export interface Tool {
    readonly path: string;
    readonly version: string;
    /** How it was found. */
    readonly origin: "PATH" | "cache" | "download" | "built";
}

/** The tools of a rehearsal. */
export const rehearsalTools = ["nats-server", "nats", "versitygw", "pulumi"] as const;
export type RehearsalTool = (typeof rehearsalTools)[number];

/** Those, and `kustomize`, which only the tests of the GitOps overlays run. */
export type ToolName = RehearsalTool | "kustomize";

export type Found<Name extends ToolName> = Readonly<Record<Name, Tool>>;
export type Tools = Found<RehearsalTool>;
