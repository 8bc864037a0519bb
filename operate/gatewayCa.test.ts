import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { gatewaySecrets, readBundle, validateCertificates } from "../components/gateways/gatewayCertificateRules";
import { kgents } from "../infra/kgents";
import {
    addAuthority,
    createGatewayCa,
    dropOldAuthorities,
    loadGatewayCa,
    memberFiles,
    publishedCertificates,
    reissueMembers,
    storeGatewayCa,
    type GatewayCa,
    type SecretVault,
} from "./gatewayCa";

const { primary, dr, witness } = kgents.regions;
const names = gatewaySecrets(kgents);

function fakeVault() {
    const held = new Map<string, { value: string; replicas: readonly string[] }>();
    const vault: SecretVault = {
        read: async (name) => held.get(name)?.value,
        write: async (name, value, replicas) => void held.set(name, { value, replicas }),
    };
    return { vault, held };
}

/** Whether two members' files let them talk, both sides verified; otherwise what went wrong. */
async function handshake(
    server: Record<string, string>,
    client: Record<string, string>,
    host: string,
): Promise<string> {
    const tls = (files: Record<string, string>) => ({
        cert: files["tls.crt"]!,
        key: files["tls.key"]!,
        ca: files["ca.crt"]!,
    });
    const listener = createServer({ ...tls(server), requestCert: true, rejectUnauthorized: true });
    listener.on("secureConnection", (socket) => socket.on("error", () => undefined).end("welcome"));
    listener.on("tlsClientError", () => undefined);
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const socket = connect({
        ...tls(client),
        port: (listener.address() as AddressInfo).port,
        host: "127.0.0.1",
        servername: host,
    });
    try {
        return await new Promise((resolve) => {
            socket.once("data", (data) => resolve(String(data)));
            socket.once("error", (error) => resolve(error.message));
            socket.once("close", () => resolve("closed"));
        });
    } finally {
        socket.destroy();
        listener.close();
    }
}

const host = "nats-1.gw.use1.kgents.io";
let first: GatewayCa;
let both: GatewayCa;
let reissued: GatewayCa;

beforeAll(async () => {
    first = await createGatewayCa({ profile: kgents });
    both = await addAuthority(first, { profile: kgents });
    reissued = await reissueMembers(both, { profile: kgents });
});

describe("createGatewayCa", () => {
    it("makes what the deployment accepts", () => {
        expect(validateCertificates(publishedCertificates(first), kgents)).toEqual([]);
    });

    it("names exactly what each region's servers advertise", () => {
        const namesOf = (short: string) => new X509Certificate(first.members[short]!.certificate).subjectAltName;
        expect(namesOf("use1")).toBe(
            "DNS:nats-0.gw.use1.kgents.io, DNS:nats-1.gw.use1.kgents.io, DNS:nats-2.gw.use1.kgents.io",
        );
        expect(namesOf("use2")).toBe("DNS:nats-0.gw.use2.kgents.io");
    });

    it("adds names for a rehearsal, where every server is on loopback", async () => {
        const rehearsal = await createGatewayCa({ profile: kgents, servers: 1, extraHosts: ["127.0.0.1"] });
        expect(new X509Certificate(rehearsal.members["usw2"]!.certificate).subjectAltName).toBe(
            "DNS:nats-0.gw.usw2.kgents.io, IP Address:127.0.0.1",
        );
    });

    it("lets members talk, and nobody from another authority", async () => {
        expect(await handshake(memberFiles(first, primary), memberFiles(first, dr), host)).toBe("welcome");
        const stranger = await createGatewayCa({ profile: kgents });
        expect(await handshake(memberFiles(first, primary), memberFiles(stranger, dr), host)).not.toBe("welcome");
    });
});

describe("rotation", () => {
    it("trusts both authorities first, with the certificates as they are", () => {
        expect(readBundle(publishedCertificates(both).authority)).toHaveLength(2);
        expect(both.members).toEqual(first.members);
        expect(validateCertificates(publishedCertificates(both), kgents)).toEqual([]);
    });

    it("gives the authorities names of their own, so that no verifier tries the wrong one", () => {
        const [old, fresh] = readBundle(publishedCertificates(both).authority)!;
        expect(old!.subject).not.toBe(fresh!.subject);
    });

    it.each([
        ["old", "new", () => [both, reissued] as const],
        ["new", "old", () => [reissued, both] as const],
        ["old", "old", () => [both, both] as const],
        ["new", "new", () => [reissued, reissued] as const],
    ])(
        "lets a server with a certificate of the %s authority talk to a client with one of the %s",
        async (_server, _client, states) => {
            const [server, client] = states();
            expect(await handshake(memberFiles(server, primary), memberFiles(client, dr), host)).toBe("welcome");
        },
    );

    it("would cut members off that have the old bundle when certificates of the new authority come too early", async () => {
        expect(await handshake(memberFiles(reissued, primary), memberFiles(first, dr), host)).not.toBe("welcome");
    });

    it("drops the old authority once nobody shows its certificates", async () => {
        expect(() => dropOldAuthorities(both)).toThrow(
            "still in use by use1, usw2, use2: reissue the members' certificates first",
        );
        const done = dropOldAuthorities(reissued);
        expect(readBundle(publishedCertificates(done).authority)).toHaveLength(1);
        expect(await handshake(memberFiles(done, primary), memberFiles(done, dr), host)).toBe("welcome");
        expect(await handshake(memberFiles(done, primary), memberFiles(first, dr), host)).not.toBe("welcome");
    });

    it("is not begun twice", async () => {
        await expect(addAuthority(both, { profile: kgents })).rejects.toThrow("in the middle of a rotation");
    });
});

describe("storeGatewayCa", () => {
    it("puts each key where it is used and in the standby, and the public halves everywhere", async () => {
        const { vault, held } = fakeVault();
        await storeGatewayCa(first, { profile: kgents, vault });
        expect([...held].map(([name, { replicas }]) => [name, replicas])).toEqual([
            ["kgents/nats-gateway/authority", ["us-west-2"]],
            ["kgents/nats-gateway/use1", ["us-west-2"]],
            ["kgents/nats-gateway/usw2", ["us-west-2"]],
            ["kgents/nats-gateway/use2", ["us-west-2", "us-east-2"]],
            ["kgents/nats-gateway/certificates", ["us-west-2", "us-east-2"]],
        ]);
        expect(JSON.parse(held.get(names.member(witness))!.value)).toEqual(memberFiles(first, witness));
        expect(held.get(names.published)!.value).not.toContain("PRIVATE KEY");
        expect(held.get(names.member(primary))!.value).not.toContain(first.authorities[0]!.key);
    });

    it("comes back as it was", async () => {
        const { vault } = fakeVault();
        await storeGatewayCa(both, { profile: kgents, vault });
        expect(await loadGatewayCa({ profile: kgents, vault })).toEqual(both);
        expect(await loadGatewayCa({ profile: kgents, vault: fakeVault().vault })).toBeUndefined();
    });

    it("never takes another authority's place, and rotates none that is not there", async () => {
        const { vault, held } = fakeVault();
        await expect(storeGatewayCa(both, { profile: kgents, vault, replace: true })).rejects.toThrow(
            "there is no gateway authority to rotate",
        );
        await storeGatewayCa(first, { profile: kgents, vault });
        const before = structuredClone(held);
        const another = await createGatewayCa({ profile: kgents });
        await expect(storeGatewayCa(another, { profile: kgents, vault })).rejects.toThrow(
            `there is a gateway authority already (secret ${names.authority})`,
        );
        expect(held).toEqual(before);
        await storeGatewayCa(both, { profile: kgents, vault, replace: true });
        expect(await loadGatewayCa({ profile: kgents, vault })).toEqual(both);
    });

    it("stores nothing that the deployment would refuse", async () => {
        const { vault, held } = fakeVault();
        const members = { ...first.members, usw2: first.members["use1"]! };
        await expect(storeGatewayCa({ ...first, members }, { profile: kgents, vault })).rejects.toThrow(
            "members.usw2: does not name nats-0.gw.usw2.kgents.io",
        );
        expect(held.size).toBe(0);
    });
});
