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

    it("keeps the order of what was sent when it gets faster", async () => {
        const proxy = await LinkProxy.start(await echo());
        closing.push(() => proxy.close());
        const socket = await dial(proxy);
        proxy.slow(80);
        socket.write("first");
        await new Promise((resolve) => setTimeout(resolve, 20));
        proxy.slow(0);
        socket.write("second");
        let heard = "";
        socket.on("data", (chunk: Buffer) => (heard += String(chunk)));
        await expect.poll(() => heard, { timeout: 10_000 }).toBe("firstsecond");
    });

    it("delays what is lost by its retransmissions, and loses nothing", async () => {
        const proxy = await LinkProxy.start(await echo());
        closing.push(() => proxy.close());
        const socket = await dial(proxy);
        const draws = [0, 0, 1, 1];
        proxy.lose(0.5, () => draws.shift() ?? 1);
        // Lost twice on the way there: 200 ms and 400 ms.
        expect(await roundTrip(socket)).toBeGreaterThan(595);
    });

    it("passes nothing on in a silence and ends no connection, and delivers all of it when mended", async () => {
        const proxy = await LinkProxy.start(await echo());
        closing.push(() => proxy.close());
        const socket = await dial(proxy);
        await roundTrip(socket);
        let heard = "";
        socket.on("data", (chunk: Buffer) => (heard += String(chunk)));
        proxy.silence();
        socket.write("one");
        socket.write("two");
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect([heard, socket.destroyed]).toEqual(["", false]);
        proxy.mend();
        await expect.poll(() => heard, { timeout: 10_000 }).toBe("onetwo");
    });
});
