import { describe, expect, it } from "vitest";
import { record } from "../components/testing/record";
import { readOutputs } from "./otherStack";

/** What `readOutputs` answers when the engine answers each of its questions so, one after the other. */
async function read(...answers: readonly (object | Error)[]) {
    let asked = 0;
    let outcome: unknown;
    await record(
        async () => {
            outcome = await readOutputs("organization/kgents-dr/dr").catch((error: Error) => error.message);
        },
        {
            stack: "primary",
            invokes: {
                "pulumi:pulumi:readStackOutputs": () => {
                    const answer = answers[Math.min(asked++, answers.length - 1)];
                    // As the engine's monitor fails: what it says is in the details.
                    if (answer instanceof Error) throw Object.assign(answer, { details: answer.message });
                    return { outputs: answer };
                },
            },
        },
    );
    return { outcome, asked };
}

describe("the outputs of a stack", () => {
    it("are asked for again while a backend of files writes them", async () => {
        const half = new Error("failed to load checkpoint: EOF");
        expect(await read(half, half, { phase: 12 })).toEqual({ outcome: { phase: 12 }, asked: 3 });
    });

    it("are given up at once for any other failure", async () => {
        const { outcome, asked } = await read(new Error("failed to load checkpoint: permission denied"));
        expect(outcome).toContain("permission denied");
        expect(asked).toBe(1);
    });

    it("are refused in a backend of the old layout, with the command that upgrades it", async () => {
        const refused = new Error(
            "a stack name may only contain alphanumeric, hyphens, underscores, or periods: invalid character '/' at position 12",
        );
        const { outcome, asked } = await read(refused);
        expect(outcome).toContain("layout from before Pulumi 3.61");
        expect(outcome).toContain("pulumi state upgrade");
        expect(asked).toBe(1);
    });

    it("of a stack that there is not are undefined", async () => {
        expect(await read(new Error('unknown stack "organization/kgents-dr/dr"'))).toEqual({
            outcome: undefined,
            asked: 1,
        });
    });
});
