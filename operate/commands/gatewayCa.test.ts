import { X509Certificate } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { gatewaySecrets } from "../../components/gateways/gatewayCertificateRules";
import { kgents } from "../../infra/kgents";
import { createGatewayCa, type GatewayCa, type SecretVault } from "../gatewayCa";
import type { GatewayServer } from "../gatewayServers";
import type { OptionValues, Outcome } from "./command";
import { gatewayCaCommands } from "./gatewayCa";
import { serverFindings } from "./gatewayCaStatus";

const names = gatewaySecrets(kgents);
const { dr, witness } = kgents.regions;

describe("dr gateway-ca", () => {
    let secrets: Map<string, string>;
    let writesLeft: number;
    let now: Date;
    let lines: string[];
    let well: Outcome;
    /** What a region's replicas hold instead, by region and name. */
    let elsewhere: Record<string, string | undefined>;
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
        elsewhere = {};
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
        elsewhere = {};
    });
    const run = async (name: string, options: OptionValues = { yes: true }): Promise<string> => {
        const command = gatewayCaCommands(
            (region) => ({
                ...vault,
                read: async (name) =>
                    `${region}/${name}` in elsewhere ? elsewhere[`${region}/${name}`] : vault.read(name),
            }),
            () => now,
        ).find((one) => one.name === `gateway-ca ${name}`)!;
        const before = lines.length;
        const out = (line: string) => void lines.push(line);
        well = await command.run({
            profile: kgents,
            env: {},
            options,
            out,
            note: out,
            signal: new AbortController().signal,
        });
        return lines.slice(before).join("\n");
    };
    const later = (minutes: number) => (now = new Date(now.getTime() + minutes * 60_000));

    it("rotates in three steps, each only when every server has the one before", async () => {
        secrets = new Map(created);
        expect(await run("status")).toContain("no rotation is under way");
        secrets = new Map(rotating);
        expect(await run("status")).toMatch(
            /next: gateway-ca reissue \(use1, usw2,\s+use2 have certificates of the old\s+authority\)/,
        );
        await expect(run("drop-old")).rejects.toThrow("still in use by use1, usw2, use2");
        await expect(run("reissue")).rejects.toThrow(
            /the new authority is of .*servers may take 70 min.*too early.*--now/,
        );
        later(71);
        expect(await run("reissue")).toContain("Next: gateway-ca drop-old, in 70 min");
        expect(await run("status")).toContain("next: gateway-ca drop-old");
        // Certificates carry the time of this machine, so the clock of the command goes on from there.
        now = new Date();
        await expect(run("drop-old")).rejects.toThrow(/a member's certificate is of .*too early/);
        // Nobody waits who says that every server has it.
        expect(await run("drop-old", { yes: true, now: true })).toContain("The rotation is done.");
        expect(await run("status")).toContain("no rotation is under way");
        expect(await run("drop-old")).toBe("Only one authority is trusted already: nothing was changed.");
    });

    it("never takes an authority's place, and adds no third one", async () => {
        secrets = new Map(created);
        await expect(run("create")).rejects.toThrow(
            `There is a gateway authority already (secret ${names.authority}): nothing was changed`,
        );
        expect(secrets).toEqual(created);
        secrets = new Map(rotating);
        expect(await run("add-authority")).toContain("Two authorities are trusted already: nothing was changed.");
        expect(secrets).toEqual(rotating);
    });

    it("leaves every rotation to a person", async () => {
        secrets = new Map(created);
        for (const step of ["add-authority", "reissue"])
            await expect(run(step, {})).rejects.toThrow("this is a person's decision");
        expect(secrets).toEqual(created);
    });

    it("warns of a certificate that ends within 60 days, and is not well with one of 30", async () => {
        secrets = new Map(created);
        expect((await run("status")).replace(/\s+/g, " ")).toMatch(
            /use1 1 nats-0\.gw\.use1\.kgents\.io.* 82[45] d .*All is well\.$/,
        );
        later((825 - 59) * 24 * 60);
        expect((await run("status")).replace(/\s+/g, " ")).toMatch(
            /- members\.use1: ends on \S+, in less than 60 d: renew it .*All is well\.$/,
        );
        expect(well).toBe(true);
        later(30 * 24 * 60);
        const late = (await run("status")).replace(/\s+/g, " ");
        expect(late).toMatch(/To look at: - members\.use1: ends on \S+, in less than 30 d: renew it - members\.usw2/);
        expect(late).not.toContain("60 d");
        expect(well).toBe(false);
    });

    it("is not well where a region's own replica is behind, missing or out of reach", async () => {
        secrets = new Map(rotating);
        elsewhere = {
            [`us-west-2/${names.member(dr)}`]: created.get(names.member(dr)),
            [`us-east-2/${names.member(witness)}`]: undefined,
        };
        const found = (await run("status")).replace(/\s+/g, " ");
        expect(found).toContain("- secret kgents/nats-gateway/usw2 in us-west-2 is not what is stored in us-east-1");
        expect(found).toContain("- us-east-2 has no secret kgents/nats-gateway/use2");
        expect(well).toBe(false);
    });

    it.each([
        [
            Object.assign(new Error("Could not load credentials from any providers"), {
                name: "CredentialsProviderError",
            }),
            "Sign in first (aws sso login, or set AWS_PROFILE)",
        ],
        [
            Object.assign(new Error("not authorized"), { name: "AccessDeniedException" }),
            "not authorized. See which credentials are in use: aws sts get-caller-identity",
        ],
    ])("says where it was refused, and what to do: %s", async (error, advice) => {
        const create = gatewayCaCommands(() => ({ ...vault, read: () => Promise.reject(error) })).find(
            ({ name }) => name === "gateway-ca create",
        )!;
        const out = (line: string) => void lines.push(line);
        const refused = Promise.resolve(
            create.run({
                profile: kgents,
                env: {},
                options: { yes: true },
                out,
                note: out,
                signal: new AbortController().signal,
            }),
        );
        await expect(refused).rejects.toThrow(
            `Secrets Manager of us-east-1, secret kgents/nats-gateway/certificates: ${error.name}: ${error.message}`,
        );
        await expect(refused).rejects.toThrow(advice);
    });

    it("says what to do where there is no authority", async () => {
        for (const step of ["add-authority", "reissue", "drop-old", "status"]) {
            await expect(run(step)).rejects.toThrow(
                `There is no gateway authority (secret ${names.authority} in us-east-1). Make it once: gateway-ca create`,
            );
        }
    });

    it("ends well when any step is run again after being cut off", async () => {
        const interrupted = async (step: string, writes: number) => {
            writesLeft = writes;
            await expect(run(step)).rejects.toThrow("cut off");
            expect((await run("status")).replace(/\s+/g, " ")).toContain(
                "a step was interrupted, what is published differs from what is stored: run it again",
            );
            expect(well).toBe(false);
            writesLeft = Number.POSITIVE_INFINITY;
            await run(step);
        };
        await interrupted("create", 1);
        const [authority] = JSON.parse(secrets.get(names.authority)!);
        await interrupted("add-authority", 1);
        expect(JSON.parse(secrets.get(names.authority)!)).toHaveLength(2);
        later(71);
        await interrupted("reissue", 3);
        later(71);
        await interrupted("drop-old", 4);
        expect(await run("status")).toContain("no rotation is under way");
        expect(JSON.parse(secrets.get(names.authority)!)).not.toContainEqual(authority);
    });

    it("prints no key, and fits 80 columns", async () => {
        for (const state of [created, rotating]) {
            secrets = new Map(state);
            await run("status");
        }
        await run("reissue", { yes: true, now: true });
        expect(lines.join("\n")).not.toMatch(/PRIVATE|BEGIN/);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    });
});

describe("serverFindings", () => {
    let ca: GatewayCa;
    beforeAll(async () => (ca = await createGatewayCa({ profile: kgents })));
    const servers = (): GatewayServer[] =>
        Object.values(kgents.regions).flatMap(({ short, natsCluster, role }) =>
            Array.from({ length: role === "witness" ? 1 : 3 }, (_, index) => ({
                name: `${short}-${index}`,
                cluster: natsCluster,
                certificateEnds: new X509Certificate(ca.members[short]!.certificate).validToDate,
                loadedAt: new Date(),
            })),
        );

    it("finds nothing where every server shows what is stored and has read it", () => {
        expect(serverFindings(ca, servers(), kgents)).toEqual([]);
    });

    it("names each server that shows another certificate, has not read the new authority, or does not answer", () => {
        const [first, second, , ...rest] = servers();
        expect(
            serverFindings(
                ca,
                [{ ...first!, certificateEnds: new Date(0) }, { ...second!, loadedAt: new Date(0) }, ...rest],
                kgents,
            ),
        ).toEqual([
            "1 of 3 servers of use1 did not answer: whether they have it is not known",
            "not yet the stored certificate: use1-0. Wait; after 70 min see the pods' reloader",
            "not yet read since the newest authority was made: use1-1. Wait; after 70 min see the pods' reloader",
        ]);
    });
});
