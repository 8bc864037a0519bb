import { describe, expect, it } from "vitest";
import {
    ImageReplication,
    ReplicatedRepositories,
    validateImageReplication,
    type ImageReplicationArgs,
} from "./imageReplication";
import { record } from "../testing/record";

const args: ImageReplicationArgs = {
    region: "eu-central-1",
    targetRegion: "eu-west-1",
    repositoryPrefixes: ["atlas/"],
};
const invokes = { "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }) };

describe("ImageReplication", () => {
    it("copies the account's images of the prefixes to the other region", async () => {
        const recording = await record(() => new ImageReplication("images", args), { invokes });
        expect(recording.children).toEqual([
            "aws:ecr/replicationConfiguration:ReplicationConfiguration images-configuration",
            "drkit:index:ImageReplication images",
        ]);
        expect(recording.one("aws:ecr/replicationConfiguration:ReplicationConfiguration").inputs).toEqual({
            replicationConfiguration: {
                rules: [
                    {
                        destinations: [{ region: "eu-west-1", registryId: "123456789012" }],
                        repositoryFilters: [{ filter: "atlas/", filterType: "PREFIX_MATCH" }],
                    },
                ],
            },
        });
    });

    it.each<[string, Partial<ImageReplicationArgs>, string]>([
        [
            "its own region as target",
            { targetRegion: "eu-central-1" },
            "targetRegion: eu-central-1 is the registry's own region",
        ],
        [
            "no prefix, which would copy everything",
            { repositoryPrefixes: [] },
            "repositoryPrefixes: 0 found; allowed are 1 to 100",
        ],
        [
            "a prefix that is no folder",
            { repositoryPrefixes: ["atlas"] },
            'repositoryPrefixes: "atlas" found; allowed are folders',
        ],
        ["an empty prefix", { repositoryPrefixes: [""] }, 'repositoryPrefixes: "" found'],
        ["capitals", { repositoryPrefixes: ["Kgents/"] }, 'repositoryPrefixes: "Kgents/" found'],
    ])("refuses %s", async (_, more, message) => {
        expect(validateImageReplication({ ...args, ...more })).toEqual([expect.stringContaining(message)]);
        await expect(record(() => new ImageReplication("images", { ...args, ...more }), { invokes })).rejects.toThrow(
            message,
        );
    });
});

describe("ReplicatedRepositories", () => {
    it("gives each folder of copies a lifecycle, and tags that follow the origin's", async () => {
        const recording = await record(
            () => new ReplicatedRepositories("copies", { repositoryPrefixes: ["atlas/", "atlas/tools/"] }),
        );
        expect(recording.children).toEqual([
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate copies-atlas",
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate copies-atlas-tools",
            "drkit:index:ReplicatedRepositories copies",
        ]);
        const { lifecyclePolicy, ...inputs } = recording.one(
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
            "copies-atlas-tools",
        ).inputs;
        expect(inputs).toEqual({
            prefix: "atlas/tools",
            description: "Copies of the primary region's images",
            appliedFors: ["REPLICATION"],
            imageTagMutability: "MUTABLE",
            encryptionConfigurations: [{ encryptionType: "AES256" }],
        });
        expect(JSON.parse(lifecyclePolicy).rules[0].selection).toEqual({
            tagStatus: "untagged",
            countType: "sinceImagePushed",
            countUnit: "days",
            countNumber: 14,
        });
    });
});
