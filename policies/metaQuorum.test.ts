import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { natsWitnessConf, witnessConfStep } from "../components/witness/natsWitnessConfig";
import { kgents } from "../infra/kgents";
import { awsProvider, describePolicy, kubernetesProvider } from "./testing/harness";
import { memberValues, release, watchedMirrors } from "./testing/natsPrograms";

const contract = "Contract nats-rto (NATS streams accept writes again) could not be kept.";

describePolicy("meta-quorum-survives-region", (judge) => {
    it("stops two regions of three without a witness", async () => {
        const judgement = await judge({
            program: () => {
                const cluster = kubernetesProvider();
                const values = memberValues("dr");
                values.config.gateway.merge.gateways.pop();
                release("nats", values, cluster);
                watchedMirrors(cluster);
            },
        });
        const advice = "add a witness with JetStream in a region of its own";
        expect(judgement.messages).toEqual([
            `NATS "nats": 6 servers vote, an even number, which survives no more than 5 do; take one away, or add one elsewhere. ${contract}`,
            `NATS "nats": without nats, 3 of 6 NATS servers are left and 4 are needed to elect a meta leader (nats holds 3); ${advice}. ${contract}`,
            `NATS "nats": without usw2, 3 of 6 NATS servers are left and 4 are needed to elect a meta leader (usw2 holds 3); ${advice}. ${contract}`,
        ]);
        expect(judgement.policies).toEqual(["meta-quorum-survives-region"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops servers that the gateways do not list, and voters that do not vote", async () => {
        const judgement = await judge({
            stack: "primary",
            program: () => {
                const cluster = kubernetesProvider();
                const more = memberValues("primary");
                more.config.cluster.replicas = 5;
                release("more", more, cluster);
                const arbiter = memberValues("primary");
                arbiter.config.jetstream.enabled = false;
                release("arbiter", arbiter, cluster);
            },
        });
        expect(judgement.messages).toEqual([
            `NATS "arbiter": JetStream is off on "nats", so its 3 servers do not vote; switch it on (a witness keeps streams away with the tag !jetstream). ${contract}`,
            `NATS "more": it has 5 servers and its gateways list 3 addresses of "nats"; list one for each server. ${contract}`,
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("lets three, three and a witness pass, the witness too, and a single region", async () => {
        const members = await judge({
            program: () => {
                const cluster = kubernetesProvider();
                release("nats", memberValues("dr"), cluster);
                const alone = memberValues("dr");
                delete alone.config.gateway;
                release("alone", alone, cluster);
                watchedMirrors(cluster);
            },
        });
        expect(members).toMatchObject({ exitCode: 0, messages: [], policies: [] });
        expect(await judge({ stack: "witness", program: () => witness(natsWitnessConf(kgents)) })).toMatchObject({
            exitCode: 0,
            policies: [],
        });
    });

    it("reads the witness's boot script", async () => {
        const conf = natsWitnessConf(kgents);
        delete conf.jetstream;
        const judgement = await judge({ stack: "witness", program: () => witness(conf) });
        expect(judgement.messages).toEqual([
            expect.stringContaining('NATS "witness": JetStream is off on "witness", so its 1 servers do not vote'),
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });
});

function witness(conf: ReturnType<typeof natsWitnessConf>): void {
    new aws.ec2.Instance(
        "witness",
        { ami: "ami-0123456789abcdef0", instanceType: "t4g.micro", userData: `#!/bin/sh\n${witnessConfStep(conf)}` },
        { provider: awsProvider("witness") },
    );
}
