import type { StreamConfig } from "../../../components/nats/natsStreamConfig";
import type { Closing, Door, Lease } from "../failbackLease";
import type { StreamApi } from "../streamApi";

/** A lease over streams in memory. The real one, its script on real servers: ../failbackLease.drill.test.ts. */
export class FakeLease implements Lease {
    /** Whether anyone would hear the requests. */
    heard = true;
    /** Whether the answer to the opening is lost, though it is carried out. */
    losesAnswer = false;
    /** Seconds. */
    lasts = 60;

    constructor(private readonly api: StreamApi) {}

    async required(): Promise<void> {
        if (!this.heard) throw new Error("Deployment failback-lease in the standby does not reply");
    }

    async close(standby: Door, origin: Door): Promise<Closing> {
        const becomes = (config: StreamConfig) => this.api.update(config);
        await becomes(standby.parked);
        return {
            endsAt: performance.now() + this.lasts * 1_000,
            open: async () => {
                await becomes(origin.open);
                if (this.losesAnswer) throw new Error("timeout");
            },
            reopen: async () => void (await becomes(standby.open)),
        };
    }
}
