import { createServer, connect } from "node:tls";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { issueGatewayCertificate, issuedAt, makeGatewayAuthority, type Certificate } from "./gatewayCertificates";

/** Mutual TLS between two holders of a certificate; answers what the client found wrong with the server. */
async function handshake(
    authority: Certificate,
    server: Certificate,
    client: Certificate,
    host: string,
): Promise<string> {
    const listener = createServer({
        cert: server.certificate,
        key: server.key,
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: true,
    });
    listener.on("secureConnection", (socket) => socket.end("welcome"));
    listener.on("tlsClientError", () => undefined);
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const socket = connect({
        port: (listener.address() as AddressInfo).port,
        host: "127.0.0.1",
        servername: host,
        ca: authority.certificate,
        cert: client.certificate,
        key: client.key,
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

describe("gateway certificates", async () => {
    const authority = await makeGatewayAuthority("kgents");
    const east = await issueGatewayCertificate(authority, "use1", ["nats-0.gw.use1.kgents.io", "127.0.0.1"]);
    const west = await issueGatewayCertificate(authority, "usw2", ["nats-0.gw.usw2.kgents.io"]);

    it("let the members of one authority talk, both sides verified", async () => {
        expect(await handshake(authority, east, west, "nats-0.gw.use1.kgents.io")).toBe("welcome");
    });

    it("are refused under a name that they were not issued for", async () => {
        expect(await handshake(authority, east, west, "nats-0.gw.usw2.kgents.io")).toMatch(
            /does not match certificate's altnames/,
        );
    });

    it("are refused when they come from another authority", async () => {
        const stranger = await makeGatewayAuthority("kgents");
        const intruder = await issueGatewayCertificate(stranger, "usw2", ["nats-0.gw.usw2.kgents.io"]);
        expect(await handshake(authority, east, intruder, "nats-0.gw.use1.kgents.io")).not.toBe("welcome");
    });

    it("name an address as an address", () => {
        expect(new X509Certificate(east.certificate).subjectAltName).toBe(
            "DNS:nats-0.gw.use1.kgents.io, IP Address:127.0.0.1",
        );
    });

    it("are not issued for no host at all", async () => {
        await expect(issueGatewayCertificate(authority, "use1", [])).rejects.toThrow("needs the host names");
    });

    it("never outlive their authority", async () => {
        const authority = await makeGatewayAuthority("kgents", 100);
        const endOf = ({ certificate }: Certificate) => new X509Certificate(certificate).validToDate;
        expect(endOf(await issueGatewayCertificate(authority, "use1", ["nats-0.gw.use1.kgents.io"]))).toEqual(
            endOf(authority),
        );
        expect(
            endOf(await issueGatewayCertificate(authority, "use1", ["nats-0.gw.use1.kgents.io"], 50)) <
                endOf(authority),
        ).toBe(true);
    });

    it("tell when they were made, to the second", async () => {
        const before = Math.floor(Date.now() / 1000) * 1000;
        const made = issuedAt((await makeGatewayAuthority("kgents")).certificate).getTime();
        expect(made).toBeGreaterThanOrEqual(before);
        expect(made).toBeLessThanOrEqual(Date.now());
    });
});
