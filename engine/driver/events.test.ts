import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { EventRecorder, readable } from "./events";

const urn = "urn:pulumi:dr::fixture::aws:s3/bucket:Bucket::b";

function recordOf(...events: Partial<EngineEvent>[]) {
    const recorder = new EventRecorder();
    events.forEach((event, sequence) => recorder.add({ sequence, timestamp: 0, ...event }));
    return recorder.record();
}

function policyEvent(message: string, enforcementLevel: string): Partial<EngineEvent> {
    const pack = { policyPackName: "p", policyPackVersion: "1", policyPackVersionTag: "1" };
    return {
        policyEvent: {
            ...pack,
            policyName: "own-region",
            color: "never",
            message,
            enforcementLevel: enforcementLevel as "mandatory",
            resourceUrn: urn,
        },
    };
}

const diagnostic = (message: string, severity: "error" | "warning" | "info" = "error"): Partial<EngineEvent> => ({
    diagnosticEvent: { message, severity, color: "never", urn },
});

const step = (op: string, more: object = {}): Partial<EngineEvent> => ({
    resourcePreEvent: {
        metadata: { op, urn, type: "aws:s3/bucket:Bucket", provider: "", new: { custom: true }, ...more } as any,
    },
});

describe("EventRecorder", () => {
    it("keeps a violation with its policy, level, resource and message, without the description", () => {
        const { violations } = recordOf(
            policyEvent("A stack stays in its region.\nthis bucket is in us-east-1", "mandatory"),
        );
        expect(violations).toEqual([
            { policy: "own-region", level: "mandatory", resource: urn, message: "this bucket is in us-east-1" },
        ]);
    });

    it("tells a policy that could not look from one that had something to say", () => {
        const message =
            "can't run policy 'own-region' from policy pack 'p@v1' during preview: string value at .bucket can't be known during preview";
        const { violations, unlooked } = recordOf(
            policyEvent(message, "advisory"),
            policyEvent("Description.\nbad", "advisory"),
        );
        expect(violations.map((violation) => violation.message)).toEqual(["bad"]);
        expect(unlooked).toEqual([{ policy: "own-region", level: "advisory", resource: urn, message }]);
    });

    it("takes the counts of the engine's summary", () => {
        const summary = {
            maybeCorrupt: false,
            durationSeconds: 1,
            resourceChanges: { create: 2, same: 5 },
            policyPacks: {},
        };
        expect(recordOf(step("create"), { summaryEvent: summary }).changes).toEqual({ create: 2, same: 5 });
    });

    it("counts the steps itself when a run broke off before its summary", () => {
        expect(recordOf(step("create"), step("update")).changes).toEqual({ create: 1, update: 1 });
    });

    it("keeps each step with the properties that caused it and whether a provider is called", () => {
        const { steps } = recordOf(
            step("create-replacement", { keys: ["bucket"] }),
            step("same", { new: { custom: false } }),
        );
        expect(steps).toEqual([
            { urn, type: "aws:s3/bucket:Bucket", op: "create-replacement", inCloud: true, because: ["bucket"] },
            { urn, type: "aws:s3/bucket:Bucket", op: "same", inCloud: false, because: [] },
        ]);
    });

    it("keeps errors and warnings once each, and drops what only says that the run failed", () => {
        const record = recordOf(
            diagnostic("no such bucket"),
            diagnostic("no such bucket"),
            diagnostic("update failed"),
            diagnostic("slow", "warning"),
            diagnostic("hi", "info"),
        );
        expect(record.errors).toEqual([{ resource: urn, message: "no such bucket" }]);
        expect(record.warnings).toEqual([{ resource: urn, message: "slow" }]);
    });

    it("drops the steps that were broken off because another one failed, but not if nothing else says why", () => {
        const cancelled = diagnostic("failed to run remediation: context canceled");
        expect(recordOf(cancelled, diagnostic("no such role")).errors.map(({ message }) => message)).toEqual([
            "no such role",
        ]);
        expect(recordOf(cancelled).errors).toHaveLength(1);
    });

    it("removes the engine's colour marks", () => {
        expect(recordOf(diagnostic("<{%fg 1%}>no such bucket<{%reset%}>")).errors[0]?.message).toBe("no such bucket");
    });
});

describe("readable", () => {
    it("leaves the program's own message and drops preamble and stack", () => {
        const message = [
            "Running program '/project' failed with an unhandled exception:",
            'Error: fixture:phase is "9";',
            "allowed: 10.",
            "    at readSettings (/project/infra/settings.ts:10:5)",
            "    at Object.<anonymous> (/project/stacks/index.ts:3:1)",
            "    at node:internal/main/run_main_module:28:49",
        ].join("\n");
        expect(readable(message)).toBe('fixture:phase is "9";\nallowed: 10.');
    });

    it("keeps a line of the message that merely begins with at", () => {
        expect(readable("a bucket is\n  at risk")).toBe("a bucket is\n  at risk");
    });
});
