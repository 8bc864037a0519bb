import { describe, expect, it } from "vitest";
import { record } from "../testing/record";
import { lookUpAccountPublicAccess, StopLatch, type StopLatchArgs } from "./stopLatch";
import { latchPolicy, saysThatNothingIsBlocked, validateStopLatch } from "./stopLatchRules";

const open = { blockPublicPolicy: false, restrictPublicBuckets: false };
const args: StopLatchArgs = {
    bucketName: "atlas-stop-latch",
    region: "eu-west-1",
    primaryRegion: "eu-central-1",
    accountPublicAccess: open,
};

describe("validateStopLatch", () => {
    it("wants another region than the primary's, and a bucket name without dots", () => {
        expect(validateStopLatch(args)).toEqual([]);
        expect(validateStopLatch({ ...args, region: "eu-central-1", bucketName: "atlas.latch" })).toEqual([
            'region is "eu-central-1", the primary region: the latch has to be writable while that region is gone; use the standby\'s region',
            'bucketName is "atlas.latch"; allowed are 3 to 63 lower-case letters, digits and hyphens, no dots',
        ]);
    });
});

describe("latchPolicy", () => {
    it("opens exactly one object to everyone, over TLS, and keeps every other key out", () => {
        const { Statement } = JSON.parse(latchPolicy("arn:aws:s3:::b"));
        const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === "Allow");
        expect(allowed).toEqual([
            {
                Sid: "CheckersReadTheLatch",
                Effect: "Allow",
                Principal: "*",
                Action: "s3:GetObject",
                Resource: "arn:aws:s3:::b/STOP",
            },
        ]);
        expect(Statement.filter(({ Effect }: { Effect: string }) => Effect === "Deny")).toEqual([
            expect.objectContaining({ Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
            expect.objectContaining({ Action: "s3:PutObject", NotResource: "arn:aws:s3:::b/STOP" }),
        ]);
    });
});

describe("StopLatch", () => {
    it("makes one protected bucket whose policy alone may be public", async () => {
        const recording = await record(() => new StopLatch("latch", args));
        expect(recording.children).toEqual([
            "aws:s3/bucket:Bucket latch-bucket",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls latch-ownership",
            "aws:s3/bucketPolicy:BucketPolicy latch-policy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock latch-public-access",
            "aws:s3/bucketVersioning:BucketVersioning latch-versioning",
            "drkit:index:StopLatch latch",
        ]);
        // A public policy before this is refused.
        expect(recording.dependencies("aws:s3/bucketPolicy:BucketPolicy")).toContain(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock latch-public-access",
        );
        expect(recording.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs).toEqual({
            bucket: "latch-bucket-id",
            blockPublicAcls: true,
            ignorePublicAcls: true,
            blockPublicPolicy: false,
            restrictPublicBuckets: false,
        });
        expect(recording.one("aws:s3/bucket:Bucket").inputs).toEqual({
            bucket: "atlas-stop-latch",
            forceDestroy: false,
            tags: { Purpose: "stop-latch" },
        });
    });

    it("fails if the account blocks public buckets, because the checkers could not see the latch", async () => {
        const blocked = record(
            () => new StopLatch("latch", { ...args, accountPublicAccess: { ...open, restrictPublicBuckets: true } }),
        );
        await expect(blocked).rejects.toThrow(
            "restrictPublicBuckets = true, so Route 53's checkers could never see the latch",
        );
    });
});

describe("lookUpAccountPublicAccess", () => {
    it("asks the account", async () => {
        const lookUp = "aws:s3/getAccountPublicAccessBlock:getAccountPublicAccessBlock";
        let found: unknown;
        await record(
            async () => {
                found = await lookUpAccountPublicAccess();
            },
            { invokes: { [lookUp]: () => open } },
        );
        expect(found).toMatchObject(open);
    });

    it.each([
        ["reading S3 Account Public Access Block (123456789012): couldn't find resource", true],
        ["NoSuchPublicAccessBlockConfiguration: The public access block configuration was not found", true],
        ["reading S3 Account Public Access Block (123456789012): AccessDenied", false],
    ])("takes the answer '%s' for an account that never set a block: %s", (words, expected) => {
        expect(saysThatNothingIsBlocked(new Error(words))).toBe(expected);
    });
});
