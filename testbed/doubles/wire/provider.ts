import type { Properties } from "./values";

/** A refused property of a Check: the path of the property, and what is wrong with it. */
export interface CheckFailure {
    readonly property: string;
    readonly reason: string;
}

export interface CheckResult {
    readonly inputs: Properties;
    readonly failures: readonly CheckFailure[];
}

/** How one property differs. */
export type Change = "add" | "delete" | "update";

export interface DiffResult {
    /** Paths of changed inputs: "tags.Project". */
    readonly changes: ReadonlyMap<string, Change>;
    /** Those of them that need a new resource. */
    readonly replaces: readonly string[];
    /** Whether the old one has to go first, because both cannot exist at once. */
    readonly deleteBeforeReplace?: boolean;
}

export interface ResourceCall {
    readonly urn: string;
    /** Type token. */
    readonly type: string;
    /** Logical name. */
    readonly name: string;
}

export interface CheckCall extends ResourceCall {
    readonly olds: Properties;
    readonly news: Properties;
    /** What an automatic name is made from. */
    readonly randomSeed: Uint8Array;
}

export interface CreateCall extends ResourceCall {
    readonly preview: boolean;
    readonly inputs: Properties;
}

export interface UpdateCall extends CreateCall {
    readonly id: string;
    readonly olds: Properties;
    readonly oldInputs: Properties;
    /** Paths of inputs that the program leaves to others: "spec.suspend". The engine has set them to their old values. */
    readonly ignoreChanges: readonly string[];
}

export interface DiffCall extends ResourceCall {
    readonly id: string;
    readonly oldInputs: Properties;
    readonly news: Properties;
}

export interface ReadCall extends ResourceCall {
    readonly id: string;
    /** What the engine has on record; empty where it imports or looks up. */
    readonly properties: Properties;
    readonly inputs: Properties;
}

export interface Made {
    readonly id: string;
    readonly properties: Properties;
}

export interface ReadResult extends Made {
    readonly inputs: Properties;
}

export interface ConstructCall extends ResourceCall {
    readonly inputs: Properties;
    readonly parent: string;
    /** Provider references ("urn::id") by package. */
    readonly providers: ReadonlyMap<string, string>;
    readonly dependencies: readonly string[];
    readonly preview: boolean;
    /** Address of the engine's resource monitor. */
    readonly monitor: string;
}

export interface Constructed {
    readonly urn: string;
    readonly state: Properties;
}

/** A failure after the resource was made: the engine keeps it in its state, marked as not initialised. */
export class InitFailed extends Error {
    constructor(
        readonly made: Made,
        readonly inputs: Properties,
        readonly reasons: readonly string[],
    ) {
        super(reasons.join("; "));
    }
}

/** One configured provider resource: what the engine can ask of it. Whatever it throws becomes the engine's error. */
export interface ConfiguredProvider {
    check(call: CheckCall): Promise<CheckResult> | CheckResult;
    diff(call: DiffCall): Promise<DiffResult> | DiffResult;
    create(call: CreateCall): Promise<Made>;
    update(call: UpdateCall): Promise<Properties>;
    delete(call: ReadCall): Promise<void>;
    /** Undefined where there is no such thing. */
    read(call: ReadCall): Promise<ReadResult | undefined> | ReadResult | undefined;
    invoke(token: string, args: Properties): Promise<Properties> | Properties;
    construct?(call: ConstructCall): Promise<Constructed>;
    call?(token: string, args: Properties): Promise<Properties> | Properties;
}

/** A package that stands in for a Pulumi provider. */
export interface ProviderDouble {
    /** "aws". */
    readonly package: string;
    /** The npm package whose version it answers with: "@pulumi/aws". */
    readonly npm: string;
    checkConfig?(news: Properties): CheckFailure[];
    /** Configuration properties whose change needs new resources. */
    replacingConfig?(olds: Properties, news: Properties): string[];
    configure(config: Properties): ConfiguredProvider;
}
