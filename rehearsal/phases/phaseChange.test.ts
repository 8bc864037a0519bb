import { describe, expect, it } from "vitest";
import { Deployment, type DeployedResource } from "../../engine/state/deployment";
import type { Step } from "../../engine/driver/events";
import { checkPhaseChange, type PhaseChange } from "./phaseChange";

const urn = (name: string) => `urn:pulumi:dr::kgents-dr::aws:s3/bucket:Bucket::${name}`;

function bucket(name: string, id = name): DeployedResource {
    return {
        urn: urn(name),
        type: "aws:s3/bucket:Bucket",
        name,
        custom: true,
        id,
        protect: false,
        dependencies: [],
        inputs: {},
        outputs: {},
    };
}

function step(op: string, name: string, more: Partial<Step> = {}): Step {
    return { urn: urn(name), type: "aws:s3/bucket:Bucket", op, inCloud: true, because: [], ...more };
}

function failing(change: Partial<PhaseChange>) {
    const before = new Deployment("dr", [bucket("old")]);
    const after = new Deployment("dr", [bucket("old"), bucket("new")]);
    const checks = checkPhaseChange({ stack: "dr", from: 10, to: 11, before, after, steps: [], ...change });
    return checks.filter(({ passed }) => !passed).map(({ id, actual }) => [id, actual]);
}

describe("checkPhaseChange", () => {
    it("passes when the new phase only creates", () => {
        expect(failing({ steps: [step("same", "old"), step("create", "new")] })).toEqual([]);
    });

    it("fails on a replacement and names the property that caused it", () => {
        const steps = [
            step("create-replacement", "old", { because: ["bucket"] }),
            step("replace", "old", { because: ["bucket"] }),
        ];
        expect(failing({ steps })).toEqual([
            [
                "phase-change-dr-10-11-replaces",
                'create-replacement aws:s3/bucket:Bucket "old" (bucket); replace aws:s3/bucket:Bucket "old" (bucket)',
            ],
        ]);
    });

    it("fails on a deletion", () => {
        expect(failing({ steps: [step("delete", "old")] })).toEqual([
            ["phase-change-dr-10-11-deletes", 'delete aws:s3/bucket:Bucket "old"'],
        ]);
    });

    it("fails on an update that the phase does not name", () => {
        const steps = [step("update", "old", { because: ["tags"] })];
        expect(failing({ steps })).toEqual([
            ["phase-change-dr-10-11-updates", 'update aws:s3/bucket:Bucket "old" (tags)'],
        ]);
    });

    it("passes on an update that the phase names", () => {
        expect(failing({ steps: [step("update", "old")], updates: ["old"] })).toEqual([]);
    });

    it("takes an update of a component for what it is: no call to a provider", () => {
        expect(failing({ steps: [step("update", "old", { inCloud: false })] })).toEqual([]);
    });

    it("fails when a resource left the state without a step that says so", () => {
        expect(failing({ after: new Deployment("dr", [bucket("new")]) })).toEqual([
            ["phase-change-dr-10-11-deletes", 'aws:s3/bucket:Bucket "old" is gone from the state'],
        ]);
    });

    it("fails when a resource of the same name has another id", () => {
        expect(failing({ after: new Deployment("dr", [bucket("old", "other")]) })).toEqual([
            ["phase-change-dr-10-11-deletes", 'aws:s3/bucket:Bucket "old": id old became other'],
        ]);
    });
});
