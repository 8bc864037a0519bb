import { randomUUID } from "node:crypto";
import type { NatsConnection } from "@nats-io/transport-node";
import {
    failbackLeaseName,
    failbackStore,
    failbackSubjects,
    isUnderWay,
} from "../../components/nats/failbackLeaseStore";
import type { StreamConfig } from "../../components/nats/natsStreamConfig";
import type { StreamApi } from "./streamApi";

/** A stream's settings in its two states. */
export interface Door {
    readonly open: StreamConfig;
    readonly parked: StreamConfig;
}

/** One failback's moment in which neither region takes writes. */
export interface Closing {
    /** Until then the origin can be opened, in milliseconds of performance.now. */
    readonly endsAt: number;
    /** Gives the origin the writes, if the standby still ends at the message that was compared. */
    open(lastSequence: number): Promise<void>;
    /** Gives the standby the writes again, without waiting for the end of the lease. */
    reopen(): Promise<void>;
}

/** Who closes and opens the streams of a failback. */
export interface Lease {
    /** @throws what to do if no one would hear the requests */
    required(): Promise<void>;
    /** Parks the standby's stream, for as long as the lease lasts. */
    close(standby: Door, origin: Door): Promise<Closing>;
}

/**
 * Asks the standby's `FailbackLease` for each step: whatever happens to this process, the standby takes writes again or the origin has them, within
 * the lease.
 */
export class StandbyLease implements Lease {
    constructor(
        private readonly connection: NatsConnection,
        /** How long a step may take, in milliseconds: several calls of the API. */
        private readonly patienceMs = 20_000,
    ) {}

    async required(): Promise<void> {
        await this.ask("expire", []);
    }

    async close(standby: Door, origin: Door): Promise<Closing> {
        const token = randomUUID();
        const names = [origin.open.name, standby.open.name];
        const settings = [standby.parked, standby.open, origin.parked, origin.open].map((one) => JSON.stringify(one));
        const asked = performance.now();
        const said = await this.ask("close", [token, ...names, ...settings]).catch(async (error: unknown) => {
            // Perhaps it was carried out, and only the reply was lost.
            await this.ask("reopen", [token, names[0]!]).catch(() => undefined);
            throw error;
        });
        const seconds = Number(/for (\d+) s/.exec(said)?.[1]);
        return {
            endsAt: asked + seconds * 1_000,
            open: async (lastSequence) => void (await this.ask("open", [token, names[0]!, String(lastSequence)])),
            reopen: async () => void (await this.ask("reopen", [token, names[0]!])),
        };
    }

    /** @throws why it was refused, or where to look if it was not heard */
    private async ask(step: keyof typeof failbackSubjects, lines: readonly string[]): Promise<string> {
        const reply = await this.connection
            .request(failbackSubjects[step], lines.join("\n"), { timeout: this.patienceMs })
            .catch((error: Error) => {
                throw new Error(
                    `Deployment ${failbackLeaseName} in the standby does not reply (${error.message}): kubectl get pods -l app.kubernetes.io/name=${failbackLeaseName} -A`,
                    { cause: error },
                );
            });
        const said = reply.string().trim();
        if (said.startsWith("ok")) return said;
        throw new Error(said.replace(/^refused: /, "") || `${failbackLeaseName} failed: its log says why`);
    }
}

/** What the record of an origin's last failback says; undefined if there was none. */
async function failbackState(api: StreamApi, origin: string): Promise<string | undefined> {
    const record = await api.message(failbackStore.stream, { last_by_subj: `${failbackStore.subject}.${origin}` });
    return record?.data.toString().split("\n")[0];
}

/**
 * What the record says, once no failback of the origin is under way.
 *
 * @throws if one is: it ends by itself, and no one else may open or park its streams until then
 */
export async function requireNoFailback(api: StreamApi, origin: string): Promise<string | undefined> {
    const state = await failbackState(api, origin);
    if (isUnderWay(state))
        throw new Error(
            `a failback of ${origin} is under way (its record says ${state}), and ends by itself within minutes`,
        );
    return state;
}
