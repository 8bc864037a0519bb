import type { NatsConnection } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { originStream, parked } from "../../components/nats/natsStreamConfig";
import { fixtureSystem } from "../../components/testing/fixtureSystem";
import { StandbyLease } from "./failbackLease";

const stream = fixtureSystem.streams[0]!;
const open = originStream(fixtureSystem, stream);
const door = { open, parked: parked(open, fixtureSystem.regions.primary, stream) };

/** A connection on which each request gets the reply that is given for its subject, or none. */
function replies(byStep: Readonly<Record<string, string | undefined>>) {
    const asked: { readonly step: string; readonly lines: readonly string[] }[] = [];
    const request = async (subject: string, body: string) => {
        const step = subject.split(".").at(-1)!;
        asked.push({ step, lines: body.split("\n") });
        const reply = byStep[step];
        if (reply === undefined) throw new Error("timeout");
        return { string: () => reply };
    };
    return { asked, connection: { request } as unknown as NatsConnection };
}

describe("StandbyLease", () => {
    it("sends what each stream is parked and opened by, in lines, under a token of its own", async () => {
        const { asked, connection } = replies({ close: "ok closed, for 49 s\n", open: "ok opened\n" });
        const closing = await new StandbyLease(connection).close(door, door);
        await closing.open(17);
        const [token, ...rest] = asked[0]!.lines;
        const settings = [door.parked, door.open, door.parked, door.open].map((one) => JSON.stringify(one));
        expect(rest).toEqual([open.name, open.name, ...settings]);
        expect(asked[1]).toEqual({ step: "open", lines: [token, open.name, "17"] });
        expect(closing.endsAt - performance.now()).toBeLessThanOrEqual(49_000);
    });

    it("asks for the standby back if it is not known whether the standby was closed", async () => {
        const { asked, connection } = replies({ close: undefined, reopen: "ok reopened\n" });
        await expect(new StandbyLease(connection).close(door, door)).rejects.toThrow(
            "Deployment failback-lease in the standby does not reply (timeout): kubectl get pods -l app.kubernetes.io/name=failback-lease -A",
        );
        expect(asked.map(({ step }) => step)).toEqual(["close", "reopen"]);
        expect(asked[1]!.lines).toEqual([asked[0]!.lines[0], open.name]);
    });

    it.each([
        ["refused: the lease is over: COPY takes writes again\n", "the lease is over: COPY takes writes again"],
        ["", "failback-lease failed: its log says why"],
    ])("says why a step was refused: %j", async (reply, reason) => {
        const { connection } = replies({ close: "ok closed, for 1 s\n", open: reply });
        const closing = await new StandbyLease(connection).close(door, door);
        await expect(closing.open(1)).rejects.toThrow(reason);
    });
});
