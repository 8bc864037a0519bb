import { setTimeout as delay } from "node:timers/promises";
import { ask } from "../../../testbed/dns/edge";
import type { Run } from "../../../testbed/nats/messageAccount";
import { numberedMessage } from "../../../testbed/nats/numberedMessages";
import { TimesByNumber } from "../../../testbed/nats/timesByNumber";
import type { DrillRun } from "../drillRun";
import type { ApiEdge } from "../environments/apiEdges";
import type { Side } from "../environments/dnsPair";
import type { LiveDns } from "../environments/liveDns";
import type { Try } from "../recovered";
import { clientSubject } from "./clientSubject";
import { requestInterval, requestTimeout } from "./dnsClients";

/** A request of a client, and what became of it. */
export interface ApiTry extends Try {
    readonly side: Side | undefined;
    /** HTTP status; undefined if nothing answered. */
    readonly status: number | undefined;
}

/** A client of the API that reads or writes once a second, asks DNS as its answers say, and is never changed. */
export class ApiClient {
    readonly tries: ApiTry[] = [];
    /** Which run a writer's messages belong to, and their subject. */
    readonly where: Run;
    /** A writer's acknowledged messages, and when each was tried first (performance.now). */
    readonly acked: TimesByNumber;
    readonly begunAt: TimesByNumber;
    private readonly stopped: Promise<void>;
    private over = false;

    constructor(
        run: DrillRun,
        readonly kind: "read" | "write",
        private readonly dns: Pick<LiveDns, "resolve">,
        private readonly edges: Readonly<Record<Side, ApiEdge>>,
        /** Read before each request, as an application does that mounts its Secret. */
        private readonly key: () => string,
    ) {
        this.where = { run: `${run.drill}-api`, subject: clientSubject(run.profile.streams[0]!, "rehearsal") };
        this.acked = new TimesByNumber(this.where.run);
        this.begunAt = new TimesByNumber(this.where.run);
        this.stopped = this.askAllTheTime(run);
        run.defer(() => this.stop());
    }

    /** The last request was answered, by that side. */
    servedBy(side: Side): boolean {
        const last = this.tries.at(-1);
        return last?.ok === true && last.side === side;
    }

    async stop(): Promise<void> {
        this.over = true;
        await this.stopped;
    }

    private async askAllTheTime(run: DrillRun): Promise<void> {
        let cached: { side: Side | undefined; expires: number } = { side: undefined, expires: 0 };
        // A write that was not answered is made again with the same identifier.
        for (let number = 0; !this.over && !run.signal.aborted;) {
            let status: number | undefined;
            try {
                if (performance.now() >= cached.expires) {
                    const { side, ttl } = await this.dns.resolve();
                    cached = { side, expires: performance.now() + ttl * 1_000 };
                }
                this.begunAt.record(number, performance.now());
                if (cached.side) status = await this.send(this.edges[cached.side].port, number);
            } catch {
                status = undefined;
            }
            const ok = status === 200;
            if (ok) this.acked.record(number++, performance.now());
            this.tries.push({ at: run.history.at(), ok, side: cached.side, status });
            await delay(requestInterval * 1_000);
        }
    }

    private async send(port: number, number: number): Promise<number> {
        const { id, payload } = numberedMessage(this.where.run, this.where.subject, number);
        const headers = { apikey: this.key(), "idempotency-key": id };
        const common = { path: "/", host: "api", timeout: requestTimeout * 1_000, headers };
        const sent = this.kind === "write" ? { ...common, method: "POST", body: payload } : common;
        return (await ask(port, sent)).status;
    }
}
