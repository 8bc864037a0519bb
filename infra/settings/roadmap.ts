import { z } from "zod";
import { deliveredPhases, phases, phaseTitles, type Phase } from "../phase";
import { yesOrNo } from "./schema";

const delivered = deliveredPhases.map((phase) => `${phase} (${phaseTitles[phase]})`).join(", ");

/** Which step of the roadmap a stack is at. */
export const roadmapSettings = {
    /** The phase; the stack holds everything up to and including it. No default: a stack says where it is. */
    phase: z
        .union(
            phases.map((phase) => z.literal(phase)),
            `one of the delivered phases: ${delivered}`,
        )
        .refine((phase) => deliveredPhases.includes(phase), {
            error: (issue) =>
                `one of the delivered phases: ${delivered}; phase ${phase(issue.input)} is on the roadmap and not in this version`,
        }),
    /** Lets one update lower the phase, which deletes what the higher phases made. Default: false. */
    allowPhaseLowering: yesOrNo().default(false),
};

function phase(input: unknown): string {
    return `${String(input)} (${phaseTitles[input as Phase]})`;
}
