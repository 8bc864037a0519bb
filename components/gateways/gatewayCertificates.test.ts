import { beforeAll, describe, expect, it } from "vitest";
import { kgents } from "../../infra/profile";
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
        kgents,
        Object.values(kgents.regions).find((region) => region.short === short)!,
    ).map(({ host }) => host);

describe("validateCertificates", () => {
    const authority = testAuthority("one");
    const members = Object.fromEntries(
        ["use1", "usw2", "use2"].map((short) => [short, testCertificate(authority, { hosts: hostsOf(short) })]),
    );
    const published: PublishedCertificates = { authority: authority.certificate, members };
    let other: ReturnType<typeof testAuthority>;

    beforeAll(() => {
        other = testAuthority("two");
    });

    const check = (more: Partial<PublishedCertificates>, at = now) =>
        validateCertificates({ ...published, ...more }, kgents, at);

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
            () => ({ members: { use1: members["use1"]!, use2: members["use2"]! } }),
            "members.usw2: no certificate for us-west-2",
        ],
        [
            "a member of another authority",
            () => ({ members: { ...members, usw2: testCertificate(other, { hosts: hostsOf("usw2") }) } }),
            "members.usw2: not issued by an authority of the bundle",
        ],
        [
            "a certificate for one side only",
            () => ({
                members: {
                    ...members,
                    usw2: testCertificate(authority, { hosts: hostsOf("usw2"), clientAuth: false }),
                },
            }),
            "members.usw2: may not be used for clientAuth; a gateway is client and server at once",
        ],
        [
            "a server whose name is missing",
            () => ({
                members: { ...members, usw2: testCertificate(authority, { hosts: hostsOf("usw2").slice(0, 2) }) },
            }),
            "members.usw2: does not name nats-2.gw.usw2.kgents.io, which the server advertises",
        ],
        [
            "an expired member",
            () => ({
                members: {
                    ...members,
                    use2: testCertificate(authority, { hosts: hostsOf("use2"), from: later(-20), to: later(-10) }),
                },
            }),
            `members.use2: expired on ${later(-10).toISOString().slice(0, 10)}`,
        ],
        [
            "a member of tomorrow",
            () => ({
                members: {
                    ...members,
                    use2: testCertificate(authority, { hosts: hostsOf("use2"), from: later(1), to: later(10) }),
                },
            }),
            `members.use2: not valid before ${later(1).toISOString().slice(0, 10)}`,
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
        expect(check({ authority: members["use1"]! })).toContainEqual(
            expect.stringContaining("is no authority (basicConstraints)"),
        );
    });

    it("warns of what ends within 60 days, and does not refuse it", () => {
        const soon = { ...members, use1: testCertificate(authority, { hosts: hostsOf("use1"), to: later(59) }) };
        expect(check({ members: soon })).toEqual([]);
        expect(certificatesToRenew({ ...published, members: soon }, now)).toEqual([
            `members.use1: ends on ${later(59).toISOString().slice(0, 10)}, in less than 60 d: renew it`,
        ]);
        expect(certificatesToRenew(published, now)).toEqual([]);
    });
});

describe("gatewaySyncedSecret", () => {
    it("leads from the region's own secret to the Secret that NATS mounts", () => {
        expect(gatewaySyncedSecret(kgents, kgents.regions.dr)).toEqual({
            name: "kgents/nats-gateway/usw2",
            target: { namespace: "kgents-agents", name: "nats-gateway-tls" },
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
                found = await lookUpGatewayCertificates(kgents);
            },
            {
                invokes: {
                    [token]: (inputs) => {
                        asked.push(inputs["secretId"]);
                        return { secretString: JSON.stringify({ authority: "PEM", members: { use1: "PEM" } }) };
                    },
                },
            },
        );
        expect(found).toEqual({ authority: "PEM", members: { use1: "PEM" } });
        expect(asked).toEqual(["kgents/nats-gateway/certificates"]);
    });

    it("names a secret that was stored by something else", () => {
        expect(() => readPublished("tls.crt")).toThrow("is not what the gateway CA command writes");
        expect(readPublished("{}")).toEqual({ authority: "", members: {} });
    });
});
