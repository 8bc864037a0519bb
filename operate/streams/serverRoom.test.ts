import { describe, expect, it } from "vitest";
import { kgents } from "../../infra/kgents";
import { serverRoomOf } from "./serverRoom";

const gib = 1024 ** 3;
const server = (name: string, cluster: string, max_storage: number, storage: number) => ({
    server: { name, cluster },
    data: {
        max_payload: 1_048_576,
        jetstream: { config: { max_memory: 0, max_storage }, stats: { memory: 0, storage } },
    },
});

describe("the room of the regions' servers", () => {
    it("is no finding while both are as large and have some", () => {
        const servers = [server("nats-0", "nats", 20 * gib, gib), server("usw2-nats-0", "usw2", 20 * gib, gib)];
        expect(serverRoomOf(servers, kgents)).toEqual({ standbyFull: [], findings: [] });
    });

    it("names what is full first, on both sides, and then what the standby accepts less of", () => {
        const servers = [
            server("nats-0", "nats", 20 * gib, 17 * gib),
            server("usw2-nats-0", "usw2", 10 * gib, 10 * gib),
            server("use2-nats-0", "witness", gib, gib),
        ];
        const full = "usw2-nats-0 is full: it holds 10.0 GiB of 10.0 GiB (max_file_store), and stores no message more";
        expect(serverRoomOf(servers, kgents)).toEqual({
            standbyFull: [full],
            findings: [
                "nats-0 is nearly full: it holds 17.0 GiB of 20.0 GiB (max_file_store)",
                full,
                expect.stringMatching(
                    /^max_file_store: nats-0 of the primary has 21474836480 bytes, usw2-nats-0 10737418240\./,
                ),
            ],
        });
    });

    it("judges no server of a region that is lost", () => {
        expect(serverRoomOf([server("usw2-nats-0", "usw2", gib, 0)], kgents).findings).toEqual([]);
    });
});
