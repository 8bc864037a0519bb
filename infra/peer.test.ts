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
        expect(missingOutputMessage("dr", "primary", "region", 10, undefined)).toBe(
            'stack primary needs output "region" of stack dr, which is not there: stack dr was never updated, and the output comes with phase 10.\n' +
                "  to do: pulumi up --stack dr, then this again",
        );
    });

    it("says to raise the other stack's phase if that is what provides the output", () => {
        expect(missingOutputMessage("dr", "primary", "region", 13, 11)).toContain(
            "to do: pulumi config set --stack dr phase 13, then pulumi up --stack dr, then this again",
        );
    });

    it("says only to update a stack that is at the phase already", () => {
        expect(missingOutputMessage("dr", "primary", "region", 11, 12)).toContain("to do: pulumi up --stack dr, then");
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
