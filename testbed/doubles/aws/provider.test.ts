import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDoubles, type Doubles } from "../doubles";
import { Sdk } from "../model/sdk";
import { Client } from "../testing/client";
import { Secret, Unknown, unknown } from "../wire/values";
import { awsInvokes, awsResources, fileOf } from "./provider";

const bucket = "aws:s3/bucket:Bucket";
const versioning = "aws:s3/bucketVersioning:BucketVersioning";

describe("the AWS double", () => {
    let doubles: Doubles;
    let east: Client;
    let west: Client;

    beforeAll(async () => {
        doubles = await startDoubles();
        const defaultTags = JSON.stringify({ tags: { Project: "kgents", Stack: "primary" } });
        east = await Client.connect(doubles, "aws", { region: "us-east-1", defaultTags });
        west = await Client.connect(doubles, "aws", { region: "us-west-2" });
    });
    beforeEach(() => doubles.cloud.objects().forEach((object) => doubles.cloud.remove(object)));
    afterAll(async () => {
        east.close();
        west.close();
        await doubles.stop();
    });

    it("answers with the SDK's version", async () => {
        expect(await east.version()).toMatch(/^7\./);
    });

    it("keeps two providers apart that dial the same address", async () => {
        const made = [await east.create("aws:kms/key:Key", "key", {}), await west.create("aws:kms/key:Key", "key", {})];
        expect(made.map(({ properties }) => String(properties.arn).split(":")[3])).toEqual(["us-east-1", "us-west-2"]);
        expect(made.map(({ properties }) => properties.region)).toEqual(["us-east-1", "us-west-2"]);
    });

    it("knows in a preview what was given, and nothing that AWS makes up", async () => {
        const { id, properties } = await east.create(bucket, "backup", { bucket: "kgents-backup" }, { preview: true });
        expect(id).toBe("");
        expect(properties.bucket).toBe("kgents-backup");
        expect(properties.region).toBe("us-east-1");
        expect(properties.arn).toBeInstanceOf(Unknown);
        expect(doubles.cloud.objects()).toEqual([]);
    });

    it("merges the provider's tags under the resource's own", async () => {
        const { inputs, properties } = await east.create(bucket, "backup", {
            bucket: "kgents-backup",
            tags: { Stack: "mine", Name: "backup" },
        });
        const tags = { Project: "kgents", Stack: "mine", Name: "backup" };
        expect(inputs.tags).toEqual(tags);
        expect(properties).toMatchObject({ tags, tagsAll: tags });
    });

    it("leaves tags away where the provider has none", async () => {
        expect((await west.create(bucket, "backup", { bucket: "kgents-backup" })).inputs.tags).toBeUndefined();
    });

    it("makes up a name only where none is given, and keeps it", async () => {
        const first = await east.check(bucket, "backup", {});
        expect(first.bucket).toMatch(/^backup-[0-9a-f]{7}$/);
        expect(await east.check(bucket, "backup", {}, first)).toEqual(first);
        expect((await east.check(bucket, "backup", { bucket: "mine" })).bucket).toBe("mine");
        expect((await east.check(bucket, "backup", { bucketPrefix: "mine-" })).bucket).toBeUndefined();
    });

    it("refuses a second bucket of a name in any region, and a second role only by its name", async () => {
        await east.create(bucket, "one", { bucket: "kgents-backup" });
        await expect(west.create(bucket, "two", { bucket: "kgents-backup" })).rejects.toThrow(
            'BucketAlreadyExists: aws:s3/bucket:Bucket "kgents-backup" already exists (in all accounts and regions)',
        );
        const role = { name: "writer", assumeRolePolicy: JSON.stringify({ Statement: [] }) };
        await east.create("aws:iam/role:Role", "writer", role);
        await expect(west.create("aws:iam/role:Role", "writer", role)).rejects.toThrow("EntityAlreadyExists");
        const topic = { name: "pager" };
        await east.create("aws:sns/topic:Topic", "pager", topic);
        await expect(west.create("aws:sns/topic:Topic", "pager", topic)).resolves.toBeDefined();
    });

    it("refuses the setting of a bucket of another region", async () => {
        await east.create(bucket, "backup", { bucket: "kgents-backup" });
        const settings = { bucket: "kgents-backup", versioningConfiguration: { status: "Enabled" } };
        await expect(west.create(versioning, "backup", settings)).rejects.toThrow(
            'PermanentRedirect: bucket names aws:s3/bucket:Bucket "kgents-backup", which is in us-east-1, not in us-west-2',
        );
        await expect(east.create(versioning, "other", { ...settings, bucket: "absent" })).rejects.toThrow(
            "NoSuchBucket: bucket names",
        );
        await expect(east.create(versioning, "backup", settings)).resolves.toMatchObject({ id: "kgents-backup" });
    });

    it("refuses properties that the SDK does not know, at any depth", async () => {
        await expect(
            east.check(versioning, "backup", {
                bucket: "b",
                versioningConfiguration: { statuss: "Enabled" },
                versioned: true,
            }),
        ).rejects.toThrow(
            "versioned: unknown property; known are: bucket, expectedBucketOwner, mfa, region, versioningConfiguration; " +
                "versioningConfiguration.statuss: unknown property; known are: mfaDelete, status; " +
                "versioningConfiguration.status: missing required property",
        );
    });

    it("names the file for a type or function that is not modelled", async () => {
        await expect(east.check("aws:redshift/cluster:Cluster", "one", {})).rejects.toThrow(
            "aws:redshift/cluster:Cluster is not modelled by the aws double: add an entry to testbed/doubles/aws/redshift.ts",
        );
        await expect(east.invoke("aws:lb/getHostedZoneId:getHostedZoneId")).rejects.toThrow(
            "add it to testbed/doubles/aws/loadBalancing.ts",
        );
    });

    it("keeps a secret input secret in the outputs, and whatever repeats it", async () => {
        const { properties } = await east.create("aws:ssm/parameter:Parameter", "token", {
            name: "/token",
            type: "SecureString",
            value: new Secret("correct horse"),
        });
        expect(properties.value).toEqual(new Secret("correct horse"));
        const role = await east.create("aws:iam/role:Role", "role", {
            name: new Secret("hidden-name"),
            assumeRolePolicy: JSON.stringify({ Statement: [] }),
        });
        expect(role.properties.arn).toBeInstanceOf(Secret);
        const read = await east.read("aws:ssm/parameter:Parameter", "/token");
        expect(read?.properties.value).toBeInstanceOf(Secret);
    });

    it("says which changes need a new resource", async () => {
        const made = await east.create(bucket, "backup", { bucket: "kgents-backup", tags: { Name: "a" } });
        expect(
            await east.diff(bucket, "backup", made.id, made.inputs, { bucket: "kgents-backup", tags: { Name: "b" } }),
        ).toEqual({
            changed: ["tags.Name"],
            replaces: [],
            deleteBeforeReplace: false,
        });
        expect(
            await east.diff(bucket, "backup", made.id, made.inputs, { bucket: "other", tags: { Name: "a" } }),
        ).toEqual({
            changed: ["bucket"],
            replaces: ["bucket"],
            deleteBeforeReplace: false,
        });
        const moved = await east.diff(bucket, "backup", made.id, made.inputs, {
            bucket: "kgents-backup",
            region: "us-west-2",
            tags: { Name: "a" },
        });
        expect(moved).toEqual({ changed: ["region"], replaces: ["region"], deleteBeforeReplace: true });
    });

    it("counts a value not known yet as a change", async () => {
        const made = await east.create(bucket, "backup", { bucket: "kgents-backup" });
        expect((await east.diff(bucket, "backup", made.id, made.inputs, { bucket: unknown })).replaces).toEqual([
            "bucket",
        ]);
    });

    it("keeps what it made up through an update", async () => {
        const cluster = await seedCluster();
        const updated = await east.update("aws:eks/cluster:Cluster", "cluster", cluster, {
            ...cluster.inputs,
            version: "1.36",
        });
        expect(updated).toMatchObject({
            version: "1.36",
            endpoint: cluster.properties.endpoint,
            arn: cluster.properties.arn,
        });
    });

    it("gives a cluster that is made again another endpoint", async () => {
        const first = await seedCluster();
        await east.delete("aws:eks/cluster:Cluster", "cluster", first);
        const second = await seedCluster();
        expect(second.properties.endpoint).not.toBe(first.properties.endpoint);
    });

    it("does not delete what others need", async () => {
        const vpc = await east.create("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.10.0.0/16" });
        const subnet = await east.create("aws:ec2/subnet:Subnet", "subnet", {
            vpcId: vpc.id,
            cidrBlock: "10.10.1.0/24",
        });
        await expect(east.delete("aws:ec2/vpc:Vpc", "vpc", vpc)).rejects.toThrow(
            `DependencyViolation: aws:ec2/vpc:Vpc "${vpc.id}" cannot be deleted while these use it: aws:ec2/subnet:Subnet "${subnet.id}"`,
        );
        await east.delete("aws:ec2/subnet:Subnet", "subnet", subnet);
        await east.delete("aws:ec2/vpc:Vpc", "vpc", vpc);
        expect(doubles.cloud.objects()).toEqual([]);
    });

    it("does not take something that names nothing for a holder", async () => {
        const vpc = await east.create("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.10.0.0/16" });
        const subnet = await east.create("aws:ec2/subnet:Subnet", "subnet", {
            vpcId: vpc.id,
            cidrBlock: "10.10.1.0/24",
        });
        await east.create("aws:lb/loadBalancer:LoadBalancer", "balancer", { name: "kong" });
        await expect(east.delete("aws:ec2/subnet:Subnet", "subnet", subnet)).resolves.toBeUndefined();
    });

    it("lets a deletion succeed that has nothing to delete", async () => {
        await expect(
            east.delete(bucket, "gone", { id: "gone", properties: { bucket: "gone" } }),
        ).resolves.toBeUndefined();
        expect(await east.read(bucket, "gone")).toBeUndefined();
    });

    it("has every type and function of its tables in the SDK, and their inputs", () => {
        const sdk = new Sdk("@pulumi/aws");
        const unknownTypes = Object.keys(awsResources).filter((token) => sdk.resource(token) === undefined);
        expect(unknownTypes).toEqual([]);
        const unknownInputs = Object.entries(awsResources).flatMap(([token, model]) => {
            const inputs = [
                model.autoname ?? [],
                Object.keys(model.defaults ?? {}),
                model.replaceOn ?? [],
                Object.keys(model.references ?? {}),
            ].flat();
            const known = sdk.resource(token)!.inputs;
            return inputs
                .map((path) => path.split(".")[0]!)
                .filter((name) => name !== "*" && !known.has(name))
                .map((name) => `${token} ${name}`);
        });
        expect(unknownInputs).toEqual([]);
        expect(Object.keys(awsInvokes).every((token) => /^aws:\w+\/get\w+:get\w+$/.test(token))).toBe(true);
    });

    it("knows the file of every service", () => {
        expect(fileOf("aws:secretsmanager/secret:Secret")).toBe("testbed/doubles/aws/data.ts");
        expect(fileOf("aws:kms/key:Key")).toBe("testbed/doubles/aws/kms.ts");
    });

    async function seedCluster() {
        const role =
            (await east.read("aws:iam/role:Role", "eks")) ??
            (await east.create("aws:iam/role:Role", "eks", {
                name: "eks",
                assumeRolePolicy: JSON.stringify({ Statement: [] }),
            }));
        return east.create("aws:eks/cluster:Cluster", "cluster", {
            name: "kgents",
            roleArn: role.properties.arn,
            version: "1.35",
            vpcConfig: { subnetIds: [] },
        });
    }
});
