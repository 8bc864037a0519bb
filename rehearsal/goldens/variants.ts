import type { Role, SystemProfile } from "../../components/model/profile";
import type { Doubles } from "../../testbed/doubles/doubles";
import { seedEstate, type Estate } from "../estate";

/** A way in which users have what the program begins with. */
export interface Variant {
    readonly id: string;
    readonly title: string;
    /** Puts what is there already into the doubles, and says what the settings tell of it. */
    readonly seed: (doubles: Doubles, profile: SystemProfile) => Promise<Estate>;
    /** Whether it goes the way of `npm start`, with every check of the way. Else by updates alone. */
    readonly rehearsed?: boolean;
    /** Settings that are changed after the primary's first update of phase 13, as the patch's README asks. */
    readonly afterPatch?: (estate: Estate) => Estate;
}

const account = { account: "$G", anonymous: true, mappings: {}, systemUsers: [] };
const found = { ...account, cluster: "prod", statefulSet: "queue", version: "2.14.9", monitorPort: 8222, uses: [] };

export const variants: readonly Variant[] = [
    { id: "created", title: "a cluster that the program creates", seed: seedEstate, rehearsed: true },
    { id: "adopted", title: "adopted clusters in both regions", seed: seedAdopted },
    {
        id: "adopted-own-nats",
        title: "adopted clusters and a NATS that is the user's own",
        seed: async (doubles, profile) => withOwnNats(await seedAdopted(doubles, profile), profile),
        afterPatch: (estate) => {
            const { primary = {} } = estate.settings;
            const nats = { ...(primary["nats"] as object), patched: true };
            return { settings: { ...estate.settings, primary: { ...primary, nats } } };
        },
    },
];

/** Both regions' clusters, with their networks, add-ons and the system's namespaces. */
async function seedAdopted(doubles: Doubles, profile: SystemProfile): Promise<Estate> {
    const { settings } = await seedEstate(doubles, profile);
    const adopted = async (role: "primary" | "dr") => {
        return { ...settings[role], ...(await seedCluster(doubles, profile, role)) };
    };
    return { settings: { ...settings, primary: await adopted("primary"), dr: await adopted("dr") } };
}

async function seedCluster(doubles: Doubles, { namespaces, regions }: SystemProfile, role: Role) {
    const { name: region, vpcCidr } = regions[role];
    const at = { region };
    const name = `their-${role}`;
    const trust = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "eks.amazonaws.com" }, Action: "sts:AssumeRole" }],
    };
    const iam = await doubles.seed("aws:iam/role:Role", { name, assumeRolePolicy: JSON.stringify(trust) }, at);
    const vpc = await doubles.seed("aws:ec2/vpc:Vpc", { cidrBlock: vpcCidr }, at);
    await doubles.seed("aws:ec2/internetGateway:InternetGateway", { vpcId: vpc.id }, at);
    const table = await doubles.seed("aws:ec2/routeTable:RouteTable", { vpcId: vpc.id }, at);
    const subnets: string[] = [];
    for (const [index, zone] of ["a", "b", "c"].entries()) {
        const cidrBlock = vpcCidr.replace(/\.0\.0\/16$/, `.${index * 32}.0/19`);
        subnets.push(
            (
                await doubles.seed(
                    "aws:ec2/subnet:Subnet",
                    { vpcId: vpc.id, cidrBlock, availabilityZone: `${region}${zone}` },
                    at,
                )
            ).id,
        );
    }
    await doubles.seed(
        "aws:eks/cluster:Cluster",
        { name, roleArn: iam.properties.arn, vpcConfig: { subnetIds: subnets }, version: "1.35" },
        at,
    );
    for (const addonName of ["aws-ebs-csi-driver", "eks-pod-identity-agent", "vpc-cni", "coredns", "kube-proxy"]) {
        await doubles.seed("aws:eks/addon:Addon", { clusterName: name, addonName }, at);
    }
    for (const namespace of Object.values(namespaces)) {
        await doubles.seed(
            "kubernetes:core/v1:Namespace",
            { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
            { region, cluster: name },
        );
    }
    return {
        cluster: { mode: "adopt", name },
        network: { routeTableIds: [table.id], privateSubnetIds: subnets, publicSubnetIds: subnets },
    };
}

function withOwnNats({ settings }: Estate, { namespaces }: SystemProfile): Estate {
    const url = `nats://nats.${namespaces.nats}.svc:4222`;
    return {
        settings: {
            primary: {
                ...settings.primary,
                nats: { owner: "user", found, access: { url, authSecret: "own-auth" } },
            },
            dr: { ...settings.dr, nats: { found } },
            witness: { ...settings.witness, nats: { found } },
        },
    };
}
