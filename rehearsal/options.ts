import type { Phase } from "../components/model/phase";
import { deliveredPhases } from "../infra/roadmap";
import { roadmap } from "../stacks/roadmap";
import { lowestNatsServer } from "../engine/toolchain/toolSpecs";
import { commandLine, readCommandLine, oneOf, version, wholeNumber, type Read } from "./commandLine";

const delivered = deliveredPhases(roadmap).map(({ id }) => id);

/** What a person may ask of a rehearsal. */
export interface RehearsalOptions {
    /** The last phase to bring up. Default: the newest delivered one. */
    readonly phase: Phase;
    /** Smaller numbers of the same drills, for CI. */
    readonly quick: boolean;
    /** Seed of everything random. Default 1: two runs are comparable. */
    readonly seed: number;
    /** Run one drill on a deployment broken on purpose; the report then has to turn red. */
    readonly sabotage?: string;
    /** Run this drill alone, with its negative controls. */
    readonly drill?: string;
    /** Run the drills too that take minutes of real time. */
    readonly allDrills: boolean;
    /** Version of the NATS servers that are started. Default: the pinned one, or a fitting one on PATH. */
    readonly natsServer?: string;
    /** Only list the drills and their sabotages. */
    readonly list: boolean;
    /** Print each line of the run in place of the live view, and in the end the whole report. */
    readonly verbose: boolean;
}

function program() {
    return commandLine(
        "npm start --",
        "Brings the program up phase by phase on the real Pulumi engine with doubles for the cloud providers, starts real NATS " +
            "servers from what was deployed, rehearses the drills of each phase and writes rehearsal/out/report.html.",
    )
        .option("--phase <N>", `last phase to bring up: ${delivered.join(", ")}`, oneOf(delivered), delivered.at(-1))
        .option("--quick", "smaller numbers of the same drills, for CI")
        .option("--seed <N>", "seed of everything random", wholeNumber(0, 999_999_999), 1)
        .option("--sabotage <ID>", "break the deployment on purpose: the report must turn red")
        .option("--drill <ID>", "run one drill with its negative controls")
        .option("--all-drills", "run the drills too that take minutes of real time")
        .option(
            "--nats-server <VERSION>",
            `NATS servers of that version, ${lowestNatsServer} or newer`,
            version(lowestNatsServer),
        )
        .option("--list", "list drills and sabotages")
        .option("--verbose", "print every line of the run and the whole report")
        .addHelpText(
            "after",
            "\nExit status: 0 passed, 1 a check or contract failed, 2 wrong usage,\n3 the rehearsal itself could not run, 130 interrupted.",
        );
}

/** Reads the command line. Throws a `UsageError` that names the option, the value and what is allowed. */
export function parseOptions(argv: readonly string[]): Read<RehearsalOptions> {
    const read = readCommandLine<Partial<RehearsalOptions> & Pick<RehearsalOptions, "phase" | "seed">>(program(), argv);
    return "help" in read
        ? read
        : { options: { quick: false, allDrills: false, list: false, verbose: false, ...read.options } };
}
