import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeMachine } from "./testing/fakeMachine";
import { describeWithTools, testTools } from "./testTools";

let machine: FakeMachine;
beforeEach(() => void (machine = new FakeMachine()));
afterEach(() => machine.remove());

describe("testTools", () => {
    it("gives the tools where they can be had", async () => {
        const path = machine.tool("nats", "0.4.0");
        const found = await testTools(["nats"], machine.options);
        expect(found).toEqual({
            available: true,
            reason: "",
            tools: { nats: { path, version: "0.4.0", origin: "PATH" } },
        });
    });

    it("gives the reason where one cannot, and to whoever uses it all the same", async () => {
        const found = await testTools(["nats"], machine.options);
        expect(found.available).toBe(false);
        expect(found.reason).toMatch(/^A tool could not be found or installed:\n {2}nats, >= 0.4.0:/);
        expect(() => found.tools.nats.path).toThrow(/^nats is not available: A tool could not be found/);
    });

    it("fails instead where DRKIT_REQUIRE_TOOLS is set", async () => {
        machine.env.DRKIT_REQUIRE_TOOLS = "1";
        await expect(testTools(["nats"], machine.options)).rejects.toThrow("A tool could not be found or installed");
    });
});

const present = new FakeMachine();
present.tool("nats", "0.4.0");
describeWithTools(
    "describeWithTools",
    ["nats"],
    (tools) => {
        afterAll(() => present.remove());
        it("hands the tools to its tests", () => expect(tools.nats.version).toBe("0.4.0"));
    },
    present.options,
);
