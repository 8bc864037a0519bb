import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { CriticalSecrets, validateCriticalSecrets, type CriticalSecretsArgs } from "./criticalSecrets";
import { SecretsKey } from "./criticalSecretsKey";
import { record } from "../testing/record";

const args: CriticalSecretsArgs = {
    region: "eu-central-1",
    keyArn: "arn:aws:kms:eu-central-1:123456789012:key/mrk-1",
    replicas: [
        { region: "eu-west-1", keyArn: "arn:aws:kms:eu-west-1:123456789012:key/mrk-1" },
        { region: "eu-west-3" },
    ],
    secrets: [
        { name: "atlas/gateway-tls", description: "Authority and certificates of the NATS gateways" },
        { name: "atlas/nats-auth", description: "Passwords of the NATS accounts", value: "hush" },
    ],
};

describe("CriticalSecrets", () => {
    it("makes a protected secret each, and a value only where the program knows one", async () => {
        const recording = await record(() => new CriticalSecrets("secrets", args));
        expect(recording.children).toEqual([
            "aws:secretsmanager/secret:Secret secrets-atlas-gateway-tls",
            "aws:secretsmanager/secret:Secret secrets-atlas-nats-auth",
            "aws:secretsmanager/secretVersion:SecretVersion secrets-atlas-nats-auth-value",
            "drkit:index:CriticalSecrets secrets",
        ]);
        expect(recording.one("aws:secretsmanager/secret:Secret", "secrets-atlas-nats-auth").inputs).toEqual({
            name: "atlas/nats-auth",
            description: "Passwords of the NATS accounts",
            kmsKeyId: args.keyArn,
            recoveryWindowInDays: 30,
            forceOverwriteReplicaSecret: false,
            replicas: [
                { region: "eu-west-1", kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/mrk-1" },
                { region: "eu-west-3" },
            ],
        });
    });

    it("keeps a value secret, even one that is passed in plain", async () => {
        const version = (await record(() => new CriticalSecrets("secrets", args))).one(
            "aws:secretsmanager/secretVersion:SecretVersion",
        );
        expect(version.inputs.secretString).toBe("hush");
        expect(version.secretInputs).toEqual(["secretString"]);
    });

    it("tells ARNs by name and no value", async () => {
        let arns: CriticalSecrets["arns"] = {};
        await record(() => {
            arns = new CriticalSecrets("secrets", args).arns;
        });
        const arn = await new Promise((resolve) => pulumi.output(arns["atlas/nats-auth"]).apply(resolve));
        expect(arn).toBe("arn:aws:mock:::secrets-atlas-nats-auth");
    });

    it("fails with every mistake before it registers anything", async () => {
        await expect(
            record(() => new CriticalSecrets("secrets", { ...args, replicas: [], secrets: [] })),
        ).rejects.toThrow(
            'CriticalSecrets "secrets":\n- secrets: empty; name at least one, or leave the component out\n- replicas: empty; a secret that is in one region only is gone with it',
        );
    });
});

describe("validateCriticalSecrets", () => {
    const secret = (name: string) => ({ secrets: [{ name, description: "a test" }] });

    it("accepts the roadmap's", () => expect(validateCriticalSecrets(args)).toEqual([]));

    it.each([
        [
            "a replica in the secrets' own region",
            { replicas: [{ region: "eu-central-1" }] },
            "replicas: eu-central-1 is the secrets' own region",
        ],
        [
            "a replica twice",
            { replicas: [{ region: "eu-west-1" }, { region: "eu-west-1" }] },
            "replicas: eu-west-1 is there twice",
        ],
        ["a name twice", { secrets: [...args.secrets, args.secrets[1]!] }, 'secrets: "atlas/nats-auth" is there twice'],
        ["a name that AWS refuses", secret("atlas nats"), 'secrets: "atlas nats" found'],
        [
            "a name that looks like an ARN's end",
            secret("atlas/nats-backup"),
            'secrets: "atlas/nats-backup" found; allowed are',
        ],
        [
            "a secret that nobody can explain",
            { secrets: [{ name: "atlas/x", description: " " }] },
            'secrets."atlas/x".description: empty',
        ],
    ])("refuses %s", (_what, change, message) => {
        const issues = validateCriticalSecrets({ ...args, ...change });
        expect(issues).toHaveLength(1);
        expect(issues[0]).toContain(message);
    });
});

describe("SecretsKey", () => {
    it("is a protected multi-Region key with rotation in the first region", async () => {
        const recording = await record(() => new SecretsKey("key", { aliasName: "atlas-secrets" }));
        expect(recording.children).toEqual([
            "aws:kms/alias:Alias key-alias",
            "aws:kms/key:Key key-key",
            "drkit:index:SecretsKey key",
        ]);
        expect(recording.one("aws:kms/key:Key").inputs).toEqual({
            description: "Critical secrets, atlas-secrets",
            deletionWindowInDays: 30,
            multiRegion: true,
            enableKeyRotation: true,
        });
        expect(recording.one("aws:kms/alias:Alias").inputs).toMatchObject({ name: "alias/atlas-secrets" });
    });

    it("is its replica in the other", async () => {
        const replicaOf = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1";
        const recording = await record(() => new SecretsKey("key", { aliasName: "atlas-secrets", replicaOf }));
        expect(recording.children).toEqual([
            "aws:kms/alias:Alias key-alias",
            "aws:kms/replicaKey:ReplicaKey key-key",
            "drkit:index:SecretsKey key",
        ]);
        expect(recording.one("aws:kms/replicaKey:ReplicaKey").inputs).toEqual({
            description: "Critical secrets, atlas-secrets",
            deletionWindowInDays: 30,
            primaryKeyArn: replicaOf,
        });
    });
});
