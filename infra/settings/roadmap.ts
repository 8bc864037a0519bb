import { z } from "zod";
import { deliveredPhases, titleOf, type Roadmap } from "../roadmap";
import { everywhere, yesOrNo } from "./schema";

/** Which step of the roadmap a stack is at. */
export function roadmapSettings(roadmap: Roadmap) {
    const delivered = deliveredPhases(roadmap).map(({ id }) => id);
    const named = (phase: unknown) => `${String(phase)} (${titleOf(roadmap, phase)})`;
    const allowed = `one of the delivered phases: ${delivered.map(named).join(", ")}`;
    return {
        phase: z
            .literal(
                roadmap.map(({ id }) => id),
                allowed,
            )
            .refine((phase) => delivered.includes(phase), {
                error: ({ input }) => `${allowed}; phase ${named(input)} is on the roadmap and not in this version`,
            })
            .meta({
                description: "The phase of the roadmap. The stack holds everything up to and including it.",
                allowed,
                from: everywhere,
            }),
        allowPhaseLowering: yesOrNo().default(false).meta({
            description: "Allows the next update to lower the phase, which deletes what the higher phases created.",
            from: everywhere,
        }),
    };
}
