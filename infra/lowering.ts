import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";

/** A resource in the state of a stack. */
export interface StateResource {
    readonly urn: string;
    readonly custom?: boolean;
    readonly parent?: string;
    readonly protect?: boolean;
}

/**
 * Builds a stack whose phase is being lowered. Nothing is registered until the whole program is built and compared with the stack's
 * state: protected resources that it no longer has are refused while all of them, and all that is not protected, still exist. Left
 * alone, the engine deletes until it meets the first protected one.
 *
 * @throws RunError with the protected resources that the update would delete
 */
export async function buildLowered<Outputs>(
    stack: string,
    build: () => Promise<Outputs>,
    begin: () => void,
    readState: () => Promise<readonly StateResource[]> = () => readStackState(stack),
): Promise<Outputs> {
    const kept = new Set<string>();
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
        kept.add(`${type}::${name}`);
        // The program looks things up through providers while it is built.
        if (type.startsWith("pulumi:providers:")) return undefined;
        const dependsOn = released.then(() => opts.dependsOn ?? []) as Promise<pulumi.Input<pulumi.Resource>[]>;
        return { props, opts: { ...opts, dependsOn } };
    });

    const state = await readState();
    const outputs = await build();
    // Components may register more on their own in this turn.
    await new Promise((resolve) => setImmediate(resolve));
    const lost = protectedAndLost(state, kept);
    if (lost.length > 0) throw new pulumi.RunError(lostMessage(stack, lost));
    begin();
    release();
    return outputs;
}

/** URNs of the protected resources that a program without them would delete; `kept` has the `type::name` of all that it registers. */
export function protectedAndLost(state: readonly StateResource[], kept: ReadonlySet<string>): string[] {
    const byUrn = new Map(state.map((resource) => [resource.urn, resource]));
    return state.filter((resource) => resource.protect && !isKept(resource)).map(({ urn }) => urn);

    /** A packaged component registers its children itself: they stay if it does. */
    function isKept({ urn, parent = "" }: StateResource): boolean {
        if (kept.has(labelOf(urn))) return true;
        const above = byUrn.get(parent);
        return above !== undefined && isPackaged(above) && isKept(above);
    }
}

/** A component of another package. The children of this package's are registered by the program. */
function isPackaged({ urn, custom }: StateResource): boolean {
    return !custom && !/^(drkit|pulumi):/.test(labelOf(urn));
}

/** `type::name`, without the types of the parents: "aws:s3/bucket:Bucket::latch-bucket". */
function labelOf(urn: string): string {
    const [, , types = "", ...name] = urn.split("::");
    return `${types.split("$").at(-1)}::${name.join("::")}`;
}

function lostMessage(stack: string, urns: readonly string[]): string {
    return [
        `stack ${stack} cannot be lowered: ${urns.length} of the resources that would be deleted ${urns.length === 1 ? "is" : "are"} protected, and nothing was deleted:`,
        ...urns.map((urn) => `  - ${labelOf(urn).replace("::", " ")}`),
        "  to do: raise the phase again; or, to lose what they hold, this for each, then this again",
        ...urns.map((urn) => `    pulumi state unprotect --stack ${stack} '${urn}'`),
    ].join("\n");
}

/** The stack's own state. The engine tells a program the outputs of resources, and not which of them are protected. */
async function readStackState(stack: string): Promise<readonly StateResource[]> {
    try {
        const { stdout } = await promisify(execFile)(
            "pulumi",
            ["stack", "export", "--stack", stack, "--non-interactive"],
            {
                maxBuffer: 1024 ** 3,
            },
        );
        return (JSON.parse(stdout) as { deployment?: { resources?: StateResource[] } }).deployment?.resources ?? [];
    } catch (error) {
        throw new pulumi.RunError(
            `stack ${stack} cannot be lowered: its state says which resources are protected, and "pulumi stack export --stack ${stack}" failed: ${(error as Error).message}\n` +
                "  to do: make that command work where the program runs, then this again",
        );
    }
}
