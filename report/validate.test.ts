import Ajv2020 from "ajv/dist/2020";
import { describe, expect, it } from "vitest";
import { sampleResult, serverLoss } from "./testing/sampleResult";
import { reportJsonSchema, validateResult } from "./validate";

const good = sampleResult();

describe("validation of a result", () => {
    it("finds nothing wrong with a good one", () => {
        expect(validateResult(good)).toEqual([]);
    });

    it.each([
        ["an unknown field", { ...good, color: "red" }, 'result: Unrecognized key: "color"'],
        [
            "a figure that is not a number",
            { ...good, seconds: Number.NaN },
            "seconds: Invalid input: expected number, received NaN",
        ],
        [
            "a contract in another unit than seconds",
            {
                ...good,
                drills: [
                    {
                        ...serverLoss,
                        measurements: [{ id: "a", title: "a", value: 1, unit: "calls", contract: "apiRto" }],
                    },
                ],
            },
            "drills[0].measurements[0].unit: a measurement that is held against a contract has to be in seconds",
        ],
        [
            "a span that ends before it begins",
            { ...good, drills: [{ ...serverLoss, timeline: [{ lane: "a", at: 2, until: 1, label: "" }] }] },
            "drills[0].timeline[0].until: a span cannot end before it begins",
        ],
        [
            "a drill that is there twice",
            sampleResult({ drills: [serverLoss, serverLoss] }),
            'drills: the identifier "server-loss" is used twice; readers could not tell them apart',
        ],
        [
            "a pass that its findings do not give",
            { ...good, controls: [{ ...good.controls[0], turnedRed: false }] },
            'passed: says true, but its findings say false (One server instead of three: "all-stored" did not turn red); use conclude()',
        ],
        [
            "a failure without a reason",
            { ...good, passed: false },
            "passed: says false, but its findings say true; use conclude()",
        ],
    ])("names %s and where it is", (_, result, issue) => {
        expect(validateResult(result)).toEqual([issue]);
    });

    it("lists every fault at once", () => {
        expect(validateResult({ ...good, phase: 9.5, revision: "" }).map((issue) => issue.split(":")[0])).toEqual([
            "revision",
            "phase",
        ]);
    });
});

describe("the JSON schema of a report", () => {
    const validate = new Ajv2020({ strict: false, formats: { "date-time": true, date: true } }).compile(
        reportJsonSchema(),
    );

    it("accepts a good result and rejects a broken one", () => {
        expect(validate(good)).toBe(true);
        expect(validate({ ...good, engine: [{ stack: "tertiary" }] })).toBe(false);
        expect(validate({ ...good, verdict: "fine" })).toBe(false);
    });

    it("documents its fields", () => {
        expect(reportJsonSchema()).toMatchObject({
            $schema: "https://json-schema.org/draft/2020-12/schema",
            title: "Rehearsal report",
            properties: { revision: { description: "Git revision of the program." } },
            additionalProperties: false,
        });
    });
});
