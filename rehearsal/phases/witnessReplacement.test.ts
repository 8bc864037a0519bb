import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { gatewayEndpoints } from "../../components/gateways/gatewayAddresses";
import { NatsWitness } from "../../components/witness/natsWitness";
import { natsWitnessConf, witnessConfOf } from "../../components/witness/natsWitnessConfig";
import { NatsWitnessNetwork } from "../../components/witness/natsWitnessNetwork";
import { ReplicatedRepositories } from "../../components/standby/imageReplication";
import { kgents } from "../../infra/kgents";
import { startDoubles, type Doubles } from "../../testbed/doubles/doubles";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { Engine } from "../../engine/driver/engine";
import { bareStacksIn } from "../testing/projectFolder";

const { primary, dr, witness } = kgents.regions;

/** The witness's stack, with a server of the given checksum. */
function program(sha256: string) {
    const inRegion = { providers: [new aws.Provider("aws", { region: witness.name as aws.Region })] };
    const network = new NatsWitnessNetwork(
        "network",
        { networkName: "kgents-witness", region: witness.name, cidr: witness.vpcCidr },
        inRegion,
    );
    const made = new NatsWitness(
        "witness",
        {
            witnessName: "kgents-witness",
            region: witness.name,
            cidr: witness.vpcCidr,
            vpcId: network.vpcId,
            subnetId: network.subnetId,
            zone: network.zone,
            peers: [primary, dr].map((region) => ({
                region: region.name,
                cidr: region.vpcCidr,
                ports: gatewayEndpoints(kgents, region).map(({ port }) => port),
            })),
            server: { version: "2.14.9", sha256 },
            conf: natsWitnessConf(kgents),
            certificateSecret: "kgents/nats-gateway/use2",
            notify: [new aws.sns.Topic("pages", { name: "kgents-backup" }, { provider: inRegion.providers[0] }).arn],
        },
        { ...inRegion, dependsOn: network.ready },
    );
    new ReplicatedRepositories("copies", { repositoryPrefixes: ["kgents/"] }, inRegion);
    return { volumeId: made.volumeId, instanceId: made.instanceId };
}

describeWithTools("a witness through the engine", ["pulumi"], (tools) => {
    let doubles: Doubles;
    let engine: Engine;
    let checksum = "a".repeat(64);
    const dir = mkdtempSync(path.join(tmpdir(), "kgents-witness-"));

    beforeAll(async () => {
        const projectDir = bareStacksIn(dir, "kgents-dr", []);
        doubles = await startDoubles();
        engine = await Engine.start({
            tools,
            doubles,
            projectDir,
            program: async () => program(checksum),
            dir: path.join(dir, "engine"),
        });
    });
    afterAll(async () => {
        engine.close();
        await doubles.stop();
        rmSync(dir, { recursive: true, force: true });
    });

    it("gets another instance for another boot script, keeps its disk, and takes its alarm along", async () => {
        const stack = engine.stack("witness");
        await stack.up();
        const before = await stack.export();
        expect(witnessConfOf(before.one("aws:ec2/instance:Instance").inputs.userData)).toEqual(natsWitnessConf(kgents));

        expect((await stack.up()).steps.filter(({ op }) => op !== "same")).toEqual([]);

        checksum = "b".repeat(64);
        const { steps } = await stack.up();
        const after = await stack.export();
        const changed = steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
        // The old one has to be gone before the new one: there is one address and one disk.
        expect(changed.filter((step) => /^(create|delete)/.test(step))).toEqual([
            "delete-replaced witness-disk",
            "delete-replaced witness-server",
            "create-replacement witness-server",
            "create-replacement witness-disk",
        ]);
        expect(after.one("aws:ebs/volume:Volume").id).toBe(before.one("aws:ebs/volume:Volume").id);
        expect(after.one("aws:ec2/instance:Instance").id).not.toBe(before.one("aws:ec2/instance:Instance").id);
        expect(after.one("aws:ec2/volumeAttachment:VolumeAttachment").inputs.volumeId).toBe(
            before.one("aws:ebs/volume:Volume").id,
        );
        expect(changed).toContain("update witness-status");
        expect(after.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs.dimensions).toEqual({
            InstanceId: after.one("aws:ec2/instance:Instance").id,
        });
    });

    it("cannot lose its disk to a mistake: the volume is protected", async () => {
        const volume = (await engine.stack("witness").export()).one("aws:ebs/volume:Volume");
        expect(volume.protect).toBe(true);
    });
});
