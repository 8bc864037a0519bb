import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDoubles, type Doubles } from "../doubles";
import { Client } from "../testing/client";
import type { Properties } from "../wire/values";

const recordType = "aws:route53/record:Record";
const keyType = "aws:kms/key:Key";
const certificateType = "aws:acm/certificate:Certificate";

describe("what the AWS double refuses", () => {
    let doubles: Doubles;
    let east: Client;
    let west: Client;

    beforeAll(async () => {
        doubles = await startDoubles();
        east = await Client.connect(doubles, "aws", { region: "us-east-1" });
        west = await Client.connect(doubles, "aws", { region: "us-west-2" });
    });
    beforeEach(() => doubles.cloud.objects().forEach((object) => doubles.cloud.remove(object)));
    afterAll(async () => {
        east.close();
        west.close();
        await doubles.stop();
    });

    describe("of records", () => {
        let zoneId: string;
        let healthCheckId: string;
        const failover = (type: "PRIMARY" | "SECONDARY", more: Properties = {}) => ({
            zoneId,
            name: "failover.api.kgents.io",
            type: "A",
            ttl: 30,
            records: ["192.0.2.1"],
            setIdentifier: type.toLowerCase(),
            failoverRoutingPolicies: [{ type }],
            ...more,
        });
        const add = (inputs: Properties) => east.create(recordType, "record", inputs);

        beforeEach(async () => {
            zoneId = (await east.create("aws:route53/zone:Zone", "zone", { name: "kgents.io" })).id;
            healthCheckId = (
                await east.create("aws:route53/healthCheck:HealthCheck", "check", {
                    type: "HTTPS",
                    fqdn: "api.kgents.io",
                    requestInterval: 10,
                    failureThreshold: 3,
                })
            ).id;
        });

        it("takes a failover pair", async () => {
            await add(failover("PRIMARY", { healthCheckId }));
            expect((await add(failover("SECONDARY"))).properties.fqdn).toBe("failover.api.kgents.io");
        });

        it.each<[string, () => Properties, string]>([
            [
                "a PRIMARY without a health check",
                () => failover("PRIMARY"),
                "a PRIMARY failover record needs a health check",
            ],
            [
                "a health check that is not there",
                () => failover("PRIMARY", { healthCheckId: "gone" }),
                'health check "gone" does not exist',
            ],
            [
                "a record without TTL",
                () => failover("SECONDARY", { ttl: undefined }),
                "a record that is no alias needs a TTL",
            ],
            [
                "an alias with TTL",
                () =>
                    failover("SECONDARY", {
                        records: undefined,
                        aliases: [{ name: "x", zoneId: "Z1", evaluateTargetHealth: false }],
                    }),
                "an alias record has no TTL",
            ],
            [
                "neither records nor alias",
                () => failover("SECONDARY", { records: undefined }),
                "give either records or one alias",
            ],
            [
                "a policy without an identifier",
                () => failover("SECONDARY", { setIdentifier: undefined }),
                "a routing policy and setIdentifier go together",
            ],
            ["a zone that is not there", () => failover("SECONDARY", { zoneId: "Z0" }), "NoSuchHostedZone"],
        ])("refuses %s", async (_what, inputs, reason) => {
            await expect(add(inputs())).rejects.toThrow(reason);
        });

        it("refuses a failover record beside a simple one of the same name, and a second of its kind", async () => {
            const simple = await add({
                zoneId,
                name: "failover.api.kgents.io",
                type: "A",
                ttl: 300,
                records: ["192.0.2.9"],
            });
            await expect(add(failover("SECONDARY"))).rejects.toThrow(
                "exists as a simple record and cannot have routed ones beside it",
            );
            await east.delete(recordType, "record", simple);
            await add(failover("SECONDARY"));
            await expect(add(failover("SECONDARY", { setIdentifier: "third" }))).rejects.toThrow(
                "has a SECONDARY record already",
            );
        });

        it("refuses a second record unless it may overwrite", async () => {
            const simple = { zoneId, name: "api.kgents.io", type: "A", ttl: 300, records: ["192.0.2.9"] };
            await add(simple);
            await expect(add(simple)).rejects.toThrow("already exists");
            await expect(add({ ...simple, allowOverwrite: true })).resolves.toBeDefined();
            expect(doubles.cloud.ofType(recordType)).toHaveLength(1);
        });

        it("does not delete a check that a record follows, nor a zone with records", async () => {
            await add(failover("PRIMARY", { healthCheckId }));
            await expect(
                east.delete("aws:route53/healthCheck:HealthCheck", "check", { id: healthCheckId, properties: {} }),
            ).rejects.toThrow("HealthCheckInUse");
            await expect(east.delete("aws:route53/zone:Zone", "zone", { id: zoneId, properties: {} })).rejects.toThrow(
                "HostedZoneNotEmpty",
            );
        });

        it("issues a certificate in any region once its records are there", async () => {
            const names = {
                domainName: "api.kgents.io",
                subjectAlternativeNames: ["*.kgents.io"],
                validationMethod: "DNS",
            };
            const [first, second] = [
                await east.create(certificateType, "east", names),
                await west.create(certificateType, "west", names),
            ];
            expect(first.properties.domainValidationOptions).toEqual(second.properties.domainValidationOptions);
            const validation = { certificateArn: second.id };
            await expect(
                west.create("aws:acm/certificateValidation:CertificateValidation", "issued", validation),
            ).rejects.toThrow("stays PENDING_VALIDATION: no record _");
            for (const option of first.properties.domainValidationOptions) {
                await add({
                    zoneId,
                    name: option.resourceRecordName,
                    type: option.resourceRecordType,
                    ttl: 300,
                    records: [option.resourceRecordValue],
                });
            }
            await expect(
                west.create("aws:acm/certificateValidation:CertificateValidation", "issued", validation),
            ).resolves.toBeDefined();
        });
    });

    it("refuses a replica of a key that is not multi-Region, or in its own region", async () => {
        const single = await east.create(keyType, "single", {});
        const multi = await east.create(keyType, "multi", { multiRegion: true });
        const replica = "aws:kms/replicaKey:ReplicaKey";
        await expect(west.create(replica, "replica", { primaryKeyArn: single.properties.arn })).rejects.toThrow(
            "is not a multi-Region key",
        );
        await expect(east.create(replica, "replica", { primaryKeyArn: multi.properties.arn })).rejects.toThrow(
            "cannot be in its primary's region us-east-1",
        );
        expect((await west.create(replica, "replica", { primaryKeyArn: multi.properties.arn })).id).toBe(multi.id);
    });

    it("refuses networks that overlap: subnets, and VPCs that are to be peered", async () => {
        const vpc = "aws:ec2/vpc:Vpc";
        const [home, peer, twin] = [
            await east.create(vpc, "home", { cidrBlock: "10.10.0.0/16" }),
            await west.create(vpc, "peer", { cidrBlock: "10.20.0.0/16" }),
            await west.create(vpc, "twin", { cidrBlock: "10.10.0.0/24" }),
        ];
        const subnet = (cidrBlock: string, availabilityZone = "us-east-1a") =>
            east.create("aws:ec2/subnet:Subnet", cidrBlock, { vpcId: home.id, cidrBlock, availabilityZone });
        await subnet("10.10.0.0/20");
        await expect(subnet("10.10.1.0/24")).rejects.toThrow(
            "InvalidSubnet.Conflict: 10.10.1.0/24 overlaps 10.10.0.0/20",
        );
        await expect(subnet("10.11.0.0/24")).rejects.toThrow(
            "InvalidSubnet.Range: 10.11.0.0/24 is not inside the VPC's 10.10.0.0/16",
        );
        await expect(subnet("10.10.64.0/24", "us-west-2a")).rejects.toThrow("this account has us-east-1a");

        const peering = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection";
        await expect(
            east.create(peering, "twin", { vpcId: home.id, peerVpcId: twin.id, peerRegion: "us-west-2" }),
        ).rejects.toThrow("OverlappingCidrs");
        const asked = await east.create(peering, "peer", {
            vpcId: home.id,
            peerVpcId: peer.id,
            peerRegion: "us-west-2",
        });
        const accepter = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter";
        await expect(
            east.create(accepter, "peer", { vpcPeeringConnectionId: asked.id, autoAccept: true }),
        ).rejects.toThrow("does not await an answer in us-east-1");
        expect(
            (await west.create(accepter, "peer", { vpcPeeringConnectionId: asked.id, autoAccept: true })).properties,
        ).toMatchObject({
            acceptStatus: "active",
            vpcId: peer.id,
            peerRegion: "us-east-1",
        });
    });

    it("refuses words that EC2 does not take as a group's or a rule's", async () => {
        const { id: vpcId } = await east.create("aws:ec2/vpc:Vpc", "home", { cidrBlock: "10.10.0.0/16" });
        const group = (name: string, description: string) =>
            east.create("aws:ec2/securityGroup:SecurityGroup", name, { name, description, vpcId });
        const { id: securityGroupId } = await group("gateways", "NATS gateways: other VPCs, and nobody else");
        await expect(group("other", "the other regions' VPCs")).rejects.toThrow(
            'InvalidParameterValue: GroupDescription "the other regions\' VPCs"',
        );
        await expect(group("sg-other", "fine")).rejects.toThrow("cannot start with sg-");
        const rule = (description: string) =>
            east.create("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", description, {
                ...{
                    securityGroupId,
                    description,
                    ipProtocol: "tcp",
                    fromPort: 443,
                    toPort: 443,
                    cidrIpv4: "0.0.0.0/0",
                },
            });
        await expect(rule("AWS's endpoints")).rejects.toThrow('InvalidParameterValue: description "AWS\'s endpoints"');
        await expect(rule("Endpoints of AWS")).resolves.toBeDefined();
    });

    it("refuses a balancer with two subnets in a zone, and one for the internet in a VPC that has no way to it", async () => {
        const { id: vpcId } = await east.create("aws:ec2/vpc:Vpc", "home", { cidrBlock: "10.10.0.0/16" });
        const subnet = async (number: number, zone: string) =>
            (
                await east.create("aws:ec2/subnet:Subnet", `s${number}`, {
                    vpcId,
                    cidrBlock: `10.10.${number}.0/24`,
                    availabilityZone: `us-east-1${zone}`,
                })
            ).id;
        const [a, alsoA, b] = [await subnet(0, "a"), await subnet(1, "a"), await subnet(2, "b")];
        const balancer = (name: string, subnets: string[], internal: boolean) =>
            east.create("aws:lb/loadBalancer:LoadBalancer", name, {
                name,
                subnets,
                internal,
                loadBalancerType: "network",
            });
        await expect(balancer("twice", [a, alsoA, b], true)).rejects.toThrow(
            "multiple subnets in the same Availability Zone",
        );
        await expect(balancer("public", [a, b], false)).rejects.toThrow(
            `InvalidSubnet: VPC ${vpcId} has no internet gateway`,
        );
        await expect(balancer("private", [a, b], true)).resolves.toBeDefined();
        await east.create("aws:ec2/internetGateway:InternetGateway", "internet", { vpcId });
        await expect(balancer("public", [a, b], false)).resolves.toBeDefined();
    });

    it("takes a flow log", async () => {
        const { id: vpcId } = await east.create("aws:ec2/vpc:Vpc", "home", { cidrBlock: "10.10.0.0/16" });
        const role = await east.create("aws:iam/role:Role", "logs", {
            name: "logs",
            assumeRolePolicy: JSON.stringify({
                Version: "2012-10-17",
                Statement: [
                    {
                        Effect: "Allow",
                        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
                        Action: "sts:AssumeRole",
                    },
                ],
            }),
        });
        const log = {
            vpcId,
            trafficType: "ALL",
            logDestination: "arn:aws:logs:us-east-1:123456789012:log-group:/flow",
            iamRoleArn: role.properties.arn,
        };
        await expect(east.create("aws:ec2/flowLog:FlowLog", "flow", log)).resolves.toBeDefined();
    });

    it("refuses a table of strong consistency without a third region, and an alarm where its metric never is", async () => {
        const table = {
            name: "keys",
            hashKey: "id",
            attributes: [{ name: "id", type: "S" }],
            billingMode: "PAY_PER_REQUEST",
            replicas: [{ regionName: "us-west-2", consistencyMode: "STRONG" }],
        };
        await expect(east.create("aws:dynamodb/table:Table", "keys", table)).rejects.toThrow(
            "strong consistency needs three replicas, or two and a witness; found 2",
        );
        await expect(
            east.create("aws:dynamodb/table:Table", "keys", {
                ...table,
                globalTableWitness: { regionName: "us-east-2" },
            }),
        ).resolves.toBeDefined();
        const alarm = {
            name: "pair",
            comparisonOperator: "LessThanThreshold",
            evaluationPeriods: 1,
            namespace: "AWS/Route53",
            metricName: "HealthCheckStatus",
            threshold: 1,
            period: 60,
            statistic: "Minimum",
        };
        await expect(west.create("aws:cloudwatch/metricAlarm:MetricAlarm", "pair", alarm)).rejects.toThrow(
            "the metrics exist in us-east-1 only",
        );
        await expect(east.create("aws:cloudwatch/metricAlarm:MetricAlarm", "pair", alarm)).resolves.toBeDefined();
    });

    it("answers a policy document as JSON that AWS takes", async () => {
        const { json } = await east.invoke("aws:iam/getPolicyDocument:getPolicyDocument", {
            statements: [
                {
                    sid: "Write",
                    actions: ["s3:PutObject"],
                    resources: ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"],
                    principals: [{ type: "AWS", identifiers: ["*"] }],
                    conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["true"] }],
                },
            ],
        });
        expect(JSON.parse(json)).toEqual({
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "Write",
                    Effect: "Allow",
                    Principal: { AWS: "*" },
                    Action: "s3:PutObject",
                    Resource: ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"],
                    Condition: { Bool: { "aws:SecureTransport": "true" } },
                },
            ],
        });
    });

    it("refuses the credentials of an account that the program does not allow", async () => {
        await expect(
            Client.connect(doubles, "aws", {
                region: "us-east-1",
                allowedAccountIds: JSON.stringify(["111122223333"]),
            }),
        ).rejects.toThrow("AWS account ID not allowed: 123456789012; allowedAccountIds: 111122223333");
    });
});
