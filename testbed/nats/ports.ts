import * as net from "node:net";

/** Below the range that systems give to outgoing connections, so that a server can stop and come back on its port. */
const lowest = 20_000;
const highest = 32_000;

/** Ports that a process claims at a time; the first of them is the claim. */
const blockSize = 100;

let block: number[] = [];
let turn: Promise<unknown> = Promise.resolve();

/**
 * Free ports on loopback, never the same twice in this process, and out of blocks that no other process that runs takes ports
 * from: a server that is down for a while finds its port free when it comes back, whatever runs beside it.
 */
export function freePorts(count: number): Promise<number[]> {
    const mine = turn.then(() => take(count));
    turn = mine.catch(() => undefined);
    return mine;
}

async function take(count: number): Promise<number[]> {
    const ports: number[] = [];
    while (ports.length < count) {
        if (block.length === 0) block = await claimBlock();
        const port = block.shift() as number;
        if (await isFree(port)) ports.push(port);
    }
    return ports;
}

/** A block whose first port this process listens on for as long as it lives: the system gives it back, however the process ends. */
async function claimBlock(): Promise<number[]> {
    const blocks = Array.from({ length: (highest - lowest) / blockSize }, (_, index) => lowest + index * blockSize);
    while (blocks.length > 0) {
        const [first] = blocks.splice(Math.floor(Math.random() * blocks.length), 1) as [number];
        if (!(await claim(first))) continue;
        return Array.from({ length: blockSize - 1 }, (_, index) => first + 1 + index);
    }
    throw new Error(
        `every block of ports on loopback from ${lowest} to ${highest} is claimed: end what runs beside this`,
    );
}

function claim(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = net.createServer((socket) => void socket.destroy());
        server.once("error", () => resolve(false));
        server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
            server.unref();
            resolve(true);
        });
    });
}

function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.once("error", () => resolve(false));
        server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
    });
}
