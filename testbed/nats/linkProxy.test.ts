import { once } from "node:events";
import * as net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { LinkProxy } from "./linkProxy";

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
    for (const close of closing.splice(0)) await close();
});

async function echo(): Promise<number> {
    const server = net.createServer((socket) => socket.on("error", () => undefined).pipe(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closing.push(() => void server.close());
    return (server.address() as net.AddressInfo).port;
}

async function dial(proxy: LinkProxy): Promise<net.Socket> {
    const socket = net.connect(proxy.port, "127.0.0.1").on("error", () => undefined);
    closing.push(() => void socket.destroy());
    await once(socket, "connect");
    return socket;
}

async function roundTrip(socket: net.Socket): Promise<number> {
    const start = performance.now();
    socket.write("ping");
    expect(String(((await once(socket, "data")) as [Buffer])[0])).toBe("ping");
    return performance.now() - start;
}

describe("LinkProxy", () => {
    it("passes bytes on in both directions", async () => {
        const proxy = await LinkProxy.start(await echo());
        closing.push(() => proxy.close());
        await roundTrip(await dial(proxy));
    });

    it("slows each direction", async () => {
        const proxy = await LinkProxy.start(await echo());
        closing.push(() => proxy.close());
        const socket = await dial(proxy);
        proxy.slow(60);
        // Timers may fire a millisecond early.
        expect(await roundTrip(socket)).toBeGreaterThan(115);
    });

    it("ends connections and refuses new ones while it is cut, and works again when mended", async () => {
        const proxy = await LinkProxy.start(await echo());
        closing.push(() => proxy.close());
        const socket = await dial(proxy);
        const closed = once(socket, "close");
        proxy.cut();
        await closed;
        await once(await dial(proxy), "close");
        proxy.mend();
        await roundTrip(await dial(proxy));
    });
});
