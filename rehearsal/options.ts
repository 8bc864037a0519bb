import { parseArgs } from "node:util";
import { deliveredPhases, type Phase } from "../infra/phase";

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
    /** Only list the drills and their sabotages. */
    readonly list: boolean;
    readonly help: boolean;
}

export const usage = `Usage: npm start -- [options]

Brings the program up phase by phase on the real Pulumi engine with doubles
for the cloud providers, starts real NATS servers from what was deployed,
rehearses the drills of each phase and writes rehearsal/out/report.html.

  --phase N        last phase to bring up (${deliveredPhases.join(", ")}; default ${deliveredPhases.at(-1)})
  --quick          smaller numbers of the same drills, for CI
  --seed N         seed of everything random (default 1)
  --sabotage ID    break the deployment on purpose: the report must turn red
  --list           list drills and sabotages
  --help           this text

Exit status: 0 passed, 1 a check or contract failed, 2 wrong usage,
3 the rehearsal itself could not run, 130 interrupted.
`;

/** Reads the command line. Throws an error for people that names the option, the value and what is allowed. */
export function parseOptions(argv: readonly string[]): RehearsalOptions {
    const { values } = parseArgs({
        args: [...argv],
        options: {
            phase: { type: "string", default: String(deliveredPhases.at(-1)) },
            quick: { type: "boolean", default: false },
            seed: { type: "string", default: "1" },
            sabotage: { type: "string" },
            list: { type: "boolean", default: false },
            help: { type: "boolean", default: false },
        },
    });
    const phase = deliveredPhases.find((delivered) => String(delivered) === values.phase);
    if (phase === undefined) throw new Error(`--phase is "${values.phase}"; allowed: ${deliveredPhases.join(", ")}.`);
    if (!/^\d{1,9}$/.test(values.seed))
        throw new Error(`--seed is "${values.seed}"; allowed: a whole number from 0 to 999999999.`);
    return {
        phase,
        quick: values.quick,
        seed: Number(values.seed),
        list: values.list,
        help: values.help,
        ...(values.sabotage === undefined ? {} : { sabotage: values.sabotage }),
    };
}
