import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDoubles, type Doubles } from "../doubles";
import { Client } from "../testing/client";
import { Secret, Unknown } from "../wire/values";

describe("the random double", () => {
    let doubles: Doubles;
    let client: Client;
    beforeAll(async () => {
        doubles = await startDoubles();
        client = await Client.connect(doubles, "random");
    });
    afterAll(async () => {
        client.close();
        await doubles.stop();
    });

    it("makes another password each time, of the length and characters asked for, and secret", async () => {
        const inputs = { length: 32, special: false, minNumeric: 3 };
        const made = await Promise.all(
            [1, 2].map(() => client.create("random:index/randomPassword:RandomPassword", "password", inputs)),
        );
        const [first, second] = made.map(({ properties }) => properties.result);
        expect(first).toBeInstanceOf(Secret);
        expect(first.value).toMatch(/^[A-Za-z0-9]{32}$/);
        expect(first.value.replace(/\D/g, "").length).toBeGreaterThanOrEqual(3);
        expect(first.value).not.toBe(second.value);
    });

    it("makes bytes that are secret and ids that are not", async () => {
        const bytes = await client.create("random:index/randomBytes:RandomBytes", "key", { length: 32 });
        expect(Buffer.from(bytes.properties.base64.value, "base64")).toHaveLength(32);
        const id = await client.create("random:index/randomId:RandomId", "suffix", {
            byteLength: 4,
            prefix: "kgents-",
        });
        expect(id.properties.hex).toMatch(/^kgents-[0-9a-f]{8}$/);
    });

    it("knows nothing in a preview and replaces on every change", async () => {
        const planned = await client.create(
            "random:index/randomPassword:RandomPassword",
            "password",
            { length: 16 },
            { preview: true },
        );
        expect(planned.properties.result).toBeInstanceOf(Unknown);
        const diff = await client.diff(
            "random:index/randomPassword:RandomPassword",
            "password",
            "none",
            { length: 16 },
            { length: 17 },
        );
        expect(diff.replaces).toEqual(["length"]);
    });

    it("names the file for a type that is not modelled", async () => {
        await expect(client.check("random:index/randomPet:RandomPet", "pet", {})).rejects.toThrow(
            "add it to testbed/doubles/random/provider.ts",
        );
    });
});
