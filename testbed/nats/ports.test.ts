import * as net from "node:net";
import { describe, expect, it, vi } from "vitest";

/** As another process has it: what a module remembers is not shared. */
async function anotherProcess(): Promise<typeof import("./ports")> {
    vi.resetModules();
    return import("./ports");
}

const blockOf = (port: number) => Math.floor(port / 100);

describe("free ports", () => {
    it("are never the same twice, also where they are asked for at the same time", async () => {
        const { freePorts } = await anotherProcess();
        const ports = (await Promise.all([freePorts(70), freePorts(70), freePorts(1)])).flat();
        expect(new Set(ports).size).toBe(141);
    });

    it("come from blocks that no other process takes ports from, though nobody listens on them", async () => {
        const blocks: number[] = [];
        for (let process = 0; process < 20; process += 1) {
            const { freePorts } = await anotherProcess();
            blocks.push(...new Set((await freePorts(5)).map(blockOf)));
        }
        expect(new Set(blocks).size).toBe(20);
    });

    it("can be listened on", async () => {
        const { freePorts } = await anotherProcess();
        const [port] = await freePorts(1);
        const server = net.createServer();
        await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
        await new Promise((resolve) => server.close(resolve));
    });
});
