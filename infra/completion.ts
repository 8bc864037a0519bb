import * as pulumi from "@pulumi/pulumi";
import { isDeployed } from "../components/model/deployed";
import type { Phase } from "../components/model/phase";

/** What a stack exports while an update of it is incomplete: the phase that the update was to reach. */
export interface Unfinished {
    readonly phase: Phase;
}

type Outputs = Record<string, pulumi.Input<unknown>>;

/**
 * Holds the stack's outputs back until every resource of the update is deployed.
 *
 * The engine stores the outputs that it was given last, whether the update ends well or not. So the first that it is given are the
 * former ones and `unfinished`; the new ones follow only when each resource that the program registered has its id. An update that
 * failed, was cancelled, or left resources out (`--target`, `--exclude`, `--continue-on-error`) keeps the former outputs, and says so.
 * docs/decisions/0019-completion.md weighs this against other ways.
 */
export class Completion {
    readonly #unfinished: Outputs;
    readonly #resources: pulumi.Resource[] = [];
    #complete = false;

    /**
     * @param former the stack's outputs as its last update left them
     * @param phase the phase that this update is to reach
     */
    constructor(former: Readonly<Record<string, unknown>>, phase: Phase) {
        const unfinished: Unfinished = { phase };
        this.#unfinished = { ...former, unfinished } as Outputs;
    }

    /** The outputs of an update whose program is `build`; it calls the function that it is given before it registers its first resource. */
    async outputsOf(build: (begin: () => void) => Promise<Outputs>): Promise<Outputs> {
        // A preview stores nothing, and has no ids to wait for.
        if (pulumi.runtime.isDryRun()) return build(() => undefined);
        this.#watch();
        // What it throws is thrown on: a program that returned in spite of it would have everything deleted that it did not get to.
        const outputs = await build(() => this.#begin());
        const complete = (await this.#deployed()) ? outputs : this.#unfinished;
        // The engine stores what arrives last, and takes calls side by side: on a busy machine the first one may come second.
        await callsArrived();
        pulumi.runtime.registerResourceOutputs(stackResource(), complete);
        return complete;
    }

    #watch(): void {
        pulumi.runtime.registerStackTransformation(({ resource, type, name }) => {
            if (this.#complete)
                throw new Error(
                    `${type} "${name}" is registered after the outputs: the update would count as done without it`,
                );
            this.#resources.push(resource);
            return undefined;
        });
    }

    #begin(): void {
        // By the stack itself, which registers outputs once only: it would export nothing in place of these when the program throws.
        stackResource().registerOutputs(this.#unfinished);
    }

    /** Whether all resources are there, those included that were registered while others were waited for. Never settles once one fails. */
    async #deployed(): Promise<boolean> {
        let seen = 0;
        let all = true;
        while (seen < this.#resources.length) {
            const batch = this.#resources.slice(seen);
            seen += batch.length;
            all = (await Promise.all(batch.map(isDeployed))).every(Boolean) && all;
            // What waited for one of these registers its own in this turn.
            await new Promise((resolve) => setImmediate(resolve));
        }
        this.#complete = true;
        return all;
    }
}

/** Settles when the engine has answered every call so far. The SDK has it for the end of a program, and leaves it out of its types. */
function callsArrived(): Promise<void> {
    return (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
}

/** The root of the stack's resources; it registers outputs as every component does. */
function stackResource() {
    return pulumi.runtime.getStackResource() as pulumi.Resource as pulumi.ComponentResource & {
        registerOutputs(outputs: Outputs): void;
    };
}
