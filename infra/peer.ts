import * as pulumi from "@pulumi/pulumi";
import { stackAddress, type OutputsOf } from "./otherStack";
import type { Phase } from "../components/model/phase";
import type { Role } from "../components/model/profile";
import type { OutputName, StackOutputs } from "./outputs";
import { unfinishedPhase } from "./phaseGuard";
import type { StackPlace } from "./settings/environment";
import { providedFrom, type Roadmap } from "./roadmap";
import { settingKey } from "./settingKey";

/** Another stack of the project, and what it exports. */
export class Peer<R extends Role> {
    private constructor(
        readonly role: R,
        /** Its name. */
        readonly stack: string,
        private readonly asker: string,
        private readonly reference: pulumi.StackReference,
        private readonly outputs: Readonly<Record<string, unknown>>,
        private readonly roadmap: Roadmap,
    ) {}

    /** Opens the road to a stack; fails with the commands that make it if it does not exist. */
    static async open<R extends Role>(
        role: R,
        { peers, role: ownRole }: Pick<StackPlace, "peers" | "role">,
        outputsOf: OutputsOf,
        roadmap: Roadmap,
    ): Promise<Peer<R>> {
        const [stack, asker] = [peers[role], peers[ownRole]];
        const address = stackAddress(stack);
        const outputs = await outputsOf(stack);
        if (outputs === undefined) throw new pulumi.RunError(unknownStackMessage(stack, asker, address));
        return new Peer(role, stack, asker, new pulumi.StackReference(address), outputs, roadmap);
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
            const from = providedFrom(this.roadmap, this.role, output);
            throw new pulumi.RunError(missingOutputMessage(this.stack, this.asker, output, from, this.outputs));
        }
        return value as StackOutputs[R][K];
    }
}

export function unknownStackMessage(stack: string, asker: string, address: string): string {
    return [
        `stack ${stack} does not exist (${address}), and stack ${asker} reads its outputs.`,
        `  to do: pulumi stack init ${stack}, then pulumi up --stack ${stack}, then this again`,
    ].join("\n");
}

/** What is missing, and the command that provides it: an update of the other stack, to a higher phase if it is below the output's. */
export function missingOutputMessage(
    stack: string,
    asker: string,
    output: string,
    from: Phase,
    outputs: Readonly<Record<string, unknown>>,
): string {
    const { phase } = outputs;
    const begun = unfinishedPhase(outputs);
    const updated =
        typeof phase === "number" ? `stack ${stack} is at phase ${phase}` : `stack ${stack} was never updated`;
    const state =
        begun === undefined ? updated : `the last update of stack ${stack}, to phase ${begun}, did not complete`;
    const raise =
        typeof phase === "number" && Math.max(phase, begun ?? phase) < from
            ? `pulumi config set --stack ${stack} ${settingKey("phase")} ${from}, then `
            : "";
    return [
        `stack ${asker} needs output "${output}" of stack ${stack}, which is not there: ${state}, and the output comes with phase ${from}.`,
        `  to do: ${raise}pulumi up --stack ${stack}, then this again`,
    ].join("\n");
}
