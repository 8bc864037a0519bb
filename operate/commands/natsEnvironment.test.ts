import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectFromEnvironment, natsConnectionOptions } from "./natsEnvironment";

describe("the connection's environment", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-nats-env-"));
    const ca = path.join(dir, "ca.crt");
    beforeAll(() => fs.writeFileSync(ca, "a certificate"));
    afterAll(() => fs.rmSync(dir, { recursive: true }));

    it("is a login, and the certificates where there are some", () => {
        expect(
            natsConnectionOptions(
                { NATS_URL: "nats://a:4222, tls://b", NATS_USER: "app", NATS_PASSWORD: "p", NATS_CA: ca },
                "application",
            ),
        ).toEqual({
            servers: ["nats://a:4222", "tls://b"],
            user: "app",
            pass: "p",
            tls: { ca: "a certificate", cert: undefined, key: undefined },
        });
    });

    it("may be without a login: an adopted cluster may have no accounts", () => {
        expect(natsConnectionOptions({ NATS_URL: "localhost" }, "application")).toEqual({ servers: ["localhost"] });
    });

    it("uses the same servers for the system account unless told otherwise", () => {
        const env = { NATS_URL: "nats://a", NATS_SYS_USER: "sys", NATS_SYS_PASSWORD: "s" };
        expect(natsConnectionOptions(env, "system")).toMatchObject({ servers: ["nats://a"], user: "sys", pass: "s" });
        expect(natsConnectionOptions({ ...env, NATS_SYS_URL: "nats://b" }, "system")).toMatchObject({
            servers: ["nats://b"],
        });
    });

    it.each([
        ["no address", {}, "NATS_URL is not set"],
        [
            "half a login",
            { NATS_URL: "nats://a", NATS_USER: "app" },
            "NATS_USER is set and NATS_PASSWORD is not; set both, or NATS_CREDS",
        ],
        ["a wrong scheme", { NATS_URL: "http://a" }, 'NATS_URL is "http://a"; allowed: "nats://host:4222"'],
        [
            "a file that is not there",
            { NATS_URL: "nats://a", NATS_CREDS: "/no/such" },
            'NATS_CREDS is "/no/such"; that file cannot be read (ENOENT)',
        ],
        ["half a certificate", { NATS_URL: "nats://a", NATS_KEY: "/no/such" }, "NATS_CERT and NATS_KEY go together"],
    ])("is refused with %s", (_what, env, message) => {
        expect(() => natsConnectionOptions(env, "application")).toThrow(message);
    });

    it("is refused without a login of the system account, where one is needed", () => {
        expect(() => natsConnectionOptions({ NATS_URL: "nats://a" }, "system")).toThrow(
            "neither NATS_SYS_USER nor NATS_SYS_CREDS is set",
        );
    });

    it("names a secret in an address without repeating it", () => {
        const env = { NATS_URL: "nats://app:hunter2@a:4222" };
        expect(() => natsConnectionOptions(env, "application")).toThrow(
            "NATS_URL holds a user or a password; put them into NATS_USER and NATS_PASSWORD",
        );
        expect(() => natsConnectionOptions(env, "application")).not.toThrow("hunter2");
    });

    it("says which address does not answer, and what to look at", async () => {
        const env = { NATS_URL: "nats://127.0.0.1:1" };
        await expect(connectFromEnvironment(env, "application", "test")).rejects.toThrow(
            /nats:\/\/127\.0\.0\.1:1 \(NATS_URL\) does not answer: .*port forward/,
        );
    });
});
