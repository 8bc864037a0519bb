import { setTimeout as delay } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** The full name of a stack of this project: "organization/shop-dr/dr". On a bucket or a file backend the first part is literal. */
export function stackAddress(stack: string): string {
    return `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
}

/**
 * The outputs of a stack as its last update left them; empty for a stack that was made and never updated,
 * undefined for one that does not exist. Reads through the engine, so that it works with any backend.
 *
 * This is the engine's own function behind StackReference. The resource alone would do for the values, but
 * an unknown stack makes it fail inside the engine, where no message of ours can be added.
 */
export async function readOutputs(address: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    for (let attempt = 1; ; attempt++) {
        try {
            const answer = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: address });
            return answer.outputs;
        } catch (error) {
            if (isUnknownStack(error)) return undefined;
            if (isLegacyLayout(error)) throw new pulumi.RunError(legacyLayoutMessage);
            if (attempt === attempts || !isBeingWritten(error)) throw error;
            await delay(pauseMs);
        }
    }
}

/** Outputs of the project's stacks by their names; undefined for one that does not exist. Each is asked for once. */
export type OutputsOf = (stack: string) => ReturnType<typeof readOutputs>;

/** For one update: what it is built on does not change on the way. */
export function outputsReader(): OutputsOf {
    const asked = new Map<string, ReturnType<typeof readOutputs>>();
    return (stack) => {
        if (!asked.has(stack)) asked.set(stack, readOutputs(stackAddress(stack)));
        return asked.get(stack)!;
    };
}

/** Together two seconds: writing a checkpoint takes some milliseconds. */
const attempts = 40;
const pauseMs = 50;

/** A backend of files writes a checkpoint in place: who reads in that moment, the stack's own update included, finds half of it. */
function isBeingWritten(error: unknown): boolean {
    return /failed to load checkpoint: (EOF|unexpected end of JSON input|unexpected EOF)/i.test(String(error));
}

/** A backend of files from before Pulumi 3.61 knows stacks without a project, and takes a full name for a wrong one. */
function isLegacyLayout(error: unknown): boolean {
    return /a stack name may only contain/i.test(String(error));
}

const legacyLayoutMessage =
    "the state backend has the layout from before Pulumi 3.61, in which a stack belongs to no project, so no stack can read another's outputs.\n" +
    "  to do: copy the backend's folder or bucket, then pulumi state upgrade, then this again";

/** How the engine and the service say that there is no such stack. */
export function isUnknownStack(error: unknown): boolean {
    return /unknown stack|no stack named|404.*not found/i.test(String(error));
}
