/** Absolute paths of the programs that a rehearsal runs, with their versions. */
export interface Tool {
    readonly path: string;
    readonly version: string;
    /** How it was found. */
    readonly origin: "PATH" | "cache" | "download" | "built";
}

export type ToolName = "pulumi" | "nats-server" | "nats" | "versitygw";

export type Tools = Readonly<Record<ToolName, Tool>>;
