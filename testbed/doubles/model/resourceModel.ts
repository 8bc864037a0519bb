import type { Cloud, CloudObject } from "../cloud";
import type { Properties, Value } from "../wire/values";

/** Where a thing's name is taken: everywhere, in the account, or in one region of it. */
export type Reach = "global" | "account" | "region";

/** What a table entry may know when it makes up outputs. Inputs and properties come without secret wrappers. */
export interface ModelContext {
    readonly cloud: Cloud;
    readonly account: string;
    readonly region: string;
    /** Type token. */
    readonly type: string;
    /** The resource's id; "" while the id itself is being made up. */
    readonly id: string;
    /** Hexadecimal digits that stay the same for this resource; `purpose` tells several apart. */
    hash(length: number, purpose?: string): string;
    /** Hexadecimal digits that are new each time, for ids. */
    random(length: number): string;
    /** "arn:aws:<service>:<region>:<account>:<resource>"; global services leave the region out. */
    arn(service: string, resource: string, options?: { global?: boolean; accountless?: boolean }): string;
    /** Something that exists in this resource's region, account or everywhere, by id, name or ARN. */
    find(type: string, reference: Value): CloudObject | undefined;
}

/** A property that must name something that exists. */
export interface Reference {
    /** Type token of what it names. */
    readonly type: string;
    /** Whether that cannot be deleted while this exists, as with a VPC and its subnets. */
    readonly holds?: boolean;
    /** AWS's error code when it is not there: "NoSuchBucket". */
    readonly missing?: string;
    /** Whether something whose name is taken everywhere has to be in the same region all the same: a bucket. */
    readonly sameRegion?: boolean;
}

/**
 * One resource type of a provider: what the double has to know beyond the SDK's declaration.
 * Inputs, tags, region and unknown outputs follow from the declaration.
 */
export interface ResourceModel {
    /** The property that gets an automatic name where neither it nor `<property>Prefix` is given. */
    readonly autoname?: string;
    /** Longest automatic name; 255 unless told. */
    readonly maxName?: number;
    readonly reach?: Reach;
    /** What must be unique within its reach; absent where AWS allows any number. */
    readonly unique?: (inputs: Properties) => string | undefined;
    /** AWS's error code for a second one of the same name: "EntityAlreadyExists". */
    readonly conflict?: string;
    /** Whether one that exists is taken over instead of being refused. */
    readonly overwrites?: (inputs: Properties) => boolean;
    readonly id: (inputs: Properties, context: ModelContext) => string;
    /** Values of inputs that the provider fills in. */
    readonly defaults?: Properties;
    /** Outputs that AWS makes up. */
    readonly outputs?: (inputs: Properties, context: ModelContext) => Properties;
    /** Outputs that are secret whatever the inputs. */
    readonly secrets?: readonly string[];
    /** Inputs whose change needs a new resource; `region` always does. "*" is every input. */
    readonly replaceOn?: readonly string[];
    /** Inputs whose change needs a new resource because other inputs say so. */
    readonly alsoReplaceOn?: (inputs: Properties) => readonly string[];
    /** Properties that must name something that exists; a list property is checked entry by entry. */
    readonly references?: Readonly<Record<string, Reference>>;
    /** Other reasons why the control plane would refuse a create or update, in its words. */
    readonly refuse?: (inputs: Properties, context: ModelContext) => string[];
    /** Why it cannot be deleted now. */
    readonly refuseDelete?: (object: CloudObject, context: ModelContext) => string[];
    /** What goes with it. */
    readonly deleteWith?: (object: CloudObject, cloud: Cloud) => CloudObject[];
    /** Things that exist without anybody having made them, by id: AWS's own policies. */
    readonly builtIn?: (id: string, context: ModelContext) => Properties | undefined;
}

export type ResourceTable = Readonly<Record<string, ResourceModel>>;

/** A provider function: arguments without secret wrappers in, result out. */
export type InvokeModel = (args: Properties, context: InvokeContext) => Properties;

export interface InvokeContext {
    readonly cloud: Cloud;
    readonly account: string;
    readonly region: string;
    /** Everything of a type that this provider can see: of its region, of the account, and global. */
    visible(type: string): CloudObject[];
}

export type InvokeTable = Readonly<Record<string, InvokeModel>>;
