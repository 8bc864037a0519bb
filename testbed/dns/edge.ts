import { Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { runInNewContext } from "node:vm";
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

export async function startEdge(respond: () => EdgeResponse): Promise<Edge> {
    let answered = 0;
    let server: Server = await listen(0);
    const { port } = server.address() as AddressInfo;

    return {
        port,
        answered: () => answered,
        async crash() {
            const closed = new Promise<void>((resolve) => server.close(() => resolve()));
            server.closeAllConnections();
            await closed;
        },
        async restart() {
            server = await listen(port);
        },
    };

    function listen(wanted: number): Promise<Server> {
        const made = createServer((_, response) => {
            const { status, headers, body } = respond();
            answered += 1;
            response.writeHead(status, headers);
            response.end(body);
        });
        return new Promise((resolve, reject) => {
            made.once("error", reject);
            made.listen(wanted, loopback, () => resolve(made));
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

export interface HttpAnswer {
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
}

/** One real request; rejects if it is refused, or not answered within `timeout` milliseconds. */
export function ask(
    port: number,
    { path, host, timeout, agent }: { path: string; host: string; timeout: number; agent?: Agent },
): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
        const sent = request(
            { host: loopback, port, path, headers: { host }, agent: agent ?? false, timeout },
            (response) => {
                response.resume();
                response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
                response.once("error", reject);
            },
        );
        sent.once("timeout", () => sent.destroy(new Error("no answer in time")));
        sent.once("error", reject);
        sent.end();
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
