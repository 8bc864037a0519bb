import { randomBytes } from "node:crypto";
import { Journal } from "./journal";
import type { Properties } from "./wire/values";

/** A thing that exists in the pretend cloud. */
export interface CloudObject {
    readonly package: string;
    /** Pulumi's type token: "aws:s3/bucket:Bucket". */
    readonly type: string;
    /** Where it exists and its name is taken: "global", "account", a region, or a cluster (its endpoint). */
    readonly scope: string;
    readonly id: string;
    /** What must be unique within type and scope; the id where nothing else is. */
    readonly name: string;
    /** Region it was made in; "" where it has none. */
    readonly region: string;
    /** Digits made up at its creation: what AWS would make up follows from them. */
    readonly nonce: string;
    /** The inputs it was made from, without secret wrappers. */
    readonly inputs: Properties;
    /** All its properties, without secret wrappers. */
    readonly properties: Properties;
    /** The top-level properties that are secret. */
    readonly secrets: readonly string[];
}

export type Operation = "create" | "update" | "delete";

/** A call that changed the cloud, or tried to: what a control plane would have had to answer. */
export interface CloudCall {
    readonly package: string;
    readonly type: string;
    readonly operation: Operation;
    readonly scope: string;
    readonly region: string;
    readonly id: string;
    /** Milliseconds since the epoch. */
    readonly at: number;
    /** Why it was refused. */
    readonly error?: string;
}

/** A change as it is asked for. */
export type ChangeCall = Omit<CloudCall, "at" | "error" | "id"> & { readonly id?: string };

/** A `batch/v1:Job` that the engine has created and waits for. */
export interface JobCall {
    /** The cluster: the EKS cluster's ARN, or the API server's address. */
    readonly cluster: string;
    readonly region: string;
    readonly namespace: string;
    readonly name: string;
    /** The whole object as the API server would hold it. */
    readonly manifest: Readonly<Record<string, any>>;
}

/** How a Job ended. `message` is the termination message of its container, or why it failed. */
export interface JobResult {
    readonly succeeded: boolean;
    readonly message?: string;
}

/** How a change goes wrong. */
export interface Fault {
    readonly message: string;
    /** The change is made, and what was made never becomes ready: of Kubernetes only. Default: the change is refused. */
    readonly unready?: boolean;
}

/** A change that was made, of something that never became ready. */
export class NeverReady<Made> extends Error {
    constructor(
        readonly made: Made,
        message: string,
    ) {
        super(message);
    }
}

/** A call that is kept waiting: the change is made and on record, the engine has no answer yet. */
export interface Hold {
    /** Settles when a call has arrived and made its change. */
    readonly reached: Promise<void>;
    release(): void;
}

interface HeldCall {
    readonly arrived: () => void;
    readonly released: Promise<void>;
}

/**
 * What exists in the pretend AWS account and its Kubernetes clusters. With a state file every change
 * is on disk before the engine hears of it, so that a killed run leaves its orphans behind as a real cloud would.
 * The file holds secret values in plain text, as the cloud itself would; it is readable by its owner only.
 */
export class Cloud {
    readonly #objects = new Map<string, CloudObject>();
    readonly #calls: CloudCall[] = [];
    readonly #failures = new Map<string, string[]>();
    readonly #holds = new Map<string, HeldCall[]>();
    readonly #journal: Journal<CloudObject> | undefined;
    #changeHook: (call: ChangeCall) => Fault | undefined = () => undefined;
    #jobHook: (job: JobCall) => Promise<JobResult> | JobResult = () => ({ succeeded: true });

    /** @param accountId the account that the credentials stand for */
    constructor(
        readonly accountId: string,
        stateFile?: string,
    ) {
        if (stateFile !== undefined) {
            this.#journal = new Journal(stateFile);
            this.#objects = this.#journal.read();
        }
    }

    /** Everything that exists, in the order of creation. */
    objects(): CloudObject[] {
        return [...this.#objects.values()];
    }

    ofType(type: string): CloudObject[] {
        return this.objects().filter((object) => object.type === type);
    }

    /** All changes asked for since the doubles started, refused ones included. */
    calls(): readonly CloudCall[] {
        return this.#calls;
    }

    /** What happens when the engine waits for a Job: by default it succeeds at once. The engine waits for the promise. */
    onJob(hook: (job: JobCall) => Promise<JobResult> | JobResult): void {
        this.#jobHook = hook;
    }

    runJob(job: JobCall): Promise<JobResult> {
        return Promise.resolve(this.#jobHook(job));
    }

    /** Asked before each change how it goes wrong; by default none does. For tests. */
    onChange(hook: (call: ChangeCall) => Fault | undefined): void {
        this.#changeHook = hook;
    }

    /** The next change to a resource of this type is refused with this message. For tests. */
    failNext(type: string, message: string): void {
        this.#failures.set(type, [...(this.#failures.get(type) ?? []), message]);
    }

    /** The next change to a resource of this type is made, but its answer waits for `release`. For tests. */
    holdNext(type: string): Hold {
        let arrived = () => {};
        let release = () => {};
        const reached = new Promise<void>((resolve) => (arrived = resolve));
        const released = new Promise<void>((resolve) => (release = resolve));
        this.#holds.set(type, [...(this.#holds.get(type) ?? []), { arrived, released }]);
        return { reached, release };
    }

    find(type: string, test: (object: CloudObject) => boolean): CloudObject | undefined {
        return this.objects().find((object) => object.type === type && test(object));
    }

    get(type: string, scope: string, id: string): CloudObject | undefined {
        return this.#objects.get(keyOf(type, scope, id));
    }

    put(object: CloudObject): void {
        const key = keyOf(object.type, object.scope, object.id);
        this.#objects.set(key, object);
        this.#journal?.put(key, object);
    }

    remove(object: CloudObject): void {
        const key = keyOf(object.type, object.scope, object.id);
        this.#objects.delete(key);
        this.#journal?.remove(key);
    }

    /** Records a change, refuses it if a failure is planned, makes it, and holds the answer back if that is planned. */
    async change<T>(call: ChangeCall, make: () => T | Promise<T>): Promise<T> {
        const record = { id: "", ...call, at: Date.now() };
        try {
            const planned = this.#failures.get(call.type)?.shift();
            if (planned !== undefined) {
                throw new Error(planned);
            }
            const fault = this.#changeHook(call);
            if (fault !== undefined && !fault.unready) {
                throw new Error(fault.message);
            }
            const made = await make();
            if (fault !== undefined) {
                throw new NeverReady(made, fault.message);
            }
            const id = record.id || String((made as { id?: string } | undefined)?.id ?? "");
            this.#calls.push({ ...record, id });
            const held = this.#holds.get(call.type)?.shift();
            held?.arrived();
            await held?.released;
            return made;
        } catch (error) {
            this.#calls.push({ ...record, error: (error as Error).message });
            throw error;
        }
    }

    /**
     * Switches AWS's own deletion protection off wherever it is on, as a person has to before a destroy (clusters,
     * load balancers, tables). Returns what was protected.
     */
    liftDeletionProtection(): CloudObject[] {
        const isSet = (object: CloudObject) => deletionProtections.some((property) => object.inputs[property] === true);
        const off = (values: Properties) =>
            Object.fromEntries(
                Object.entries(values).map(([key, value]) => [key, deletionProtections.includes(key) ? false : value]),
            );
        const held = this.objects().filter(isSet);
        held.forEach((object) =>
            this.put({ ...object, inputs: off(object.inputs), properties: off(object.properties) }),
        );
        return held;
    }

    /** `length` random hexadecimal digits, for identifiers that AWS would make up. */
    randomHex(length: number): string {
        return randomBytes(Math.ceil(length / 2))
            .toString("hex")
            .slice(0, length);
    }

    close(): void {
        this.#journal?.close();
    }
}

/** What AWS calls it, service by service. */
const deletionProtections = ["deletionProtection", "enableDeletionProtection", "deletionProtectionEnabled"];

function keyOf(type: string, scope: string, id: string): string {
    return JSON.stringify([type, scope, id]);
}
