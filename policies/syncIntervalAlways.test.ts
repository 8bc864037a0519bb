import { expect, it } from "vitest";
import { describePolicy, kubernetesProvider } from "./testing/harness";
import { memberValues, release, watchedMirrors } from "./testing/natsPrograms";

describePolicy("sync-interval-always", (judge) => {
    it("stops servers that acknowledge from memory, by the default too", async () => {
        const judgement = await judge({
            program: () => {
                const cluster = kubernetesProvider();
                const byDefault = memberValues("dr");
                delete byDefault.config.jetstream.merge;
                release("default", byDefault, cluster);
                const slow = memberValues("dr");
                slow.config.jetstream.merge = { sync_interval: "10s" };
                release("slow", slow, cluster);
                release("nats", memberValues("dr"), cluster);
                const core = memberValues("dr");
                core.config.jetstream = { enabled: false };
                delete core.config.gateway;
                release("core-only", core, cluster);
                watchedMirrors(cluster);
            },
        });
        const rest =
            'allowed is "always": a power failure would lose what was acknowledged in between, within contract nats-rpo only by luck. ' +
            'Set jetstream.sync_interval to "always".';
        expect(judgement.messages).toEqual([
            `NATS "default" has sync_interval none, which is 2m; ${rest}`,
            `NATS "slow" has sync_interval "10s"; ${rest}`,
        ]);
        expect(judgement.policies).toEqual(["sync-interval-always"]);
        expect(judgement.exitCode).not.toBe(0);
    });
});
