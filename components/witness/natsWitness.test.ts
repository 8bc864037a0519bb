import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { gatewayEndpoints } from "../gateways/gatewayAddresses";
import { NatsWitness, type NatsWitnessArgs } from "./natsWitness";
import { natsWitnessConf, witnessConfOf } from "./natsWitnessConfig";
import { NatsWitnessNetwork, witnessAddress } from "./natsWitnessNetwork";
import { memberVersion, validateNatsWitness, type NatsWitnessPlan } from "./natsWitnessRules";
import { refusedDescriptions } from "../testing/ec2Text";
import { record } from "../testing/record";

const { primary, dr, witness } = fixtureSystem.regions;
const peer = (region: typeof primary) => ({
    region: region.name,
    cidr: region.vpcCidr,
    ports: gatewayEndpoints(fixtureSystem, region).map(({ port }) => port),
});

const plan: NatsWitnessPlan = {
    region: witness.name,
    cidr: witness.vpcCidr,
    peers: [peer(primary), peer(dr)],
    server: { version: "2.14.9", sha256: "a".repeat(64) },
};
const args: NatsWitnessArgs = {
    ...plan,
    witnessName: "atlas-witness",
    vpcId: "vpc-1",
    subnetId: "subnet-1",
    zone: "eu-west-3a",
    conf: natsWitnessConf(fixtureSystem),
    certificateSecret: "atlas/nats-gateway/euw3",
    notify: ["arn:aws:sns:eu-west-3:123456789012:atlas-backup"],
};
const invokes = {
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
    "aws:ssm/getParameter:getParameter": (inputs: Record<string, any>) => ({
        value: `ami-of-${String(inputs["name"]).split("/").at(-1)}`,
    }),
    "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({ names: ["eu-west-3a", "eu-west-3b"] }),
};
const build = (more: Partial<NatsWitnessArgs> = {}) =>
    record(() => new NatsWitness("witness", { ...args, ...more }), { invokes });

describe("NatsWitness", () => {
    it("is a server, a disk of its own, a role, a closed security group and an alarm", async () => {
        expect((await build()).children).toEqual([
            "aws:cloudwatch/metricAlarm:MetricAlarm witness-status",
            "aws:ebs/volume:Volume witness-disk",
            "aws:ec2/instance:Instance witness-server",
            "aws:ec2/securityGroup:SecurityGroup witness-server",
            "aws:ec2/volumeAttachment:VolumeAttachment witness-disk",
            "aws:iam/instanceProfile:InstanceProfile witness-profile",
            "aws:iam/role:Role witness-role",
            "aws:iam/rolePolicy:RolePolicy witness-policy",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule witness-https",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule witness-to-eu-central-1",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule witness-to-eu-west-1",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule witness-from-eu-central-1",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule witness-from-eu-west-1",
            "drkit:index:NatsWitness witness",
        ]);
    });

    it("boots with the right to read its certificate", async () => {
        expect((await build()).dependencies("aws:ec2/instance:Instance")).toContain(
            "aws:iam/rolePolicy:RolePolicy witness-policy",
        );
    });

    it("describes its security groups in words that EC2 takes", async () => {
        expect(refusedDescriptions(await build())).toEqual([]);
    });

    it("has an encrypted disk that is attached by a resource of its own and given back in order", async () => {
        const recording = await build();
        expect(recording.one("aws:ebs/volume:Volume").inputs).toEqual({
            availabilityZone: "eu-west-3a",
            type: "gp3",
            size: 20,
            encrypted: true,
            tags: { Name: "atlas-witness-disk" },
        });
        expect(recording.one("aws:ec2/volumeAttachment:VolumeAttachment").inputs).toEqual({
            deviceName: "/dev/sdf",
            volumeId: "witness-disk-id",
            instanceId: "witness-server-id",
            stopInstanceBeforeDetaching: true,
        });
    });

    it("is replaced when its boot script changes, wants signed requests to its metadata, and keeps its address", async () => {
        const { userData, ...inputs } = (await build()).one("aws:ec2/instance:Instance").inputs;
        expect(inputs).toEqual({
            ami: "ami-of-al2023-ami-kernel-default-arm64",
            instanceType: "t4g.micro",
            subnetId: "subnet-1",
            privateIp: "10.60.0.10",
            associatePublicIpAddress: true,
            vpcSecurityGroupIds: ["witness-server-id"],
            iamInstanceProfile: "atlas-witness",
            metadataOptions: { httpTokens: "required", httpEndpoint: "enabled", httpPutResponseHopLimit: 1 },
            rootBlockDevice: { volumeType: "gp3", volumeSize: 8, encrypted: true },
            maintenanceOptions: { autoRecovery: "default" },
            userDataReplaceOnChange: true,
            tags: { Name: "atlas-witness" },
        });
        expect(userData).toContain("export VOLUME_ID=witness-disk-id\n");
    });

    it("has an alarm on the instance that is there now, which goes off as well when there is none", async () => {
        const { alarmDescription, ...alarm } = (await build()).one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs;
        expect(alarm).toEqual({
            name: "atlas-witness-status",
            namespace: "AWS/EC2",
            metricName: "StatusCheckFailed",
            dimensions: { InstanceId: "witness-server-id" },
            statistic: "Maximum",
            period: 60,
            evaluationPeriods: 5,
            datapointsToAlarm: 5,
            comparisonOperator: "GreaterThanThreshold",
            threshold: 0,
            treatMissingData: "breaching",
            alarmActions: ["arn:aws:sns:eu-west-3:123456789012:atlas-backup"],
            okActions: ["arn:aws:sns:eu-west-3:123456789012:atlas-backup"],
        });
        expect(alarmDescription).toContain("docs/runbook-witness.md");
    });

    it("boots with the configuration that it was given", async () => {
        const { userData } = (await build()).one("aws:ec2/instance:Instance").inputs;
        expect(witnessConfOf(userData)).toEqual(natsWitnessConf(fixtureSystem));
    });

    it("lets in the two regions on the gateway's port and goes out to them and to HTTPS", async () => {
        const recording = await build();
        const rules = recording.resources
            .filter(({ type }) => type.startsWith("aws:vpc/"))
            .map(
                ({ type, inputs }) =>
                    `${type.includes("Ingress") ? "in" : "out"} ${inputs["ipProtocol"]} ${inputs["fromPort"]}-${inputs["toPort"]} ${inputs["cidrIpv4"]}`,
            );
        expect(rules.sort()).toEqual([
            "in tcp 7222-7222 10.40.0.0/16",
            "in tcp 7222-7222 10.50.0.0/16",
            "out tcp 443-443 0.0.0.0/0",
            "out tcp 7220-7224 10.40.0.0/16",
            "out tcp 7220-7224 10.50.0.0/16",
        ]);
        const group = recording.one("aws:ec2/securityGroup:SecurityGroup").inputs;
        expect([group["ingress"], group["egress"]]).toEqual([undefined, undefined]);
    });

    it("may read its own certificate and be reached by Session Manager, no more", async () => {
        const { policy } = (await build()).one("aws:iam/rolePolicy:RolePolicy").inputs;
        const [certificate, managed] = JSON.parse(policy).Statement;
        expect(certificate).toEqual({
            Sid: "ReadCertificate",
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            Resource: "arn:aws:secretsmanager:eu-west-3:123456789012:secret:atlas/nats-gateway/euw3-??????",
        });
        expect(managed.Action).not.toContain("ssm:GetParameter");
        expect(JSON.parse(policy).Statement).toHaveLength(2);
    });

    it("fails with everything that is wrong before anything is registered", async () => {
        await expect(build({ region: "eu-west-1", server: { version: "2.14.6", sha256: "" } })).rejects.toThrow(
            /witness: witness in eu-west-1:\n- region: eu-west-1 is that of a member.*\n- server\.version: "2\.14\.6" found.*\n- server\.sha256: "" found/,
        );
    });
});

describe("validateNatsWitness", () => {
    it("finds nothing wrong with the profile's witness", () => {
        expect(validateNatsWitness(plan)).toEqual([]);
        expect(plan.server.version).toBe(memberVersion);
    });

    it.each<[string, Partial<NatsWitnessPlan>, string]>([
        ["the primary's region", { region: "eu-central-1" }, "region: eu-central-1 is that of a member"],
        ["one region", { peers: [peer(primary)] }, "peers: 1 found; a witness stands between two regions"],
        [
            "a region without listeners",
            { peers: [peer(primary), { ...peer(dr), ports: [] }] },
            "peers.eu-west-1.ports: empty",
        ],
        [
            "an overlap with a region",
            { cidr: "10.50.0.0/24" },
            "cidr of eu-west-3: 10.50.0.0/24 overlaps 10.50.0.0/16 of eu-west-1",
        ],
        [
            "an older server",
            { server: { ...plan.server, version: "2.12.15" } },
            'server.version: "2.12.15" found; allowed are versions from 2.14.7',
        ],
        [
            "a checksum that is none",
            { server: { ...plan.server, sha256: "A".repeat(64) } },
            "nats-server-v2.14.9-linux-arm64.tar.gz: take it from https://github.com/nats-io/nats-server/releases/download/v2.14.9/SHA256SUMS",
        ],
        [
            "an instance of another kind",
            { instanceType: "t3.micro" as never },
            'instanceType: "t3.micro" found; allowed are t4g.nano, t4g.micro, t4g.small',
        ],
    ])("refuses %s", (_, more, message) => {
        expect(validateNatsWitness({ ...plan, ...more })).toEqual([expect.stringContaining(message)]);
    });
});

describe("NatsWitnessNetwork", () => {
    const network = () =>
        record(
            () =>
                new NatsWitnessNetwork("network", {
                    networkName: "atlas-witness",
                    region: "eu-west-3",
                    cidr: "10.60.0.0/24",
                }),
            { invokes },
        );

    it("is one subnet with a way out, and no NAT", async () => {
        const recording = await network();
        expect(recording.children).toEqual([
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup network-closed",
            "aws:ec2/internetGateway:InternetGateway network-internet",
            "aws:ec2/route:Route network-internet",
            "aws:ec2/routeTable:RouteTable network-routes",
            "aws:ec2/routeTableAssociation:RouteTableAssociation network-routes",
            "aws:ec2/subnet:Subnet network-subnet",
            "aws:ec2/vpc:Vpc network-vpc",
            "drkit:index:NatsWitnessNetwork network",
        ]);
        expect(recording.one("aws:ec2/subnet:Subnet").inputs).toMatchObject({
            cidrBlock: "10.60.0.0/26",
            availabilityZone: "eu-west-3a",
        });
    });

    it("refuses a range that is none", async () => {
        await expect(
            record(
                () => new NatsWitnessNetwork("network", { networkName: "n", region: "eu-west-3", cidr: "10.60.0.0" }),
                { invokes },
            ),
        ).rejects.toThrow('cidr: "10.60.0.0" found');
    });

    it.each([
        ["10.30.0.0/24", "10.30.0.10"],
        ["172.16.64.0/18", "172.16.64.10"],
    ])("gives the witness of %s the address %s", (cidr, address) => {
        expect(witnessAddress(cidr)).toBe(address);
    });
});
