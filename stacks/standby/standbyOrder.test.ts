import { describe, expect, it } from "vitest";
import { joinSteps, warmStandby, type JoinFacts } from "../phase13WarmStandby";
import type { Role } from "../../components/model/profile";
import { reachOf } from "./standbyOrder";

const peers = { primary: "primary", dr: "dr", witness: "witness" };
const reach = (role: Role, facts: JoinFacts, wait: boolean) => reachOf({ role, peers }, facts, wait);

/** What the stacks export after so many steps of the order. */
function after(steps: number): JoinFacts {
    const facts = { primary: { phase: 12 }, dr: { phase: 12 }, witness: {} } as Record<string, Record<string, unknown>>;
    const outputs = [
        ["witness", { phase: 13, vpcId: "vpc-w", joined: false }],
        ["dr", { phase: 13, peeringIds: { primary: "pcx-1", witness: "pcx-2" } }],
        ["primary", { phase: 13, gatewaysReady: true }],
        ["witness", { joined: true }],
        ["primary", { witnessGate: 4 }],
        ["dr", { standbyGate: 7 }],
    ] as const;
    for (const [role, more] of outputs.slice(0, steps)) facts[role] = { ...facts[role], ...more };
    return facts as unknown as JoinFacts;
}

/** How far each stack may go after so many steps: or the beginning of the refusal. */
const answer = (role: "primary" | "dr" | "witness", steps: number) => {
    try {
        return reach(role, after(steps), false);
    } catch (error) {
        return (error as Error).message;
    }
};

describe("the order of phase 13", () => {
    it("is the deployment order of the phase", () => {
        expect(joinSteps.map(({ role }) => role)).toEqual(warmStandby.order);
    });

    it("lets every step of the order go, and each stack as far as its turn", () => {
        expect(joinSteps.map(({ role }, index) => answer(role, index))).toEqual([
            "first",
            "first",
            "first",
            "second",
            "second",
            "second",
        ]);
    });

    it.each([
        [
            "dr",
            0,
            "the witness's network",
            "pulumi config set --stack witness project:phase 13, then pulumi up --stack witness",
        ],
        [
            "primary",
            0,
            "the witness's network",
            "pulumi up --stack witness, then pulumi up --stack dr, then this again",
        ],
        [
            "primary",
            1,
            "the standby without NATS",
            "pulumi config set --stack dr project:phase 13, then pulumi up --stack dr, then this again",
        ],
        [
            "witness",
            1,
            "the standby without NATS",
            "pulumi up --stack dr, then pulumi up --stack primary, then this again",
        ],
        ["witness", 2, "gateways on the primary's NATS", "pulumi up --stack primary, then this again"],
        [
            "dr",
            2,
            "gateways on the primary's NATS",
            "pulumi up --stack primary, then pulumi up --stack witness, then pulumi up --stack primary, then this again",
        ],
        ["primary", 3, "the witness's server", "pulumi up --stack witness, then this again"],
        ["dr", 3, "the witness's server", "pulumi up --stack witness, then pulumi up --stack primary, then this again"],
        ["dr", 4, "the gate: witness joined", "pulumi up --stack primary, then this again"],
    ] as const)(
        "refuses %s after %i steps, and names what is missing and the commands",
        (role, steps, missing, command) => {
            const message = answer(role, steps);
            expect(message).toMatch(
                new RegExp(`^stack ${role} comes too early in phase 13: before ".*" there has to be ".*${missing}`),
            );
            expect(message).toContain(`to do: `);
            expect(message).toContain(command);
        },
    );

    it("lets a stack be updated while it waits, where a setting says so, and no further", () => {
        expect(reach("dr", after(3), true)).toBe("first");
        expect(reach("primary", after(3), true)).toBe("first");
        expect(() => reach("dr", after(0), true)).toThrow("comes too early");
    });

    it("names the stack whose update of the missing step did not complete, and has it repeated", () => {
        const failed = { ...after(1), dr: { phase: 12, unfinished: { phase: 13 } } } as JoinFacts;
        expect(() => reach("primary", failed, false)).toThrow(
            [
                'there has to be "the standby without NATS, peerings asked for" (stack dr).',
                "  found: the last update of stack dr, to phase 13, did not complete",
                "  missing, in this order: the standby without NATS, peerings asked for (dr)",
                "  to do: pulumi up --stack dr, then this again",
            ].join("\n"),
        );
        expect(reach("dr", failed, false)).toBe("first");
    });

    it("takes no step for done in a stack that is being lowered, whatever it still exports", () => {
        const lowered = { ...after(5), witness: { ...after(5).witness, phase: undefined } } as JoinFacts;
        expect(() => reach("dr", lowered, false)).toThrow('"the witness\'s network" (stack witness)');
    });

    it("lets every step be repeated whose update failed, and no other stack go before it", () => {
        for (const [index, { role }] of joinSteps.entries()) {
            const facts = after(index);
            const failed = { ...facts, [role]: { ...facts[role], unfinished: { phase: 13 } } } as JoinFacts;
            expect(() => reach(role, failed, false)).not.toThrow();
            const next = joinSteps[index + 1];
            if (next !== undefined)
                expect(() => reach(next.role, failed, false)).toThrow(
                    `the last update of stack ${role}, to phase 13, did not complete`,
                );
        }
    });

    it("never takes back what is done, whatever the other stacks export", () => {
        const alone = { ...after(6), primary: {}, witness: {} };
        expect(reach("dr", alone, false)).toBe("second");
    });
});
