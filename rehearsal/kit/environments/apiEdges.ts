import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { startEdge, type Edge, type EdgeResponse } from "../../../testbed/dns/edge";
import type { Member } from "../../../testbed/nats/natsWorld";
import { clientSubject } from "../load/clientSubject";
import type { DrillRun } from "../drillRun";
import type { SuperCluster } from "./superCluster";

/** A region's API on loopback: it answers the health check, writes to a stream and reads from it, all through the region's NATS. */
export interface ApiEdge extends Edge {
    /** What is wrong with an API that is up: every answer is a 500, or comes 10 s later. */
    illness: "none" | "errors" | "slow";
}

/**
 * Ready when it listens. It speaks to its own region's servers alone.
 *
 * @param keys those that clients may show; read at each request
 */
export async function startApi(
    run: DrillRun,
    cluster: SuperCluster,
    member: Member,
    keys: ReadonlySet<string>,
): Promise<ApiEdge> {
    const [stream] = run.profile.streams as [(typeof run.profile.streams)[number]];
    const connection = await cluster.connect(member, `api in ${member.stack}`);
    const js = jetstream(connection, { timeout: 2_000 });

    const outcome = async (request: IncomingMessage): Promise<EdgeResponse> => {
        if (request.headers.apikey === undefined) return answer(200, "up");
        if (!keys.has(String(request.headers.apikey))) return answer(401, "this key is not known");
        try {
            if (request.method !== "POST") return answer(200, String(await lastSequence()));
            const msgID = String(request.headers["idempotency-key"]);
            const subject = clientSubject(stream, "rehearsal");
            const { seq } = await js.publish(subject, await text(request), { msgID, retries: 1 });
            return answer(200, String(seq));
        } catch (error) {
            return answer(503, error instanceof Error ? error.message : String(error), { "retry-after": "30" });
        }
    };
    /** Of the copy that has most: the origin, or the mirror where that alone answers. */
    const lastSequence = async () => {
        const manager = await jetstreamManager(connection, { timeout: 2_000, checkAPI: false });
        const infos = await Promise.allSettled([stream.name, stream.mirror].map((name) => manager.streams.info(name)));
        const found = infos.flatMap((info) => (info.status === "fulfilled" ? [info.value.state.last_seq] : []));
        if (found.length === 0) throw new Error("no copy of the stream answers");
        return Math.max(...found);
    };

    const health: Pick<ApiEdge, "illness"> = { illness: "none" };
    const edge = await startEdge(async (request) => {
        if (health.illness === "slow") await delay(10_000);
        return health.illness === "errors" ? answer(500, "the API is up and ill") : outcome(request);
    });
    run.defer(() => edge.crash());
    run.simulated(
        "Kong and the API: a small server in each region, which publishes and reads through that region's NATS",
    );
    return Object.assign(health, edge);
}

function answer(status: number, body: string, headers: Record<string, string> = {}): EdgeResponse {
    return { status, body, headers };
}
