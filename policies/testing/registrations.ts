import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest, RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";

/** What a program registered, as it went to the engine. */
export interface Registration {
    readonly urn: string;
    readonly request: RegisterResourceRequest;
}

export interface RegistrationOptions {
    readonly project: string;
    readonly stack: string;
    /** Whether what is computed is unknown, as in a preview of resources that are not there yet. */
    readonly preview: boolean;
}

/** What a program registered, and what it returned. */
export interface RunProgram {
    readonly registrations: readonly Registration[];
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** Runs a program in this process, without an engine, and keeps its registrations. Milliseconds, where an engine takes seconds. */
export async function registrationsOf(
    program: () => unknown,
    { project, stack, preview }: RegistrationOptions,
): Promise<RunProgram> {
    const registrations: Registration[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ name, inputs }) => ({
                // What a preview does not know is what is not in the answer.
                id: preview ? undefined : `${name}-id`,
                state: preview ? inputs : { arn: `arn:aws:mock:::${name}`, ...inputs },
            }),
            call: ({ token }) => {
                throw new Error(`invoke ${token} is not modelled: judge this program on the engine`);
            },
        },
        project,
        stack,
        preview,
        "organization",
    );
    const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, answer) =>
        register(request, (error, response) => {
            if (response) registrations.push({ urn: response.getUrn(), request });
            answer(error, response);
        });
    let outputs: Readonly<Record<string, unknown>> = {};
    let failure: { readonly error: unknown } | undefined;
    // Kept out of the stack's own promise: a rejection there also surfaces as an unhandled one.
    await pulumi.runtime.runInPulumiStack(async () => {
        try {
            outputs = ((await program()) ?? {}) as typeof outputs;
        } catch (error) {
            failure = { error };
        }
    });
    await pulumi.runtime.disconnect();
    if (failure) throw failure.error;
    return { registrations, outputs };
}

type Register = (
    request: RegisterResourceRequest,
    answer: (error: Error | null, response: RegisterResourceResponse | undefined) => void,
) => void;
