import * as pulumi from "@pulumi/pulumi";
import { stackAddress, type OutputsOf } from "./otherStack";
import { outputPhases, type OutputName, type StackOutputs } from "./outputs";
import type { Phase } from "./phase";
import type { Role } from "./profile";

/** Another stack of the project, and what it exports. */
export class Peer<R extends Role> {
    private constructor(
        readonly role: R,
        private readonly asker: Role,
        private readonly reference: pulumi.StackReference,
        private readonly outputs: Readonly<Record<string, unknown>>,
    ) {}

    /** Opens the road to a stack; fails with the commands that make it if it does not exist. */
    static async open<R extends Role>(role: R, asker: Role, outputsOf: OutputsOf): Promise<Peer<R>> {
        const address = stackAddress(role);
        const outputs = await outputsOf(role);
        if (outputs === undefined) throw new pulumi.RunError(unknownStackMessage(role, asker, address));
        return new Peer(role, asker, new pulumi.StackReference(address), outputs);
    }

    /** An output of the other stack. Fails at once, before anything is registered, if that stack has not exported it. */
    require<K extends OutputName<R>>(output: K): pulumi.Output<StackOutputs[R][K]> {
        this.value(output);
        return this.reference.requireOutput(output) as pulumi.Output<unknown> as pulumi.Output<StackOutputs[R][K]>;
    }

    /** An output that may be absent, because a later step of the order provides it; undefined then. */
    optional<K extends OutputName<R>>(output: K): StackOutputs[R][K] | undefined {
        return (this.outputs[output] ?? undefined) as StackOutputs[R][K] | undefined;
    }

    /** The same as a plain value, for decisions that have to fall before anything is registered. */
    value<K extends OutputName<R>>(output: K): StackOutputs[R][K] {
        const value = this.outputs[output];
        if (value === undefined || value === null) {
            const providedFrom = outputPhases[this.role][output];
            throw new pulumi.RunError(
                missingOutputMessage(this.role, this.asker, output, providedFrom, this.outputs["phase"]),
            );
        }
        return value as StackOutputs[R][K];
    }
}

export function unknownStackMessage(role: Role, asker: Role, address: string): string {
    return [
        `stack ${role} does not exist (${address}), and stack ${asker} reads its outputs.`,
        `  to do: pulumi stack init ${role}, then pulumi up --stack ${role}, then this again`,
    ].join("\n");
}

/** What is missing, and the command that provides it: an update of the other stack, to a higher phase if it is below the output's. */
export function missingOutputMessage(
    role: Role,
    asker: Role,
    output: string,
    providedFrom: Phase,
    phase: unknown,
): string {
    const state = typeof phase === "number" ? `stack ${role} is at phase ${phase}` : `stack ${role} was never updated`;
    const raise =
        typeof phase === "number" && phase < providedFrom
            ? `pulumi config set --stack ${role} phase ${providedFrom}, then `
            : "";
    return [
        `stack ${asker} needs output "${output}" of stack ${role}, which is not there: ${state}, and the output comes with phase ${providedFrom}.`,
        `  to do: ${raise}pulumi up --stack ${role}, then this again`,
    ].join("\n");
}
