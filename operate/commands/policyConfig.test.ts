import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fixtureSystem } from "../../components/testing/fixtureSystem";
import { policyConfigOf } from "../../infra/policyConfig";
import { UsageError, type OptionValues } from "./command";
import { policyConfig } from "./policyConfig";

const dir = mkdtempSync(path.join(tmpdir(), "drkit-policy-config-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function run(options: OptionValues): Promise<{ well: boolean; said: string }> {
    const lines: string[] = [];
    const out = (line: string) => void lines.push(line);
    const { signal } = new AbortController();
    const well = await policyConfig.run({ profile: fixtureSystem, env: {}, options, out, note: out, signal });
    return { well: well === true, said: lines.join("\n") };
}

function file(name: string, content: unknown): string {
    const found = path.join(dir, name);
    writeFileSync(found, typeof content === "string" ? content : JSON.stringify(content));
    return found;
}

describe("dr policy-config", () => {
    it("writes the configuration of the system's policies, to a file or to stdout", async () => {
        const written = path.join(dir, "policies.json");
        expect(await run({ project: "atlas-dr", file: written })).toMatchObject({ well: true });
        const expected = policyConfigOf(fixtureSystem, { project: "atlas-dr" });
        expect(JSON.parse(readFileSync(written, "utf8"))).toEqual(expected);
        expect(JSON.parse((await run({ project: "atlas-dr" })).said)).toEqual(expected);
    });

    it("names the project of the folder where nothing else is said", async () => {
        const { said } = await run({});
        expect(JSON.parse(said)["own-region"].project).toBe(
            /^name: (.+)$/m.exec(readFileSync(path.join(__dirname, "../../Pulumi.yaml"), "utf8"))![1],
        );
    });

    it("finds nothing wrong with what it writes", async () => {
        const written = file("own.json", policyConfigOf(fixtureSystem, { project: "shop" }));
        expect(await run({ check: written })).toMatchObject({ well: true });
    });

    it("names everything that is wrong with a file at once", async () => {
        const wrong = {
            "failover-record-tll": "mandatory",
            "own-region": { project: "shop" },
            "rto-budget": { rto: 900 },
        };
        const { well, said } = await run({ check: file("wrong.json", wrong) });
        expect(well).toBe(false);
        expect(said.replace(/\s+/g, " ")).toContain(
            "- failover-record-tll: no policy has this name; allowed are own-region,",
        );
        expect(said.replace(/\s+/g, " ")).toContain(
            "- own-region.regions: missing, and project given: without it the policy cannot look " +
                "- rto-budget.rto: 15 min found, looser than the 5 min of contract api-rto: lower it, or say why in rto-budget.reason",
        );
    });

    it.each([
        ["{", "cannot be read as JSON"],
        ["[]", "holds no JSON object"],
    ])("refuses %s as wrong usage", async (text, message) => {
        const refused = run({ check: file("broken.json", text) });
        await expect(refused).rejects.toThrow(message);
        await expect(refused).rejects.toThrow(UsageError);
    });
});
