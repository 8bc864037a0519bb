import { Resolver } from "node:dns/promises";
import { TCPClient } from "dns2";
import { afterEach, describe, expect, it } from "vitest";
import { startNameServer, type NameServer } from "./server";

let server: NameServer | undefined;
afterEach(async () => server?.stop());

async function start(answers: Record<string, { values: string[]; ttl: number }>) {
    server = await startNameServer({
        answer: (name, type) => {
            const found = answers[`${name} ${type}`];
            return { exists: found !== undefined, values: found?.values ?? [], ttl: found?.ttl ?? 0 };
        },
    });
    const resolver = new Resolver();
    resolver.setServers([server.address]);
    return { resolver, server };
}

describe("startNameServer", () => {
    it("answers addresses with their TTL and texts, to Node's own resolver", async () => {
        const { resolver } = await start({
            "pair.test A": { values: ["192.0.2.1"], ttl: 60 },
            "pair.test TXT": { values: ["primary"], ttl: 30 },
        });
        expect(await resolver.resolve4("pair.test", { ttl: true })).toEqual([{ address: "192.0.2.1", ttl: 60 }]);
        expect(await resolver.resolveTxt("pair.test")).toEqual([["primary"]]);
    });

    it("says that a name does not exist", async () => {
        const { resolver } = await start({});
        await expect(resolver.resolve4("nobody.test")).rejects.toThrow("ENOTFOUND");
    });

    it("answers the same over TCP, on the same port", async () => {
        const { server } = await start({ "pair.test A": { values: ["192.0.2.1"], ttl: 60 } });
        const ask = TCPClient({ dns: "127.0.0.1", port: server.port });
        const { answers, header } = await ask("pair.test", "A");
        expect(answers.map(({ address, ttl }) => [address, ttl])).toEqual([["192.0.2.1", 60]]);
        expect(header.aa).toBe(1);
        expect(server.questions()).toBe(1);
    });
});
