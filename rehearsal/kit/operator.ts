import { placeDurables } from "../../operate/streams/durables";
import { failback, rebuildMirror, type Failback, type Rebuild } from "../../operate/streams/failback";
import { fenceOrigin, type Fence } from "../../operate/streams/fence";
import type { Positions } from "../../operate/streams/positions";
import { storedPositions } from "../../operate/streams/storedPositions";
import { promote, type Promotion } from "../../operate/streams/promote";
import { StreamApi, untilDone } from "../../operate/streams/streamApi";
import type { StreamProfile } from "../../components/model/profile";
import { waitFor } from "../../testbed/nats/waitFor";
import type { DrillRun } from "./drillRun";
import { eventSeconds, type SuperCluster } from "./environments/superCluster";
import type { Traffic } from "./load/traffic";

/** A promotion is given up after this: far above what it takes with a meta leader, two elections included, far below the contract. */
const promotionSeconds = 60;

/** How the standby's streams took over. */
export interface Takeover {
    /** When the operator decided (performance.now). */
    readonly decidedAt: number;
    /** By the origin's name. */
    readonly promotions: ReadonlyMap<string, Promotion>;
    /** Checkpoint of the consumers' positions that the standby had; undefined if it had none. */
    readonly positions: Positions | undefined;
    /** When every stream had accepted a write that was acknowledged after the decision; undefined without clients. */
    readonly firstWriteAt: number | undefined;
    /** Runs until the origin is parked, through the return of its region, as the operator's command does. */
    readonly fencing: Promise<readonly Fence[]>;
}

/** What a person does in an incident, by the operator's own code, in the standby. */
export class Operator {
    constructor(
        private readonly run: DrillRun,
        private readonly cluster: SuperCluster,
    ) {
        run.real("promotion, fence and failback by the operator's own code");
    }

    /**
     * Promotes every mirror, starts the fence, places the durables, and waits for a write in each stream. Throws the reason
     * for which the promotion was refused.
     *
     * @param fence false leaves the origins as they are: for negative controls
     * @param settings false promotes without what the origins' settings were: for negative controls
     */
    async takeOver(
        traffic?: Traffic,
        { fence = true, settings = true }: { readonly fence?: boolean; readonly settings?: boolean } = {},
    ): Promise<Takeover> {
        const { run } = this;
        const { profile, signal } = run;
        const api = await this.api();
        const decidedAt = performance.now();
        run.happened("operator", "decides to promote");
        const positions = await untilDone("positions of the consumers", () => storedPositions(api), { signal });
        const origins = settings ? positions?.origins : undefined;
        const promoting = profile.streams.map((stream) =>
            promote(api, profile, stream, {
                seconds: promotionSeconds,
                origin: origins?.[stream.name],
            }).then((promotion) => [stream.name, promotion] as const),
        );
        const promotions = await run
            .at("operator", "promotes", async () => new Map(await Promise.all(promoting)), "good")
            .finally(() => Promise.allSettled(promoting));
        const fences = (stream: StreamProfile) =>
            fenceOrigin(api, profile, stream, { origin: origins?.[stream.name], promoted: true });
        const fencing = Promise.all(fence ? profile.streams.map(fences) : []);
        fencing.catch(() => undefined);
        for (const { name, mirror } of profile.streams) {
            const place = () =>
                placeDurables(api, mirror, positions?.streams[name] ?? [], promotions.get(name)?.lastMirrored);
            await untilDone(`durables of ${mirror}`, place, { signal });
        }
        const firstWriteAt = traffic && (await firstWrite(traffic, decidedAt, signal));
        if (traffic) run.happened("standby", "takes writes", "good");
        return { decidedAt, promotions, positions, firstWriteAt, fencing };
    }

    /** The same, but returns the reason of a refusal instead of throwing it. */
    async tryTakeOver(traffic?: Traffic): Promise<Takeover | Error> {
        return this.takeOver(traffic).catch((error: unknown) => {
            this.run.signal.throwIfAborted();
            return error instanceof Error ? error : new Error(String(error));
        });
    }

    /** Gives the origins the standby's messages and the writes. They are back and fenced. */
    async failBack(): Promise<readonly Failback[]> {
        const api = await this.api(5_000);
        return this.eachStream("primary", "takes writes again", (stream) =>
            failback(api, this.run.profile, stream, { onStep: this.onStep(stream.name) }),
        );
    }

    /** Recreates the mirrors. */
    async rebuildMirrors(): Promise<readonly Rebuild[]> {
        const api = await this.api(5_000);
        return this.eachStream("standby", "mirrors again", (stream) =>
            rebuildMirror(api, this.run.profile, stream, { onStep: this.onStep(stream.mirror) }),
        );
    }

    /** Does the same to all streams side by side, as one event of the history. */
    private eachStream<T>(lane: string, label: string, action: (stream: StreamProfile) => Promise<T>): Promise<T[]> {
        return this.run.at(lane, label, () => Promise.all(this.run.profile.streams.map(action)), "good");
    }

    private onStep(name: string): (step: string) => void {
        return (step) => this.run.progress(`${this.run.drill}: ${name}: ${step}`);
    }

    /** Calls of the JetStream API from the standby. */
    async api(patienceMs?: number): Promise<StreamApi> {
        const connection = await this.cluster.connect(this.cluster.standby, "operator");
        return new StreamApi(connection, {
            signal: this.run.signal,
            ...(patienceMs === undefined ? {} : { patienceMs }),
        });
    }
}

async function firstWrite(traffic: Traffic, decidedAt: number, signal: AbortSignal): Promise<number> {
    const first = traffic.clients.map(({ publisher }) =>
        waitFor("a write accepted by the standby", () => publisher.acked.firstAfter(decidedAt), {
            seconds: promotionSeconds,
            signal,
        }),
    );
    return Math.max(...(await Promise.all(first)));
}

/** How the origins were fenced; undefined if they are not within the time that an event may take. */
export async function fenced(run: DrillRun, { fencing }: Takeover): Promise<readonly Fence[] | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>(
        (resolve) => (timer = setTimeout(() => resolve(undefined), eventSeconds * 1000)),
    );
    try {
        const fences = await Promise.race([fencing, late]);
        run.happened("primary", fences ? "is fenced" : "is not fenced", fences ? "good" : "bad");
        return fences;
    } finally {
        clearTimeout(timer);
    }
}
