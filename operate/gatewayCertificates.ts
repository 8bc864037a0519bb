import { X509Certificate, generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { md, pki } from "node-forge";
import { minutes, type Seconds } from "../components/model/duration";

const dayMs = 24 * 60 * 60 * 1000;

/** A certificate is valid from a minute before it is made on: clocks differ. */
const clockTolerance: Seconds = minutes(1);

/** When a certificate was made, to the second. */
export function issuedAt(certificate: string): Date {
    return new Date(new X509Certificate(certificate).validFromDate.getTime() + clockTolerance * 1000);
}

/** A certificate with its private key, both PEM. */
export interface Certificate {
    readonly certificate: string;
    readonly key: string;
}

/** Makes the certificate authority of the gateways: once, outside Pulumi, its key never in a stack's state. */
export async function makeGatewayAuthority(name: string, days = 3650): Promise<Certificate> {
    const keys = await newKeys();
    const certificate = blank(keys.publicKey, `${name} gateway authority`, days);
    certificate.setIssuer(certificate.subject.attributes);
    certificate.setExtensions([
        { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
        { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
        { name: "subjectKeyIdentifier" },
    ]);
    certificate.sign(pki.privateKeyFromPem(keys.privateKey), md.sha256.create());
    return { certificate: pki.certificateToPem(certificate), key: keys.privateKey };
}

/**
 * Issues a member's certificate: for the names that its servers advertise, and for both sides of a connection, because
 * a gateway is client and server at once. It never outlives its authority, so that whoever watches the certificate that a
 * server shows has watched the authority too.
 */
export async function issueGatewayCertificate(
    authority: Certificate,
    name: string,
    hosts: readonly string[],
    days = 825,
): Promise<Certificate> {
    if (hosts.length === 0)
        throw new Error(
            "a gateway certificate needs the host names that the region's servers advertise; none were given",
        );
    const keys = await newKeys();
    const certificate = blank(keys.publicKey, name, days);
    const issuer = pki.certificateFromPem(authority.certificate);
    if (certificate.validity.notAfter > issuer.validity.notAfter)
        certificate.validity.notAfter = issuer.validity.notAfter;
    certificate.setIssuer(issuer.subject.attributes);
    certificate.setExtensions([
        { name: "basicConstraints", cA: false, critical: true },
        { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
        { name: "extKeyUsage", serverAuth: true, clientAuth: true },
        // 2 is a DNS name, 7 an address.
        {
            name: "subjectAltName",
            altNames: hosts.map((host) => (/^[0-9.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host })),
        },
    ]);
    certificate.sign(pki.privateKeyFromPem(authority.key), md.sha256.create());
    return { certificate: pki.certificateToPem(certificate), key: keys.privateKey };
}

/** Node's own keys: the library's are slow. */
function newKeys() {
    return promisify(generateKeyPair)("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs1", format: "pem" },
    });
}

function blank(publicKey: string, name: string, days: number) {
    const certificate = pki.createCertificate();
    certificate.publicKey = pki.publicKeyFromPem(publicKey);
    // Positive, as the standard wants it: the first byte is below 128 and not 0.
    const serial = randomBytes(16);
    serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
    certificate.serialNumber = serial.toString("hex");
    certificate.validity.notBefore = new Date(Date.now() - clockTolerance * 1000);
    certificate.validity.notAfter = new Date(Date.now() + days * dayMs);
    certificate.setSubject([{ name: "commonName", value: name }]);
    return certificate;
}
