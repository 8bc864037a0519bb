import { describe, expect, it } from "vitest";
import type { Role } from "../components/model/profile";
import { placeOf } from "./settings/environment";
import { refuseStrangers } from "./strangers";

type Outputs = Record<string, unknown>;

const says = (role: Role, environment: string, peers: object = {}): Outputs => ({
    phase: 13,
    role,
    environment,
    peers,
});
/** What goes wrong for a stack of staging, or of another environment, beside these. */
const objection = async (
    stack: string,
    role: Role,
    stacks: Record<string, Outputs>,
    { environment = "staging", reads = ["primary", "dr", "witness"] as readonly Role[] } = {},
) => {
    const place = placeOf(stack, { role, environment }, {});
    return refuseStrangers(place, reads, async (name) => stacks[name]).then(
        () => "",
        (error: Error) => error.message,
    );
};

const staging = {
    "staging-primary": says("primary", "staging"),
    "staging-dr": says("dr", "staging"),
    "staging-witness": says("witness", "staging"),
};

describe("refuseStrangers", () => {
    it("lets a stack go beside the others of its environment, updated or not", async () => {
        expect(await objection("staging-dr", "dr", staging)).toBe("");
        expect(await objection("staging-dr", "dr", { ...staging, "staging-witness": {} })).toBe("");
    });

    it("asks for the stacks that the phase reads, and for no other", async () => {
        expect(await objection("staging-primary", "primary", {}, { reads: [] })).toBe("");
        expect(await objection("staging-primary", "primary", { "staging-dr": {} }, { reads: ["dr"] })).toBe("");
    });

    it("names every stack that does not exist, with the commands", async () => {
        const message = await objection("staging-dr", "dr", {});
        expect(message).toMatch(/^stack staging-dr cannot be updated:\n {2}- stack staging-primary does not exist, /);
        expect(message).toContain("pulumi stack init staging-witness, then pulumi up --stack staging-witness");
        expect(message).toContain("pulumi config set --stack staging-dr --path project:peers.witness <stack>");
    });

    it("refuses a peer that says another environment or another role", async () => {
        expect(
            await objection("staging-dr", "dr", {
                ...staging,
                "staging-primary": says("primary", "prod"),
                "staging-witness": says("dr", "staging"),
            }),
        ).toBe(
            [
                "stack staging-dr cannot be updated:",
                "  - stack staging-primary says that it is the primary of prod, and this stack takes it for the primary of staging",
                "    to do: pulumi config set --stack staging-dr --path project:peers.primary <stack>, with the stack of the primary of staging",
                "  - stack staging-witness says that it is the dr of staging, and this stack takes it for the witness of staging",
                "    to do: pulumi config set --stack staging-dr --path project:peers.witness <stack>, with the stack of the witness of staging",
            ].join("\n"),
        );
    });

    it("takes a stack that says no environment for production's", async () => {
        const old = { primary: { phase: 13, role: "primary" } };
        expect(await objection("dr", "dr", old, { environment: "prod", reads: ["primary"] })).toBe("");
    });

    it("refuses to make another environment's stack out of one that is deployed", async () => {
        const stacks = { ...staging, "staging-dr": says("dr", "qa") };
        expect(await objection("staging-dr", "dr", stacks)).toMatch(
            /this stack is deployed as the dr of qa, and its settings say the dr of staging: everything .* would be recreated .*\n.*pulumi config set --stack staging-dr project:role dr, and project:environment qa/,
        );
    });

    it("refuses a second stack of one environment and role: beside the one that is named so", async () => {
        const message = await objection("stage2-primary", "primary", staging);
        expect(message).toContain(
            "stack staging-primary is the primary of staging already, and two stacks of one environment and role would take each other's names",
        );
        expect(message).toContain("pulumi config set --stack stage2-primary project:environment <another one>");
    });

    it("refuses the one that is named so, beside one that the peers know", async () => {
        const stacks = {
            "stage2-primary": says("primary", "staging"),
            "staging-dr": says("dr", "staging", { primary: "stage2-primary" }),
            "staging-witness": {},
        };
        expect(await objection("staging-primary", "primary", stacks)).toContain(
            "stack stage2-primary is the primary of staging already",
        );
        // Renamed: the peers will learn it with their next update.
        expect(await objection("staging-primary", "primary", { ...stacks, "stage2-primary": {} })).toBe("");
    });
});
