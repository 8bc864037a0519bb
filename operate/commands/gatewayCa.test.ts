import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { gatewaySecrets } from "../../components/gateways/gatewayCertificateRules";
import { kgents } from "../../infra/profile";
import type { SecretVault } from "../gatewayCa";
import type { OptionValues } from "./command";
import { gatewayCaCommands } from "./gatewayCa";

const names = gatewaySecrets(kgents);

describe("dr gateway-ca", () => {
    let secrets: Map<string, string>;
    let writesLeft: number;
    let now: Date;
    let lines: string[];
    const vault: SecretVault = {
        read: async (name) => secrets.get(name),
        write: async (name, value) => {
            if (writesLeft-- <= 0) throw new Error("cut off");
            secrets.set(name, value);
        },
    };
    // Keys are slow to make: what most tests begin with is made once.
    let created: ReadonlyMap<string, string>;
    let rotating: ReadonlyMap<string, string>;
    beforeAll(async () => {
        secrets = new Map();
        writesLeft = Number.POSITIVE_INFINITY;
        now = new Date();
        lines = [];
        expect(await run("create")).toContain("STORED    1 authority, certificates of use1, usw2, use2");
        created = new Map(secrets);
        expect(await run("add-authority")).toContain("STORED    2 authorities");
        rotating = new Map(secrets);
    });
    beforeEach(() => {
        secrets = new Map();
        writesLeft = Number.POSITIVE_INFINITY;
        now = new Date();
        lines = [];
    });
    const run = async (name: string, options: OptionValues = { yes: true }): Promise<string> => {
        const command = gatewayCaCommands(
            () => vault,
            () => now,
        ).find((one) => one.name === `gateway-ca ${name}`)!;
        const before = lines.length;
        const out = (line: string) => void lines.push(line);
        await command.run({ profile: kgents, env: {}, options, out, note: out, signal: new AbortController().signal });
        return lines.slice(before).join("\n");
    };
    const later = (minutes: number) => (now = new Date(now.getTime() + minutes * 60_000));

    it("rotates in three steps, each only when every server has the one before", async () => {
        secrets = new Map(created);
        expect(await run("show")).toContain("no rotation is under way");
        secrets = new Map(rotating);
        expect(await run("show")).toMatch(/next: gateway-ca reissue \(use1, usw2,\s+use2 have certificates of the old\s+authority\)/);
        await expect(run("drop-old")).rejects.toThrow("still in use by use1, usw2, use2");
        await expect(run("reissue")).rejects.toThrow(/the new authority is of .*servers may take 65 min.*too early.*--now/);
        later(66);
        expect(await run("reissue")).toContain("Next: gateway-ca drop-old, in 65 min");
        expect(await run("show")).toContain("next: gateway-ca drop-old");
        // Certificates carry the time of this machine, so the clock of the command goes on from there.
        now = new Date();
        await expect(run("drop-old")).rejects.toThrow(/a member's certificate is of .*too early/);
        // Nobody waits who says that every server has it.
        expect(await run("drop-old", { yes: true, now: true })).toContain("The rotation is done.");
        expect(await run("show")).toContain("no rotation is under way");
        expect(await run("drop-old")).toBe("Only one authority is trusted already: nothing was changed.");
    });

    it("never takes an authority's place, and adds no third one", async () => {
        secrets = new Map(created);
        await expect(run("create")).rejects.toThrow(`There is a gateway authority already (secret ${names.authority}): nothing was changed`);
        expect(secrets).toEqual(created);
        secrets = new Map(rotating);
        expect(await run("add-authority")).toContain("Two authorities are trusted already: nothing was changed.");
        expect(secrets).toEqual(rotating);
    });

    it("leaves every rotation to a person", async () => {
        secrets = new Map(created);
        for (const step of ["add-authority", "reissue"]) await expect(run(step, {})).rejects.toThrow("this is a person's decision");
        expect(secrets).toEqual(created);
    });

    it("says what to do where there is no authority", async () => {
        for (const step of ["add-authority", "reissue", "drop-old", "show"]) {
            await expect(run(step)).rejects.toThrow(`There is no gateway authority (secret ${names.authority} in us-east-1). Make it once: gateway-ca create`);
        }
    });

    it("ends well when any step is run again after being cut off", async () => {
        const interrupted = async (step: string, writes: number) => {
            writesLeft = writes;
            await expect(run(step)).rejects.toThrow("cut off");
            await expect(run("show")).rejects.toThrow("a step was interrupted. Run it again");
            writesLeft = Number.POSITIVE_INFINITY;
            await run(step);
        };
        await interrupted("create", 1);
        const [authority] = JSON.parse(secrets.get(names.authority)!);
        await interrupted("add-authority", 1);
        expect(JSON.parse(secrets.get(names.authority)!)).toHaveLength(2);
        later(66);
        await interrupted("reissue", 3);
        later(66);
        await interrupted("drop-old", 4);
        expect(await run("show")).toContain("no rotation is under way");
        expect(JSON.parse(secrets.get(names.authority)!)).not.toContainEqual(authority);
    });

    it("prints no key, and fits 80 columns", async () => {
        for (const state of [created, rotating]) {
            secrets = new Map(state);
            await run("show");
        }
        await run("reissue", { yes: true, now: true });
        expect(lines.join("\n")).not.toMatch(/PRIVATE|BEGIN/);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    });
});
