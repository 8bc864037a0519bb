import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secretSignature, signatureKey } from "./secrets";
import { stripSecrets } from "./stripSecrets";

const decrypted = (value: unknown) => ({ [signatureKey]: secretSignature, plaintext: JSON.stringify(value) });
const encrypted = (ciphertext: string) => ({ [signatureKey]: secretSignature, ciphertext });

describe("stripSecrets", () => {
    it("replaces a decrypted secret, at any depth", () => {
        const raw = { deployment: { resources: [{ inputs: { a: [{ b: decrypted("hunter2") }], c: 1 } }] } };
        expect(stripSecrets(raw)).toEqual({
            deployment: { resources: [{ inputs: { a: [{ b: "[secret]" }], c: 1 } }] },
        });
    });

    it("replaces an encrypted secret: ciphertext is nobody's business either", () => {
        expect(stripSecrets({ inputs: { a: encrypted("v1:abc") } })).toEqual({ inputs: { a: "[secret]" } });
    });

    it("replaces a copy of a secret that a provider put into a plain value", () => {
        const raw = { inputs: { password: decrypted("hunter2") }, outputs: { login: "hunter2", url: "https://x" } };
        expect(stripSecrets(raw)).toEqual({
            inputs: { password: "[secret]" },
            outputs: { login: "[secret]", url: "https://x" },
        });
    });

    it("replaces a long secret inside a longer value", () => {
        const raw = {
            inputs: { password: decrypted("correct-horse-battery") },
            outputs: { url: "nats://sys:correct-horse-battery@host" },
        };
        expect(stripSecrets(raw).outputs).toEqual({ url: "nats://sys:[secret]@host" });
    });

    it("leaves what only resembles a short secret", () => {
        const raw = { inputs: { kind: decrypted({ kind: "cluster" }) }, type: "aws:eks/cluster:Cluster" };
        expect(stripSecrets(raw).type).toBe("aws:eks/cluster:Cluster");
    });

    it("drops the salt of the secrets key, and keeps its kind", () => {
        const raw = {
            version: 3,
            deployment: { secrets_providers: { type: "passphrase", state: { salt: "v1:AAAA" } } },
        };
        expect(stripSecrets(raw)).toEqual({ version: 3, deployment: { secrets_providers: { type: "passphrase" } } });
    });

    it("lets nothing survive that is marked secret", () => {
        const secretText = fc.string({
            minLength: 16,
            maxLength: 40,
            unit: fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
        });
        const values = fc.letrec((tie) => ({
            value: fc.oneof(
                { depthSize: "small" },
                fc.string(),
                fc.boolean(),
                fc.array(tie("value"), { maxLength: 3 }),
                fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie("value"), { maxKeys: 3 }),
            ),
        })).value;
        fc.assert(
            fc.property(secretText, values, values, (secret, inside, plain) => {
                const raw = {
                    a: decrypted([inside, secret]),
                    b: [plain, { c: decrypted(secret) }],
                    d: `before ${secret} after`,
                    e: secret,
                };
                const stripped = JSON.stringify(stripSecrets(raw));
                expect(stripped).not.toContain(secret);
                expect(stripped).not.toContain(secretSignature);
            }),
        );
    });

    it("changes nothing where nothing is secret", () => {
        fc.assert(
            fc.property(fc.jsonValue(), (value) => {
                expect(stripSecrets(value)).toEqual(value);
            }),
        );
    });
});
