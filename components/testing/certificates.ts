import { generateKeyPairSync, randomBytes } from "node:crypto";
import { md, pki } from "node-forge";

const day = 24 * 60 * 60 * 1000;

/** Validity of a test's certificate. @default from an hour ago for a year */
export interface TestValidity {
    readonly from?: Date;
    readonly to?: Date;
}

/** A throw-away authority for tests of what is refused: the product's own makes no bad certificates. */
export function testAuthority(name: string, validity: TestValidity = {}) {
    const { certificate, key } = blank(name, validity);
    certificate.setIssuer(certificate.subject.attributes);
    certificate.setExtensions([
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", keyCertSign: true, critical: true },
    ]);
    certificate.sign(pki.privateKeyFromPem(key), md.sha256.create());
    return { certificate: pki.certificateToPem(certificate), key };
}

/** A certificate of a test's authority, PEM. */
export function testCertificate(
    authority: { readonly certificate: string; readonly key: string },
    {
        hosts,
        clientAuth = true,
        ...validity
    }: TestValidity & { readonly hosts: readonly string[]; readonly clientAuth?: boolean },
): string {
    const { certificate } = blank("member", validity);
    certificate.setIssuer(pki.certificateFromPem(authority.certificate).subject.attributes);
    certificate.setExtensions([
        { name: "basicConstraints", cA: false, critical: true },
        { name: "extKeyUsage", serverAuth: true, clientAuth },
        { name: "subjectAltName", altNames: hosts.map((value) => ({ type: 2, value })) },
    ]);
    certificate.sign(pki.privateKeyFromPem(authority.key), md.sha256.create());
    return pki.certificateToPem(certificate);
}

function blank(
    name: string,
    { from = new Date(Date.now() - day / 24), to = new Date(Date.now() + 365 * day) }: TestValidity,
) {
    const { publicKey, privateKey: key } = generateKeyPairSync("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs1", format: "pem" },
    });
    const certificate = pki.createCertificate();
    certificate.publicKey = pki.publicKeyFromPem(publicKey);
    certificate.serialNumber = `40${randomBytes(8).toString("hex")}`;
    certificate.validity.notBefore = from;
    certificate.validity.notAfter = to;
    certificate.setSubject([{ name: "commonName", value: name }]);
    return { certificate, key };
}
