import { expect, it } from "vitest";
import { describePolicy, kubernetesProvider } from "./testing/harness";
import { memberValues, release, watchedMirrors } from "./testing/natsPrograms";

const contract = "Without it there is no mirror, and contract nats-rpo is broken.";

describePolicy("distinct-nats-names", (judge) => {
    it("stops a standby that the chart calls like the primary", async () => {
        const judgement = await judge({
            program: () => {
                const cluster = kubernetesProvider();
                const values = memberValues("dr");
                delete values.config.cluster.merge;
                delete values.config.gateway.merge.name;
                delete values.config.serverNamePrefix;
                release("nats", values, cluster);
                watchedMirrors(cluster);
            },
        });
        expect(judgement.messages).toEqual([
            `NATS "nats" calls its cluster "nats", which is the name of primary's; allowed is "usw2". ${contract}`,
            `NATS "nats" calls its servers as their pods, like those of the primary; allowed are names that begin with "usw2". ${contract}`,
        ]);
        expect(judgement.policies).toEqual(["distinct-nats-names"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("stops a gateway of another name than its cluster, and a primary whose servers are renamed", async () => {
        const judgement = await judge({
            stack: "primary",
            program: () => {
                const values = memberValues("primary");
                values.config.gateway.merge.name = "use1";
                values.config.serverNamePrefix = "use1-";
                release("nats", values, kubernetesProvider());
            },
        });
        expect(judgement.messages).toEqual([
            `NATS "nats" calls its servers "use1-…"; allowed is no prefix here, because a renamed server is a new voter beside the old one. ${contract}`,
            `NATS "nats" is "use1" on the gateways and its cluster "nats"; the server needs the two to be equal. ${contract}`,
        ]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("lets each region's own names pass", async () => {
        for (const stack of ["primary", "dr"] as const) {
            const program = () => {
                const cluster = kubernetesProvider();
                release("nats", memberValues(stack), cluster);
                if (stack === "dr") watchedMirrors(cluster);
            };
            expect(await judge({ stack, program })).toMatchObject({ exitCode: 0, policies: [] });
        }
    });
});
