import { gatewayEndpoints } from "../../components/gateways/gatewayAddresses";
import type { PublishedCertificates } from "../../components/gateways/gatewayCertificateRules";
import { testAuthority, testCertificate } from "../../components/testing/certificates";
import { record, type RecordOptions } from "../../components/testing/record";
import type { Role, SystemProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { runPhases } from "../../infra/run";
import { readSettings } from "../../infra/settings";
import { createContext } from "../../infra/stack";
import { roadmap } from "../roadmap";

const authority = testAuthority("gateways");
const certificates: PublishedCertificates = {
    authority: authority.certificate,
    members: Object.fromEntries(
        Object.values(kgents.regions).map((region) => [
            region.short,
            testCertificate(authority, { hosts: gatewayEndpoints(kgents, region).map(({ host }) => host) }),
        ]),
    ),
};

const bucketIn = (short: string, region: string, kind: string, source: string) => ({
    bucketName: `kgents-${kind}-backups-${short}-123456789012`,
    bucketArn: `arn:aws:s3:::kgents-${kind}-backups-${short}-123456789012`,
    keyArn: `arn:aws:kms:${region}:123456789012:key/1`,
    region,
    prefix: `${source}/${kind}`,
});

/** What the stacks export once phase 13 is through. */
export const exported: Record<Role, object> = {
    primary: {
        ...{
            phase: 13,
            region: "us-east-1",
            vpcCidr: "10.10.0.0/16",
            vpcId: "vpc-p",
            zoneId: "Z1",
            zoneNameServers: ["ns-1.awsdns-01.com"],
        },
        ...{
            edgeCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
            peeringIds: { witness: "pcx-3" },
            gatewaysReady: true,
            natsVolumeGib: 20,
            witnessGate: 4,
        },
    },
    dr: {
        ...{
            phase: 13,
            region: "us-west-2",
            vpcCidr: "10.20.0.0/16",
            vpcId: "vpc-d",
            peeringIds: { primary: "pcx-1", witness: "pcx-2" },
        },
        ...{
            natsBackups: bucketIn("usw2", "us-west-2", "nats", "use1"),
            clusterBackups: bucketIn("usw2", "us-west-2", "velero", "use1"),
        },
        ...{ secretsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/mrk-1", standbyGate: 7, natsVolumeGib: 20 },
    },
    witness: {
        phase: 13,
        vpcId: "vpc-w",
        vpcCidr: "10.30.0.0/24",
        joined: true,
        natsBackups: bucketIn("use2", "us-east-2", "nats", "usw2"),
    },
};

function options(role: Role, outputs: Record<Role, object>): RecordOptions {
    const outputsOf = (address: string) => outputs[address.split("/").at(-1) as Role];
    const loadBalancer = (name: string) => ({ dnsName: `${name}.elb.amazonaws.com`, zoneId: "ZELB" });
    return {
        project: "kgents-dr",
        stack: role,
        invokes: {
            "pulumi:pulumi:readStackOutputs": ({ name }) => ({ outputs: outputsOf(name) }),
            "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
            "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({ names: ["a", "b", "c"] }),
            "aws:route53/getZone:getZone": () => ({ zoneId: "Z1", nameServers: ["ns-1.awsdns-01.com"] }),
            "aws:s3/getAccountPublicAccessBlock:getAccountPublicAccessBlock": () => ({
                blockPublicPolicy: false,
                restrictPublicBuckets: false,
            }),
            "aws:secretsmanager/getSecretVersion:getSecretVersion": () => ({
                secretString: JSON.stringify(certificates),
            }),
            "aws:ssm/getParameter:getParameter": () => ({ value: "ami-0123456789abcdef0" }),
            // A cluster that somebody else made, with more subnets than a balancer may have.
            "aws:eks/getCluster:getCluster": ({ name }) => ({
                ...{ name, version: "1.35", endpoint: "https://theirs", certificateAuthorities: [{ data: "Y2E=" }] },
                vpcConfig: {
                    vpcId: "vpc-t",
                    subnetIds: ["subnet-0a", "subnet-1a", "subnet-0b", "subnet-1b"],
                    clusterSecurityGroupId: "sg-t",
                },
            }),
            "aws:eks/getAddon:getAddon": () => ({ addonVersion: "v1" }),
            "aws:ec2/getVpc:getVpc": ({ id }) => ({ id, cidrBlockAssociations: [{ cidrBlock: "10.20.0.0/16" }] }),
        },
        outputs: {
            "pulumi:pulumi:StackReference": ({ name }) => ({ outputs: outputsOf(name), secretOutputNames: [] }),
            "random:index/randomPassword:RandomPassword": () => ({ result: "RandomPasswordOfTests" }),
            "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1 }),
            "aws:lb/loadBalancer:LoadBalancer": ({ name }) => loadBalancer(name),
            "eks:index:Cluster": ({ name }) => ({
                kubeconfigJson: "{}",
                clusterSecurityGroupId: "sg-1",
                eksCluster: { name, endpoint: "https://api" },
            }),
            "aws:acm/certificate:Certificate": ({ domainName, subjectAlternativeNames }) => ({
                domainValidationOptions: [domainName, ...subjectAlternativeNames].map((domain: string) => ({
                    domainName: domain,
                    resourceRecordName: `_x.${domain}`,
                    resourceRecordType: "CNAME",
                    resourceRecordValue: "_y.acm-validations.aws",
                })),
            }),
        },
    };
}

export const primaryLoadBalancer = { dnsName: "kong.us-east-1.elb.amazonaws.com", zoneId: "Z35SXDOTRQ7X7K" };

const given: Record<Role, Readonly<Record<string, unknown>>> = {
    primary: {
        ingress: { loadBalancer: primaryLoadBalancer },
        standby: { canary: { secret: "kgents/canary-key" } },
    },
    dr: { standby: { canary: { secret: "kgents/canary-key" } } },
    witness: { witness: { sha256: "0".repeat(64) } },
};

/** A whole stack at phase 13, all of the phase's order being done unless `others` says otherwise. */
export async function buildWarmStandby(
    role: Role,
    settings: Readonly<Record<string, unknown>> = {},
    others: Partial<Record<Role, object>> = {},
    system: SystemProfile = kgents,
) {
    let outputs: Record<string, unknown> = {};
    const recording = await record(
        async () => {
            const values = Object.fromEntries(
                Object.entries({ phase: 10, ...given[role], ...settings }).map(([key, value]) => [
                    `kgents-dr:${key}`,
                    JSON.stringify(value),
                ]),
            );
            const read = readSettings(role, "kgents-dr", { values }, system, roadmap);
            outputs = await runPhases(createContext(role, system, { ...read.settings, phase: 13 }, roadmap));
        },
        options(role, { ...exported, ...others }),
    );
    return { recording, outputs };
}
