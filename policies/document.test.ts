import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv";
import { describe, expect, it } from "vitest";
import { policyKeys, policyNames, specOf, type PolicyName } from "../components/model/policyConfig";
import { policyConfigIssues } from "../components/model/policyConfigIssues";
import { fixtureSystem } from "../components/testing/fixtureSystem";
import { kgents } from "../infra/kgents";
import { policyConfigOf } from "../infra/policyConfig";
import { policiesFor } from "./all";
import { configurationsOf } from "./testing/document";

const text = readFileSync(path.join(__dirname, "../docs/policies.md"), "utf8");
const policies = policiesFor();

/** Holds a configuration against the schemas that the CLI is given. */
function schemaErrors(configuration: Readonly<Record<string, object>>): string[] {
    const ajv = new Ajv({ allErrors: true });
    return Object.entries(configuration).flatMap(([name, config]) => {
        const schema = policies.find((policy) => policy.name === name)?.configSchema;
        if (schema === undefined) return [`${name} has no schema`];
        const valid = ajv.validate({ type: "object", additionalProperties: false, ...schema }, config);
        return valid ? [] : [`${name}: ${ajv.errorsText()}`];
    });
}

describe("docs/policies.md", () => {
    it("shows configurations that the schemas and the pack accept", () => {
        const examples = configurationsOf(text);
        expect(examples).toHaveLength(2);
        for (const example of examples) {
            expect(schemaErrors(example)).toEqual([]);
            expect(policyConfigIssues(example)).toEqual([]);
        }
    });

    it("lists every policy with its keys and what it cannot look without", () => {
        const code = (keys: readonly string[], none: string) => keys.map((key) => `\`${key}\``).join(", ") || none;
        const row = ({ name, description }: (typeof policies)[number]) => {
            const known = policyNames.find((one) => one === name);
            const { keys, needs } = known ? specOf(known) : { keys: [], needs: [] };
            return `| \`${name}\` | ${description} | ${code(keys, "none")} | ${code(needs, "nothing")} |`;
        };
        expect(tableOf("## The policies")).toEqual(policies.map(row));
    });

    it("lists every key with its meaning and default", () => {
        const rows = Object.entries(policyKeys).map(([key, spec]) => {
            const value = spec.default === undefined ? "none" : `\`${JSON.stringify(spec.default)}\``;
            return `| \`${key}\` | ${spec.description} | ${value} |`;
        });
        expect(tableOf("## The keys")).toEqual(rows);
    });
});

describe("the schemas of the policies", () => {
    it.each([
        ["kgents", kgents],
        ["the fixture system", fixtureSystem],
    ])("accept the configuration of %s", (_name, system) => {
        expect(schemaErrors(policyConfigOf(system, { project: "p" }) as Readonly<Record<string, object>>)).toEqual([]);
    });

    it("agree with the check that names what is wrong", () => {
        const wrong: Readonly<Record<string, Record<string, unknown>>> = {
            "failover-record-ttl": { ttl: "60" },
            "own-region": { project: "p", regions: { standby: "x" } },
            "positions-kept": { project: "p", streams: [{ name: "A" }] },
            "failover-pair-complete": { project: "p", pairs: [] },
            "gitops-per-region": { project: "p", stacks: { a: "b" } },
        };
        for (const [name, config] of Object.entries(wrong)) {
            expect(schemaErrors({ [name]: config }), name).toHaveLength(1);
            expect(policyConfigIssues({ [name]: config }), name).toHaveLength(1);
        }
    });

    it("hold a key for each that the policy reads, and a default for each limit", () => {
        for (const policy of policies) {
            const name = policy.name as PolicyName;
            if (!policyNames.includes(name)) continue;
            expect(Object.keys(policy.configSchema?.properties ?? {}), name).toEqual([...specOf(name).keys]);
        }
        const limits = Object.entries(policyKeys).filter(([, { bound }]) => bound !== undefined);
        expect(limits.filter(([, spec]) => spec.default === undefined)).toEqual([]);
    });
});

function tableOf(heading: string): string[] {
    const [, section = ""] = text.split(heading);
    return section
        .split(/^## /m)[0]!
        .split("\n")
        .filter((line) => line.startsWith("| `"));
}
