import { describe, expect, it } from "vitest";
import { parseExport, pendingOperations } from "./parseExport";
import { secretSignature, signatureKey } from "./secrets";

const stackUrn = "urn:pulumi:dr::fixture::pulumi:pulumi:Stack::fixture-dr";
const bucketUrn = "urn:pulumi:dr::fixture::drkit:index:BackupBucket$aws:s3/bucket:Bucket::backup-nats::objects";

const raw = {
    version: 3,
    deployment: {
        resources: [
            { urn: stackUrn, type: "pulumi:pulumi:Stack", custom: false, outputs: { phase: 11 } },
            {
                urn: bucketUrn,
                type: "aws:s3/bucket:Bucket",
                custom: true,
                id: "drkit-backup",
                parent: stackUrn,
                protect: true,
                dependencies: [stackUrn],
                provider: "urn::provider::1",
                inputs: {
                    bucket: "drkit-backup",
                    key: { [signatureKey]: secretSignature, plaintext: '{"id":"abc"}' },
                },
                outputs: {
                    arn: "arn:aws:s3:::drkit-backup",
                    token: { [signatureKey]: secretSignature, ciphertext: "v1:x" },
                },
            },
            { urn: bucketUrn, type: "aws:s3/bucket:Bucket", custom: true, id: "former", delete: true },
        ],
        pending_operations: [
            {
                type: "creating",
                resource: {
                    urn: `${bucketUrn}-2`,
                    type: "aws:s3/bucket:Bucket",
                    custom: true,
                    inputs: { bucket: "second" },
                },
            },
        ],
    },
};

describe("parseExport", () => {
    it("reads every resource with its name, id, parent, protection and dependencies", () => {
        expect(parseExport("dr", raw).one("aws:s3/bucket:Bucket")).toEqual({
            urn: bucketUrn,
            type: "aws:s3/bucket:Bucket",
            name: "backup-nats::objects",
            custom: true,
            id: "drkit-backup",
            parent: stackUrn,
            provider: "urn::provider::1",
            protect: true,
            dependencies: [stackUrn],
            inputs: { bucket: "drkit-backup", key: { id: "abc" } },
            outputs: { arn: "arn:aws:s3:::drkit-backup", token: "[secret]" },
        });
    });

    it("leaves out the former half of a replacement that is still to be deleted", () => {
        expect(parseExport("dr", raw).resources.map(({ id }) => id)).toEqual([undefined, "drkit-backup"]);
    });

    it("gives the stack's outputs", () => {
        expect(parseExport("dr", raw).outputs).toEqual({ phase: 11 });
    });

    it("takes a stack that was never updated for an empty one", () => {
        expect(parseExport("dr", { version: 3, deployment: {} }).resources).toEqual([]);
    });

    it.each([
        ["half a file", "{", 'an export of the engine has "version" and "deployment"; found "{"'],
        ["nothing", undefined, 'an export of the engine has "version" and "deployment"; found nothing'],
        [
            "resources that are no list",
            { deployment: { resources: {} } },
            '"deployment.resources" of an export is a list; found {}',
        ],
    ])("refuses %s and says what it found", (_, value, message) => {
        expect(() => parseExport("dr", value)).toThrow(message);
    });
});

describe("pendingOperations", () => {
    it("names each step that a killed run left open", () => {
        expect(pendingOperations(raw)).toEqual([
            {
                operation: "creating",
                urn: `${bucketUrn}-2`,
                type: "aws:s3/bucket:Bucket",
                inputs: { bucket: "second" },
            },
        ]);
    });

    it("finds none where none are", () => {
        expect(pendingOperations({ version: 3, deployment: {} })).toEqual([]);
    });
});
