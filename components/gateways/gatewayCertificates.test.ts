import { beforeAll, describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { gatewayEndpoints } from "./gatewayAddresses";
import { certificatesToRenew, validateCertificates, type PublishedCertificates } from "./gatewayCertificateRules";
import { gatewaySyncedSecret, lookUpGatewayCertificates, readPublished } from "./gatewayCertificates";
import { record } from "../testing/record";
import { testAuthority, testCertificate } from "../testing/certificates";

const day = 24 * 60 * 60 * 1000;
const now = new Date();
const later = (days: number) => new Date(now.getTime() + days * day);
const hostsOf = (short: string) =>
    gatewayEndpoints(
        fixtureSystem,
        Object.values(fixtureSystem.regions).find((region) => region.short === short)!,
    ).map(({ host }) => host);

describe("validateCertificates", () => {
    const authority = testAuthority("one");
    const members = Object.fromEntries(
        ["euc1", "euw1", "euw3"].map((short) => [short, testCertificate(authority, { hosts: hostsOf(short) })]),
    );
    const published: PublishedCertificates = { authority: authority.certificate, members };
    let other: ReturnType<typeof testAuthority>;

    beforeAll(() => {
        other = testAuthority("two");
    });

    const check = (more: Partial<PublishedCertificates>, at = now) =>
        validateCertificates({ ...published, ...more }, fixtureSystem, at);

    it("finds nothing wrong with an authority and its members, nor with a second authority beside it", () => {
        expect(check({})).toEqual([]);
        expect(check({ authority: `${other.certificate}\n${authority.certificate}` })).toEqual([]);
    });

    it.each<[string, () => Partial<PublishedCertificates>, string]>([
        [
            "an empty authority",
            () => ({ authority: "" }),
            "authority: empty; without it no member trusts another: make it once with the gateway CA command",
        ],
        ["white space for an authority", () => ({ authority: " \n" }), "authority: empty"],
        ["text for an authority", () => ({ authority: "none" }), "authority: empty"],
        [
            "a broken authority",
            () => ({ authority: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }),
            "authority: not a PEM certificate",
        ],
        [
            "a private key",
            () => ({ authority: authority.certificate + authority.key }),
            "authority: a private key among the public certificates",
        ],
        [
            "a region without a certificate",
            () => ({ members: { euc1: members["euc1"]!, euw3: members["euw3"]! } }),
            "members.euw1: no certificate for eu-west-1",
        ],
        [
            "a member of another authority",
            () => ({ members: { ...members, euw1: testCertificate(other, { hosts: hostsOf("euw1") }) } }),
            "members.euw1: not issued by an authority of the bundle",
        ],
        [
            "a certificate for one side only",
            () => ({
                members: {
                    ...members,
                    euw1: testCertificate(authority, { hosts: hostsOf("euw1"), clientAuth: false }),
                },
            }),
            "members.euw1: may not be used for clientAuth; a gateway is client and server at once",
        ],
        [
            "a server whose name is missing",
            () => ({
                members: { ...members, euw1: testCertificate(authority, { hosts: hostsOf("euw1").slice(0, 4) }) },
            }),
            "members.euw1: does not name nats-4.gw.euw1.atlas.example, which the server advertises",
        ],
        [
            "an expired member",
            () => ({
                members: {
                    ...members,
                    euw3: testCertificate(authority, { hosts: hostsOf("euw3"), from: later(-20), to: later(-10) }),
                },
            }),
            `members.euw3: expired on ${later(-10).toISOString().slice(0, 10)}`,
        ],
        [
            "a member of tomorrow",
            () => ({
                members: {
                    ...members,
                    euw3: testCertificate(authority, { hosts: hostsOf("euw3"), from: later(1), to: later(10) }),
                },
            }),
            `members.euw3: not valid before ${later(1).toISOString().slice(0, 10)}`,
        ],
    ])("refuses %s", (_, more, message) => {
        const issues = check(more());
        expect(issues).toHaveLength(1);
        expect(issues[0]).toContain(message);
    });

    it("refuses an expired authority by name", () => {
        const old = testAuthority("old", { from: later(-20), to: later(-1) });
        const [first] = check({ authority: `${old.certificate}\n${authority.certificate}` });
        expect(first).toBe(
            `authority: expired on ${later(-1).toISOString().slice(0, 10)}; issue a new one with the gateway CA command`,
        );
    });

    it("refuses a member's certificate in the authority's place", () => {
        expect(check({ authority: members["euc1"]! })).toContainEqual(
            expect.stringContaining("is no authority (basicConstraints)"),
        );
    });

    it("warns of what ends within 60 days, and does not refuse it", () => {
        const soon = { ...members, euc1: testCertificate(authority, { hosts: hostsOf("euc1"), to: later(59) }) };
        expect(check({ members: soon })).toEqual([]);
        expect(certificatesToRenew({ ...published, members: soon }, now)).toEqual([
            `members.euc1: ends on ${later(59).toISOString().slice(0, 10)}, in less than 60 d: renew it`,
        ]);
        expect(certificatesToRenew(published, now)).toEqual([]);
    });
});

describe("gatewaySyncedSecret", () => {
    it("leads from the region's own secret to the Secret that NATS mounts", () => {
        expect(gatewaySyncedSecret(fixtureSystem, fixtureSystem.regions.dr)).toEqual({
            name: "atlas/nats-gateway/euw1",
            target: { namespace: "atlas-messaging", name: "nats-gateway-tls" },
        });
    });
});

describe("lookUpGatewayCertificates", () => {
    const token = "aws:secretsmanager/getSecretVersion:getSecretVersion";

    it("reads the public halves, and never the keys", async () => {
        const asked: unknown[] = [];
        let found: PublishedCertificates | undefined;
        await record(
            async () => {
                found = await lookUpGatewayCertificates(fixtureSystem);
            },
            {
                invokes: {
                    [token]: (inputs) => {
                        asked.push(inputs["secretId"]);
                        return { secretString: JSON.stringify({ authority: "PEM", members: { euc1: "PEM" } }) };
                    },
                },
            },
        );
        expect(found).toEqual({ authority: "PEM", members: { euc1: "PEM" } });
        expect(asked).toEqual(["atlas/nats-gateway/certificates"]);
    });

    it("names a secret that was stored by something else", () => {
        expect(() => readPublished("tls.crt")).toThrow("is not what the gateway CA command writes");
        expect(readPublished("{}")).toEqual({ authority: "", members: {} });
    });
});
