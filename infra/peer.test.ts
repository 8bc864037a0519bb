import { describe, expect, it } from "vitest";
import { missingOutputMessage, unknownStackMessage } from "./peer";
import { isUnknownStack } from "./otherStack";

describe("unknownStackMessage", () => {
    it("names the stack, who asks, and the commands that make it", () => {
        expect(unknownStackMessage("dr", "primary", "organization/kgents-dr/dr")).toBe(
            "stack dr does not exist (organization/kgents-dr/dr), and stack primary reads its outputs.\n" +
                "  to do: pulumi stack init dr, then pulumi up --stack dr, then this again",
        );
    });
});

describe("missingOutputMessage", () => {
    it("says that the other stack was never updated", () => {
        expect(missingOutputMessage("dr", "primary", "region", 10, {})).toBe(
            'stack primary needs output "region" of stack dr, which is not there: stack dr was never updated, and the output comes with phase 10.\n' +
                "  to do: pulumi up --stack dr, then this again",
        );
    });

    it("says to raise the other stack's phase if that is what provides the output", () => {
        expect(missingOutputMessage("dr", "primary", "region", 13, { phase: 11 })).toContain(
            "to do: pulumi config set --stack dr project:phase 13, then pulumi up --stack dr, then this again",
        );
    });

    it("says that the other stack's last update did not complete, and to repeat it", () => {
        expect(missingOutputMessage("dr", "primary", "natsBackups", 11, { phase: 10, unfinished: { phase: 11 } })).toBe(
            'stack primary needs output "natsBackups" of stack dr, which is not there: the last update of stack dr, to phase 11, did not complete, and the output comes with phase 11.\n' +
                "  to do: pulumi up --stack dr, then this again",
        );
        expect(missingOutputMessage("dr", "primary", "x", 13, { phase: 10, unfinished: { phase: 11 } })).toContain(
            "to do: pulumi config set --stack dr project:phase 13, then pulumi up --stack dr",
        );
    });

    it("says only to update a stack that is at the phase already", () => {
        expect(missingOutputMessage("dr", "primary", "region", 11, { phase: 12 })).toContain(
            "to do: pulumi up --stack dr, then",
        );
    });
});

describe("isUnknownStack", () => {
    it("knows the engine's words, and takes no other failure for them", () => {
        expect(
            isUnknownStack(
                new Error(
                    'invocation of pulumi:pulumi:readStackOutputs returned an error: unknown stack "organization/a/b"',
                ),
            ),
        ).toBe(true);
        expect(isUnknownStack(new Error("passphrase must be set"))).toBe(false);
    });
});
