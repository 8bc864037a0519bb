import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type PolicyStatement } from "../backup/backupBucketPolicies";
import type { NatsConf } from "../nats/natsConf";
import { natsPorts } from "../nats/natsMember";
import { createWitnessAlarm } from "./natsWitnessAlarm";
import { witnessUserData } from "./natsWitnessBoot";
import { witnessAddress } from "./natsWitnessNetwork";
import { validateNatsWitness, type NatsWitnessPlan } from "./natsWitnessRules";
import { trustOf } from "../cluster/trustPolicy";
import { physicalName } from "../model/nameLimits";

export interface NatsWitnessArgs extends NatsWitnessPlan {
    /** Physical name of the instance, its disk, its role and its security group: "shop-witness". */
    readonly witnessName: string;
    readonly vpcId: pulumi.Input<string>;
    /** A subnet with a route to the internet (`NatsWitnessNetwork`), and its zone. */
    readonly subnetId: pulumi.Input<string>;
    readonly zone: pulumi.Input<string>;
    /** The server's configuration (`natsWitnessConf`). */
    readonly conf: NatsConf;
    /** Name of the secret with `tls.crt`, `tls.key` and `ca.crt`, replicated to this region (`gatewaySecrets`). */
    readonly certificateSecret: string;
    /** Who is told when the instance is ill or gone: ARNs of SNS topics in this region. */
    readonly notify: pulumi.Input<pulumi.Input<string>[]>;
    /** Size of the disk, in GiB. @default 20 */
    readonly volumeGib?: number;
}

const image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/**
 * The seventh voter: a small server in a third region that holds no stream and no secret of an account, and whose vote lets either
 * region of three go on after the loss of the other.
 *
 * Its vote is worth what is on its disk: a voter that comes back empty does not count. So the disk is a volume of its own, protected
 * from deletion, mounted by its id and never formatted once it holds something. A new version or configuration replaces the instance,
 * and never the volume: the old one is stopped and gone before the new one, with the same address, takes the disk over. That is a vote
 * less for some minutes: not while a region is down.
 *
 * It takes what it needs at its first boot: the server's release, checked against the pinned checksum, and its certificate by its
 * role from the secret's replica in its own region. Nothing can connect to it but the regions' gateways; people come in by Session
 * Manager. Out goes HTTPS (AWS, the release) and the regions' gateways. A public address, because any NAT costs more; it answers nobody.
 *
 * The image is that of the first deployment, as AWS publishes new ones every week: replacing the instance on purpose
 * (`pulumi up --replace`) needs nothing else changed.
 *
 * ### Cost
 * t4g.micro $6.13 a month, public address $3.65, disk $1.60, root disk $0.64, alarm $0.10.
 * (us-east-1, on demand, July 2026)
 */
export class NatsWitness extends pulumi.ComponentResource {
    /** Private address, fixed: what the gateway's name leads to. */
    readonly address: string;
    readonly instanceId: pulumi.Output<string>;
    readonly volumeId: pulumi.Output<string>;

    constructor(name: string, args: NatsWitnessArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateNatsWitness(args);
        if (issues.length > 0) throw new Error(`${name}: witness in ${args.region}:\n- ${issues.join("\n- ")}`);
        super("drkit:index:NatsWitness", name, {}, opts);
        const parent = { parent: this };
        const tags = { Name: args.witnessName };
        const address = witnessAddress(args.cidr);

        const group = createSecurityGroup();
        const role = createRole();
        const volume = createVolume();
        const instance = createInstance();
        attachVolume();
        createWitnessAlarm(
            `${name}-status`,
            {
                alarmName: physicalName("alarm", [args.witnessName, "status"]),
                instanceId: instance.id,
                notify: args.notify,
            },
            parent,
        );

        this.address = address;
        this.instanceId = instance.id;
        this.volumeId = volume.id;
        this.registerOutputs({ instanceId: this.instanceId, volumeId: this.volumeId });

        function createSecurityGroup() {
            const made = new aws.ec2.SecurityGroup(
                `${name}-server`,
                {
                    name: args.witnessName,
                    description: "NATS witness: gateways of the two regions, and nobody else",
                    vpcId: args.vpcId,
                    tags,
                },
                parent,
            );
            const tcp = { securityGroupId: made.id, ipProtocol: "tcp" };
            for (const { region, cidr, ports } of args.peers) {
                const gateways = { ...tcp, description: `gateways of ${region}`, cidrIpv4: cidr };
                new aws.vpc.SecurityGroupIngressRule(
                    `${name}-from-${region}`,
                    { ...gateways, fromPort: natsPorts.gateway, toPort: natsPorts.gateway },
                    parent,
                );
                new aws.vpc.SecurityGroupEgressRule(
                    `${name}-to-${region}`,
                    { ...gateways, fromPort: Math.min(...ports), toPort: Math.max(...ports) },
                    parent,
                );
            }
            new aws.vpc.SecurityGroupEgressRule(
                `${name}-https`,
                {
                    ...tcp,
                    description: "Endpoints of AWS, and the release of the server",
                    fromPort: 443,
                    toPort: 443,
                    cidrIpv4: "0.0.0.0/0",
                },
                parent,
            );
            return made;
        }

        function createRole() {
            const made = new aws.iam.Role(
                `${name}-role`,
                { name: physicalName("IAM role", [args.witnessName]), assumeRolePolicy: trustOf("ec2.amazonaws.com") },
                parent,
            );
            const { accountId } = aws.getCallerIdentityOutput({}, parent);
            const policy = new aws.iam.RolePolicy(
                `${name}-policy`,
                {
                    name: "witness",
                    role: made.name,
                    policy: accountId.apply((account) => policyDocument(readCertificate(account), beManaged)),
                },
                parent,
            );
            const profile = new aws.iam.InstanceProfile(
                `${name}-profile`,
                { name: args.witnessName, role: made.name },
                parent,
            );
            return { profile, policy };
        }

        function readCertificate(account: string): PolicyStatement {
            return {
                Sid: "ReadCertificate",
                Effect: "Allow",
                Action: "secretsmanager:GetSecretValue",
                // AWS adds six characters to a secret's name.
                Resource: `arn:aws:secretsmanager:${args.region}:${account}:secret:${args.certificateSecret}-??????`,
            };
        }

        function createVolume() {
            return new aws.ebs.Volume(
                `${name}-disk`,
                {
                    availabilityZone: args.zone,
                    type: "gp3",
                    size: args.volumeGib ?? 20,
                    encrypted: true,
                    tags: { Name: `${args.witnessName}-disk` },
                },
                // Nothing that the program does may cost the vote, forgetting the volume included.
                { ...parent, protect: true, retainOnDelete: true, ignoreChanges: ["availabilityZone"] },
            );
        }

        function createInstance() {
            const { conf, region, certificateSecret, server } = args;
            return new aws.ec2.Instance(
                `${name}-server`,
                {
                    ami: aws.ssm.getParameterOutput({ name: image }, parent).value,
                    instanceType: args.instanceType ?? "t4g.micro",
                    subnetId: args.subnetId,
                    privateIp: address,
                    associatePublicIpAddress: true,
                    vpcSecurityGroupIds: [group.id],
                    iamInstanceProfile: role.profile.name,
                    metadataOptions: { httpTokens: "required", httpEndpoint: "enabled", httpPutResponseHopLimit: 1 },
                    rootBlockDevice: { volumeType: "gp3", volumeSize: 8, encrypted: true },
                    maintenanceOptions: { autoRecovery: "default" },
                    userData: volume.id.apply((volumeId) =>
                        witnessUserData({ conf, region, volumeId, certificateSecret, server }),
                    ),
                    userDataReplaceOnChange: true,
                    tags,
                },
                {
                    ...parent,
                    dependsOn: [role.policy],
                    // One address and one disk: the old instance goes first.
                    deleteBeforeReplace: true,
                    ignoreChanges: ["ami"],
                },
            );
        }

        function attachVolume() {
            new aws.ec2.VolumeAttachment(
                `${name}-disk`,
                {
                    deviceName: "/dev/sdf",
                    volumeId: volume.id,
                    instanceId: instance.id,
                    // The server ends, and the file system is written, before the disk is taken away.
                    stopInstanceBeforeDetaching: true,
                },
                { ...parent, deleteBeforeReplace: true },
            );
        }
    }
}

/** What Session Manager needs, and no more of what AWS's own policy for it allows (AWS documentation, "minimal permissions"). */
const beManaged: PolicyStatement = {
    Sid: "BeManaged",
    Effect: "Allow",
    Action: [
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ],
    Resource: "*",
};
