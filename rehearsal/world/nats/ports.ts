import * as net from "node:net";

/** Below the range that systems give to outgoing connections, so that a server can stop and come back on its port. */
const lowest = 20_000;
const highest = 32_000;

const taken = new Set<number>();

/** Free ports on loopback, never the same twice in this process. */
export async function freePorts(count: number): Promise<number[]> {
    const ports: number[] = [];
    while (ports.length < count) {
        const port = lowest + Math.floor(Math.random() * (highest - lowest));
        if (taken.has(port)) continue;
        taken.add(port);
        if (await isFree(port)) ports.push(port);
    }
    return ports;
}

function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.once("error", () => resolve(false));
        server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
    });
}
