import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kgents } from "../infra/kgents";
import { systemProfile } from "./systemProfile";

let dir: string;
beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "drkit-profile-"));
    writes("Pulumi.yaml", "name: the-project\nruntime: nodejs\n");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const writes = (file: string, text: string) => writeFileSync(path.join(dir, file), text);
const says = (config: string) => writes("Pulumi.dr.yaml", config);

describe("the system that the operator's command works on", () => {
    it("is the profile where NATS is the program's own", () => {
        expect(systemProfile(kgents, dir)).toEqual(kgents);
        says("config:\n  the-project:phase: 13\n");
        expect(systemProfile(kgents, dir)).toEqual(kgents);
    });

    it("has streams without core subscribers where the settings say so", () => {
        says("config:\n  the-project:nats:\n    republish: { EVENTS: false }\n");
        expect(systemProfile(kgents, dir).streams.map(({ name, republish }) => [name, republish])).toEqual([
            ["AGENTESE", undefined],
            ["EVENTS", false],
        ]);
    });

    it("has the cluster, the servers and the account of a NATS of one's own", () => {
        says(
            "config:\n  the-project:nats:\n    owner: user\n    found: { anonymous: true, cluster: messages, servers: 5 }\n",
        );
        const { regions, natsAccount } = systemProfile(kgents, dir);
        expect(regions.primary).toMatchObject({ natsCluster: "messages", natsServers: 5 });
        expect(regions.dr).toMatchObject({ natsCluster: "usw2", natsServers: 5 });
        expect(natsAccount).toMatchObject({ account: "$G", anonymous: true });
    });

    it("is an environment's where its standby's stack is named, whatever that is called", () => {
        writes("Pulumi.staging-dr.yaml", "config:\n  the-project:dns: { liveName: try.kgents.io }\n");
        writes("Pulumi.us-west.yaml", "config:\n  the-project:role: dr\n  the-project:environment: qa\n");
        expect(systemProfile(kgents, dir, "staging-dr")).toMatchObject({
            name: "kgents-staging",
            apiHost: "try.kgents.io",
            gatewayDomain: "staging.kgents.io",
        });
        expect(systemProfile(kgents, dir, "us-west")).toMatchObject({
            name: "kgents-qa",
            apiHost: "qa-api.kgents.io",
        });
    });

    it("is refused for a stack that is not there, or is no standby's", () => {
        expect(() => systemProfile(kgents, dir, "stagng-dr")).toThrow(/--stack is "stagng-dr", and .* does not exist/);
        writes("Pulumi.staging-primary.yaml", "config: {}\n");
        expect(() => systemProfile(kgents, dir, "staging-primary")).toThrow(
            /no.*standby's:\n- role: "primary" found; the command works on the standby's stack/s,
        );
        writes("Pulumi.us-west.yaml", "config:\n  the-project:environment: Prod\n");
        expect(() => systemProfile(kgents, dir, "us-west")).toThrow(
            /- role: nothing found.*\n- environment: allowed is /,
        );
    });

    it("is refused by key and value where the stacks would refuse it", () => {
        says("config:\n  the-project:nats: { found: { servers: many } }\n");
        expect(() => systemProfile(kgents, dir)).toThrow(
            /Pulumi\.dr\.yaml says of NATS what no stack accepts:\n- the-project:nats\.found\.servers: /,
        );
    });
});
