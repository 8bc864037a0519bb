import { describe, expect, it } from "vitest";
import {
    backupReaderStatements,
    backupRepositoryStatements,
    backupRestorerStatements,
    backupWriterStatements,
    policyDocument,
    refusesPlainHttp,
    tlsOnlyPolicy,
} from "./backupBucketPolicies";

const access = {
    bucketArn: "arn:aws:s3:::atlas-dr-nats-backups",
    keyArn: "arn:aws:kms:eu-west-1:123456789012:key/1",
    region: "eu-west-1",
    prefix: "nats",
};
const kinds = {
    writer: backupWriterStatements,
    reader: backupReaderStatements,
    repository: backupRepositoryStatements,
};

describe("the roles of a backup bucket", () => {
    it.each(Object.entries(kinds))("keep the %s inside its prefix", (_, statements) => {
        const objects = statements(access).filter((statement) => statement.Resource.includes("/*"));
        expect(objects.map((statement) => statement.Resource)).toEqual([`${access.bucketArn}/nats/*`]);
    });

    it.each(Object.entries(kinds))("let the %s use the key through S3 in the bucket's region only", (_, statements) => {
        const [key] = statements(access).filter((statement) => statement.Resource === access.keyArn);
        expect(key?.Condition).toEqual({ StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } });
    });

    it("let the writer neither read, list nor delete", () => {
        const actions = backupWriterStatements(access).flatMap((statement) => statement.Action);
        expect(actions).toEqual(["s3:PutObject", "s3:AbortMultipartUpload", "kms:GenerateDataKey", "kms:Decrypt"]);
    });

    it("let the reader change nothing", () => {
        const actions = backupReaderStatements(access).flatMap((statement) => statement.Action);
        expect(actions).toEqual(["s3:ListBucket", "s3:GetObject", "s3:GetObjectVersion", "kms:Decrypt"]);
    });

    it("let Velero delete objects and no versions", () => {
        const actions = backupRepositoryStatements(access).flatMap((statement) => statement.Action);
        expect(actions).toContain("s3:DeleteObject");
        expect(actions).not.toContain("s3:DeleteObjectVersion");
    });

    it("show listing the prefix only", () => {
        const [list] = backupReaderStatements(access);
        expect(list?.Condition).toEqual({ StringLike: { "s3:prefix": ["nats", "nats/*"] } });
    });

    it.each(Object.entries({ repository: backupRepositoryStatements, restorer: backupRestorerStatements }))(
        "let Velero's %s ask whether the bucket is there, which is a listing without a prefix",
        (_, statements) => {
            const [list] = statements(access);
            expect(list).toEqual({
                Sid: "ListBackups",
                Effect: "Allow",
                Action: "s3:ListBucket",
                Resource: access.bucketArn,
            });
        },
    );
});

describe("tlsOnlyPolicy", () => {
    it("covers the bucket and everything in it", () => {
        for (const statement of JSON.parse(tlsOnlyPolicy(access.bucketArn)).Statement) {
            expect(statement).toMatchObject({
                Effect: "Deny",
                Principal: "*",
                Action: "s3:*",
                Resource: [access.bucketArn, `${access.bucketArn}/*`],
            });
        }
    });
});

describe("policyDocument", () => {
    it("has the version that knows conditions", () => {
        expect(JSON.parse(policyDocument())).toEqual({ Version: "2012-10-17", Statement: [] });
    });
});

describe("refusesPlainHttp", () => {
    const statement = {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    };

    it("finds the statement that refuses everybody without TLS, alone or among others", () => {
        expect(refusesPlainHttp(tlsOnlyPolicy("arn:aws:s3:::backups"))).toBe(true);
        expect(refusesPlainHttp(JSON.stringify({ Statement: statement }))).toBe(true);
    });

    it.each([
        ["allows", { Effect: "Allow" }],
        ["is for one user", { Principal: { AWS: "arn:aws:iam::123456789012:root" } }],
        ["is for reading alone", { Action: "s3:GetObject" }],
        ["refuses TLS", { Condition: { Bool: { "aws:SecureTransport": "true" } } }],
        ["has no condition", { Condition: undefined }],
    ])("takes no statement for it that %s", (_what, change) => {
        expect(refusesPlainHttp(JSON.stringify({ Statement: [{ ...statement, ...change }] }))).toBe(false);
    });
});
