import { expect, it } from "vitest";
import { trustOf } from "../../components/cluster/trustPolicy";
import { kgents } from "../../infra/kgents";
import type { Doubles } from "../../testbed/doubles/doubles";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { engineBenches } from "../../testbed/doubles/testing/engineBench";
import { shippedProject } from "../shippedProject";

/** The message of a run that has to fail. */
async function refusal(run: Promise<unknown>): Promise<string> {
    return run.then(
        () => "it was not refused",
        (error: Error) => error.message,
    );
}

/** A network of theirs, of no range of the program's. */
async function seedSubnet(doubles: Doubles): Promise<string> {
    const vpc = await doubles.seed("aws:ec2/vpc:Vpc", { cidrBlock: "172.31.0.0/16" });
    return (await doubles.seed("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "172.31.0.0/20" })).id;
}

/** What a user who adopts has: a cluster, its add-ons, a class, the namespaces. Versions of nobody's choosing but theirs. */
const adopted = "their-cluster";

describeWithTools("the shipped program", ["pulumi"], (tools) => {
    const bench = engineBenches(tools);

    it("tells whoever starts with primary to bring up dr first, whether dr exists or not", async () => {
        const { start, doubles } = await bench();
        const engine = await start(await shippedProject());
        const primary = engine.stack("primary");

        const unknown = await refusal(primary.preview());
        expect(unknown).toContain(
            "stack dr does not exist, and this stack reads its outputs as those of the dr of prod",
        );
        expect(unknown).toContain("pulumi stack init dr, then pulumi up --stack dr");

        await engine.stack("dr").preview();
        expect(await refusal(primary.up())).toContain(
            'stack primary needs output "vpcCidr" of stack dr, which is not there: stack dr was never updated',
        );
        expect(doubles.cloud.objects()).toEqual([]);
    });

    it("reports all mistakes of a configuration at once, without a stack trace, and deploys nothing", async () => {
        const { start, doubles } = await bench();
        const dr = (await start(await shippedProject())).stack("dr");
        await dr.setConfig("phase", 9);
        await dr.setConfig("region", "us-east-1");
        await dr.setConfig("network", { vpcCidr: "10.10.0.0/16" });
        await dr.setConfig("clutser", { nodes: 3 });

        const message = await refusal(dr.up());
        expect(message).toContain("stack dr has 4 mistakes in its configuration");
        for (const key of [
            "phase: found 9",
            'region: found "us-east-1"',
            'network.vpcCidr: found "10.10.0.0/16"',
            "clutser: found a key that does not exist",
        ]) {
            expect(message).toContain(`kgents-dr:${key}`);
        }
        expect(message).toContain("did you mean cluster?");
        expect(message).not.toContain("at readSettings");
        expect(doubles.cloud.objects()).toEqual([]);
    });

    it("refuses to lower the phase in preview and in update, leaves the state as it was, and does it where allowed", async () => {
        const { start } = await bench();
        const dr = (await start(await shippedProject())).stack("dr");
        expect((await dr.up()).run.changes).toEqual({ create: 2 });

        const raw = await dr.exportRaw();
        const raised = JSON.parse(JSON.stringify(raw).replace('"phase":10', '"phase":14'));
        await dr.importRaw(raised);
        const objection = "stack dr is at phase 14 (active-active) and its configuration says 10";
        expect(await refusal(dr.preview())).toContain(objection);
        expect(await refusal(dr.up())).toContain(objection);
        expect(await dr.outputs()).toMatchObject({ phase: 14 });

        await dr.setConfig("allowPhaseLowering", true);
        expect((await dr.up()).run.changes).toEqual({ same: 2 });
        expect(await dr.outputs()).toMatchObject({ phase: 10 });
    });

    it("adopts a cluster: deploys into it, changes nothing of it, and leaves it behind when it goes", async () => {
        const { start, doubles } = await bench();
        const engine = await start(await shippedProject());
        const role = await doubles.seed("aws:iam/role:Role", {
            name: "theirs",
            assumeRolePolicy: trustOf("eks.amazonaws.com"),
        });
        await doubles.seed("aws:eks/cluster:Cluster", {
            name: adopted,
            roleArn: role.properties.arn,
            vpcConfig: { subnetIds: [await seedSubnet(doubles)] },
            version: "1.35",
        });
        await doubles.seed("aws:eks/addon:Addon", { clusterName: adopted, addonName: "aws-ebs-csi-driver" });
        for (const name of Object.values(kgents.namespaces)) {
            await doubles.seed(
                "kubernetes:core/v1:Namespace",
                { apiVersion: "v1", kind: "Namespace", metadata: { name } },
                { cluster: adopted },
            );
        }
        const theirs = structuredClone(doubles.cloud.objects());
        await engine.stack("dr").up();
        const primary = engine.stack("primary");
        await primary.setConfig("cluster", { mode: "adopt", name: adopted });

        const up = await primary.up();
        expect(up.violations).toEqual([]);
        const warned = up.warnings.map(({ message }) => message).join();
        expect(warned).toContain("phase 11: add-on eks-pod-identity-agent (credentials of the backup jobs)");
        expect(warned).toContain(
            "phase 13: the range 10.10.0.0/16, which the other regions route to; its VPC has 172.31.0.0/16",
        );
        const deployed = (await primary.export()).resources.filter(({ custom }) => custom).map(({ type }) => type);
        expect(deployed.filter((type) => type.startsWith("aws:"))).toEqual([]);
        expect(deployed).toContain("kubernetes:helm.sh/v3:Release");
        expect(doubles.cloud.objects()).toEqual(expect.arrayContaining(theirs));

        await primary.destroy();
        expect(doubles.cloud.objects()).toEqual(theirs);
    });

    it("refuses to adopt a cluster that cannot carry the phase, and one that is not there", async () => {
        const { start, doubles } = await bench();
        const engine = await start(await shippedProject());
        const role = await doubles.seed("aws:iam/role:Role", {
            name: "theirs",
            assumeRolePolicy: trustOf("eks.amazonaws.com"),
        });
        await doubles.seed("aws:eks/cluster:Cluster", {
            name: adopted,
            roleArn: role.properties.arn,
            vpcConfig: { subnetIds: [await seedSubnet(doubles)] },
            version: "1.30",
        });
        await engine.stack("dr").up();
        const primary = engine.stack("primary");

        await primary.setConfig("cluster", { mode: "adopt", name: adopted });
        const lacking = await refusal(primary.preview());
        expect(lacking).toContain(`cluster ${adopted} cannot be adopted yet; it lacks`);
        expect(lacking).toContain("phase 10: Kubernetes 1.34 or newer; found 1.30");
        expect(lacking).toContain("phase 10: add-on aws-ebs-csi-driver (volumes of the NATS servers)");

        await primary.setConfig("cluster", { mode: "adopt", name: "nobody" });
        expect(await refusal(primary.preview())).toContain("there is no cluster nobody in us-east-1");
    });

    it("creates a greenfield that a second update leaves alone, and that goes away whole", async () => {
        const { start, doubles } = await bench();
        const engine = await start(await shippedProject());
        await engine.stack("dr").up();
        const primary = engine.stack("primary");
        await primary.setConfig("cluster", { mode: "create", deletionProtection: false });

        const preview = await primary.preview();
        expect(preview.unlooked).toEqual([]);
        const up = await primary.up();
        expect(up.run).toMatchObject({ violations: [], unlooked: [], changes: preview.changes });
        expect(Object.keys(up.changes)).toEqual(["create"]);
        expect((await primary.up()).changes).toEqual({ same: up.changes["create"] });

        const before = doubles.cloud.objects().length;
        expect(before).toBeGreaterThan(50);
        await primary.destroy();
        expect(doubles.cloud.objects()).toEqual([]);
    });
});
