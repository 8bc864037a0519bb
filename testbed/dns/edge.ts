import { Agent, createServer, request, type IncomingMessage, type Server } from "node:http";
import { runInNewContext } from "node:vm";
import { freePorts } from "../nats/ports";
import type { ProbeResult } from "./model";

/** What an edge answers. */
export interface EdgeResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
}

/** A region's way in, on loopback: a real HTTP server that can crash and come back on the same port. */
export interface Edge {
    readonly port: number;
    /** Closes the listener and every connection: what comes then is refused. */
    crash(): Promise<void>;
    restart(): Promise<void>;
    /** Requests answered. */
    readonly answered: () => number;
}

const loopback = "127.0.0.1";

/** @param respond what it answers a request; it must not throw */
export async function startEdge(
    respond: (request: IncomingMessage) => EdgeResponse | Promise<EdgeResponse>,
): Promise<Edge> {
    let answered = 0;
    // One that nothing else takes while the edge is down.
    const [port] = (await freePorts(1)) as [number];
    let server: Server = await listen();

    return {
        port,
        answered: () => answered,
        async crash() {
            const closed = new Promise<void>((resolve) => server.close(() => resolve()));
            server.closeAllConnections();
            await closed;
        },
        async restart() {
            server = await listen();
        },
    };

    function listen(): Promise<Server> {
        const made = createServer(async (asked, response) => {
            const { status, headers, body } = await respond(asked);
            answered += 1;
            response.writeHead(status, headers);
            response.end(body);
        });
        return new Promise((resolve, reject) => {
            made.once("error", reject);
            made.listen(port, loopback, () => resolve(made));
        });
    }
}

/** What the deployed CloudFront function answers, by running its code. */
export function answerOfEdgeCode(code: string): EdgeResponse {
    const answer = runInNewContext(
        `${code}\nhandler({ request: { method: "GET", uri: "/" } })`,
        {},
        { timeout: 1_000 },
    );
    const headers = Object.entries(answer.headers as Record<string, { value: string }>).map(([name, { value }]) => [
        name,
        value,
    ]);
    return { status: answer.statusCode, headers: Object.fromEntries(headers), body: String(answer.body ?? "") };
}

export interface HttpRequest {
    readonly path: string;
    readonly host: string;
    /** Milliseconds. */
    readonly timeout: number;
    /** @default a connection of its own */
    readonly agent?: Agent;
    /** @default GET */
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
}

export interface HttpAnswer {
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
}

/** One real request; rejects if it is refused, or not answered within `timeout` milliseconds. */
export function ask(
    port: number,
    { path, host, timeout, agent, method, headers, body }: HttpRequest,
): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
        const sent = request(
            { host: loopback, port, path, method, headers: { ...headers, host }, agent: agent ?? false, timeout },
            (response) => {
                response.resume();
                response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
                response.once("error", reject);
            },
        );
        sent.once("timeout", () => sent.destroy(new Error("no answer in time")));
        sent.once("error", reject);
        sent.end(body);
    });
}

/** A checker's request for real; times are seconds of the world, `scale` times as fast as the machine's. */
export async function probeForReal(
    port: number,
    { path, host, scale }: { path: string; host: string; scale: number },
): Promise<ProbeResult> {
    const timeout = (6 / scale) * 1_000;
    try {
        const { status } = await ask(port, { path, host, timeout });
        // How long loopback took says nothing of a region: what counts is that it answered.
        return { connect: 0, respond: 0, status };
    } catch (error) {
        return { connect: (error as NodeJS.ErrnoException).code === "ECONNREFUSED" ? "refused" : "silent" };
    }
}
