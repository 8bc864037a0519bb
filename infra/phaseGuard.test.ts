import { describe, expect, it } from "vitest";
import { whyNotToPhase } from "./phaseGuard";

describe("whyNotToPhase", () => {
    it("lets a stack begin, stay and rise", () => {
        expect(whyNotToPhase("dr", undefined, 10, false)).toBeUndefined();
        expect(whyNotToPhase("dr", 12, 12, false)).toBeUndefined();
        expect(whyNotToPhase("dr", 10, 13, false)).toBeUndefined();
    });

    it("refuses to lower, and says how to stay and how to do it on purpose", () => {
        expect(whyNotToPhase("dr", 13, 11, false)).toBe(
            [
                "stack dr is at phase 13 (warm standby) and its configuration says 11: that would delete what the phases above 11 made.",
                "  allowed: phase 13 or higher",
                "  to do: pulumi config set --stack dr phase 13; or, to delete on purpose, pulumi config set --stack dr allowPhaseLowering true",
            ].join("\n"),
        );
    });

    it("lowers where the settings allow it", () => {
        expect(whyNotToPhase("dr", 13, 11, true)).toBeUndefined();
    });

    it("takes a former output that is no phase for none", () => {
        expect(whyNotToPhase("dr", "thirteen", 10, false)).toBeUndefined();
    });
});
