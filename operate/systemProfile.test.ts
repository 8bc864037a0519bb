import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kgents } from "../infra/profile";
import { systemProfile } from "./systemProfile";

let dir: string;
beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "kgents-profile-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const says = (config: string) => writeFileSync(path.join(dir, "Pulumi.dr.yaml"), config);

describe("the system that the operator's command works on", () => {
    it("is the profile where NATS is the program's own", () => {
        expect(systemProfile(dir)).toEqual(kgents);
        says("config:\n  kgents-dr:phase: 13\n");
        expect(systemProfile(dir)).toEqual(kgents);
    });

    it("has streams without core subscribers where the settings say so", () => {
        says("config:\n  kgents-dr:nats:\n    republish: { EVENTS: false }\n");
        expect(systemProfile(dir).streams.map(({ name, republish }) => [name, republish])).toEqual([
            ["AGENTESE", undefined],
            ["EVENTS", false],
        ]);
    });

    it("has the cluster, the servers and the account of a NATS of one's own", () => {
        says(
            "config:\n  kgents-dr:nats:\n    owner: user\n    found: { anonymous: true, cluster: messages, servers: 5 }\n",
        );
        const { regions, natsAccount } = systemProfile(dir);
        expect(regions.primary).toMatchObject({ natsCluster: "messages", natsServers: 5 });
        expect(regions.dr).toMatchObject({ natsCluster: "usw2", natsServers: 5 });
        expect(natsAccount).toMatchObject({ account: "$G", anonymous: true });
    });

    it("is refused by key and value where the stacks would refuse it", () => {
        says("config:\n  kgents-dr:nats: { found: { servers: many } }\n");
        expect(() => systemProfile(dir)).toThrow(
            /Pulumi\.dr\.yaml says of NATS what no stack accepts:\n- kgents-dr:nats\.found\.servers: /,
        );
    });
});
