import * as kubernetes from "@pulumi/kubernetes";
import { expect, it } from "vitest";
import { mirrorStream } from "../components/nats/natsStreamConfig";
import { kgents } from "../infra/kgents";
import { describePolicy, kubernetesProvider } from "./testing/harness";
import { alertsFile, memberValues, release, storedPositions, streamSettings } from "./testing/natsPrograms";

/** The standby as it should be, but for what stores the positions. */
function standby(store: (cluster: kubernetes.Provider) => void): void {
    const cluster = kubernetesProvider();
    release("nats", memberValues("dr"), cluster);
    streamSettings(
        "nats-mirrors",
        kgents.streams.map((stream) => mirrorStream(kgents, stream)),
        cluster,
    );
    alertsFile(cluster);
    store(cluster);
}

const contract = "Contract durable-positions: consumers' positions lost, so that messages are delivered again.";

describePolicy("positions-kept", (judge) => {
    it.each(["preview", "up"] as const)(
        "stops mirrors whose origins' consumers nobody stores, in a %s",
        async (operation) => {
            const judgement = await judge({ operation, program: () => standby(() => undefined) });
            expect(judgement.messages).toEqual([
                `AGENTESE_MIRROR would be promoted without the positions of the consumers of AGENTESE: no CronJob stores them. ${contract}`,
                `EVENTS_MIRROR would be promoted without the positions of the consumers of EVENTS: no CronJob stores them. ${contract}`,
            ]);
            expect(judgement.policies).toEqual(["positions-kept"]);
            expect(judgement.exitCode).not.toBe(0);
        },
    );

    it("stops a job that leaves a stream out, and one that sleeps", async () => {
        const partly = await judge({ program: () => standby((cluster) => storedPositions(cluster, ["AGENTESE"])) });
        expect(partly.messages).toEqual([
            `EVENTS_MIRROR would be promoted without the positions of the consumers of EVENTS: no CronJob stores them. ${contract}`,
        ]);
        const asleep = await judge({
            program: () => standby((cluster) => storedPositions(cluster, undefined, (spec) => (spec.suspend = true))),
        });
        expect(asleep.messages).toHaveLength(2);
        expect(asleep.messages[0]).toContain("CronJob positions-job is suspended");
        expect(asleep.policies).toEqual(["positions-kept"]);
    });

    it("has its cadence judged by the contract that it names", async () => {
        const judgement = await judge({
            program: () =>
                standby((cluster) => storedPositions(cluster, undefined, (spec) => (spec.schedule = "*/15 * * * *"))),
        });
        expect(judgement.policies).toEqual(["backup-cadence"]);
        expect(judgement.exitCode).not.toBe(0);
    });

    it("lets the roadmap's job pass", async () => {
        expect(await judge({ program: () => standby(storedPositions) })).toMatchObject({
            exitCode: 0,
            policies: [],
            unlooked: [],
        });
    });
});
