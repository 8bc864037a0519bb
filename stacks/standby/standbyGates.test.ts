import { log } from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { gatewayEndpoints } from "../../components/gateways/gatewayAddresses";
import type { PublishedCertificates } from "../../components/gateways/gatewayCertificateRules";
import { testAuthority, testCertificate } from "../../components/testing/certificates";
import { record } from "../../components/testing/record";
import type { RegionProfile, Role, SystemProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { readSettings } from "../../infra/settings";
import { createContext, type StackContext } from "../../infra/stack";
import { roadmap } from "../roadmap";
import { checkStandby } from "./standbyGates";

const authority = testAuthority("gateways");
const certificates: PublishedCertificates = {
    authority: authority.certificate,
    members: Object.fromEntries(
        Object.values(kgents.regions).map((region) => [
            region.short,
            testCertificate(authority, { hosts: gatewayEndpoints(kgents, region).map(({ host }) => host) }),
        ]),
    ),
};

interface World {
    readonly profile?: SystemProfile;
    readonly values?: Readonly<Record<string, unknown>>;
    readonly outputs?: Partial<Record<Role, object>>;
    readonly published?: Partial<PublishedCertificates>;
}

/** What stack primary is told before phase 13 registers anything, with the other two at their first step. */
async function told(
    { profile = kgents, values = {}, outputs = {}, published = {} }: World,
    role: Role = "primary",
): Promise<string> {
    const secretString = JSON.stringify({ ...certificates, ...published });
    const exported: Record<Role, object> = {
        primary: { phase: 12 },
        dr: { phase: 13, vpcCidr: "10.20.0.0/16", peeringIds: { primary: "pcx-1", witness: "pcx-2" } },
        witness: { phase: 13, vpcId: "vpc-w", vpcCidr: "10.30.0.0/24", joined: false },
        ...outputs,
    };
    const config = Object.fromEntries(
        Object.entries({ phase: 10, ...values }).map(([key, value]) => [`kgents-dr:${key}`, JSON.stringify(value)]),
    );
    try {
        const recording = await record(
            async () => {
                const { settings } = readSettings(role, "kgents-dr", { values: config }, kgents, roadmap);
                await checkStandby(createContext(role, profile, { ...settings, phase: 13 }, roadmap) as StackContext);
            },
            {
                project: "kgents-dr",
                stack: role,
                invokes: {
                    "pulumi:pulumi:readStackOutputs": ({ name }) => ({
                        outputs: exported[name.split("/").at(-1) as Role],
                    }),
                    "aws:secretsmanager/getSecretVersion:getSecretVersion": () => ({ secretString }),
                },
            },
        );
        expect(recording.children).toEqual(["pulumi:providers:aws aws"]);
        return "";
    } catch (error) {
        return (error as Error).message;
    }
}

const withRegion = (role: Role, change: Partial<RegionProfile>): SystemProfile => ({
    ...kgents,
    regions: { ...kgents.regions, [role]: { ...kgents.regions[role], ...change } },
});
const access = { url: "nats://nats:4222", authSecret: "own" };
/** What the owner of a NATS says of it where there is nothing to merge. */
const said = { anonymous: true, mappings: {}, systemUsers: [], monitorPort: 8222, uses: [] };
const ownNats = (found: object = {}, more: object = { access }) => ({
    nats: { owner: "user", found: { ...said, version: "2.14.9", ...found }, ...more },
});

describe("what must hold before phase 13 begins", () => {
    it("wants the checksum of the witness's server with its network, not when everybody waits for the server", async () => {
        const outputs = { witness: {} };
        const message = await told({ outputs }, "witness");
        expect(message).toContain(
            "kgents-dr:witness.sha256: missing; read it in https://github.com/nats-io/nats-server/releases/download/v2.14.9/SHA256SUMS",
        );
        expect(await told({ outputs, values: { witness: { sha256: "0".repeat(64) } } }, "witness")).toBe("");
    });

    it("lets a system go that keeps all of it", async () => {
        expect(await told({})).toBe("");
    });

    it.each<[string, World, string]>([
        [
            "ranges that overlap as the stacks really have them",
            { outputs: { witness: { phase: 13, vpcId: "v", vpcCidr: "10.10.4.0/24" } } },
            "10.10.0.0/16 overlaps 10.10.4.0/24 of us-east-2",
        ],
        [
            "equal cluster names",
            { profile: withRegion("dr", { natsCluster: "nats" }) },
            'regions.dr.natsCluster: "nats" is also that of primary',
        ],
        [
            "a witness in one of the two regions",
            { profile: withRegion("witness", { name: "us-west-2" }) },
            "dr in us-west-2 and witness in us-west-2; each role needs a region of its own",
        ],
        [
            "a phase that was left out",
            { outputs: { primary: { phase: 10 } } },
            "stack primary is at phase 10, and phase 13 builds on what 11 and 12 made: pulumi config set --stack primary kgents-dr:phase 11",
        ],
        [
            "an even number of voters",
            { profile: withRegion("dr", { natsServers: 4 }) },
            "8 servers vote, an even number, which survives no more than 7 do",
        ],
        [
            "a quorum that one region holds",
            { profile: withRegion("primary", { natsServers: 5 }) },
            "without us-east-1, 4 of 9 NATS servers are left and 5 are needed",
        ],
        ["an adopted NATS that says nothing of itself", { values: ownNats({}, {}) }, "kgents-dr:nats.access: missing"],
        [
            "an adopted NATS that does not say how it was found",
            { values: { nats: { owner: "user", access } } },
            "kgents-dr:nats.found: missing",
        ],
        [
            "an adopted NATS that is too old",
            { values: ownNats({ version: "2.14.6" }) },
            "kgents-dr:nats.found.version: 2.14.6 found; allowed are versions from 2.14.7: upgrade the servers one by one first",
        ],
        [
            "an adopted NATS whose accounts an operator signs",
            { values: ownNats({ accounts: "operator" }) },
            'kgents-dr:nats.found.accounts: "operator" found; mappings and permissions of such accounts are in JWTs',
        ],
        [
            "an adopted NATS without an address or a Secret",
            { values: ownNats({}, { access: {} }) },
            "kgents-dr:nats.access.url: found nothing",
        ],
        [
            "an adopted NATS with an address and no Secret",
            { values: ownNats({}, { access: { url: access.url } }) },
            "kgents-dr:nats.access.authSecret: missing",
        ],
        [
            "an adopted NATS without a version",
            { values: ownNats({ version: undefined }) },
            "kgents-dr:nats.found.version: missing",
        ],
        [
            "an adopted cluster that is called like the standby's",
            { values: ownNats({ cluster: "usw2" }) },
            'regions.dr.natsCluster: "usw2" is also that of primary',
        ],
        [
            "an adopted network without its route tables",
            { values: { cluster: { mode: "adopt", name: "prod" } } },
            "kgents-dr:network.routeTableIds: empty",
        ],
        [
            "an adopted network without a subnet a zone",
            { values: { cluster: { mode: "adopt", name: "prod" } } },
            "kgents-dr:network.privateSubnetIds: empty",
        ],
        [
            "an empty authority",
            { published: { authority: "" } },
            "authority: empty; without it no member trusts another",
        ],
        [
            "a member without a certificate",
            { published: { members: {} } },
            "members.usw2: no certificate for us-west-2",
        ],
        ["a step that is missing", { outputs: { dr: { phase: 12 } } }, "stack primary comes too early in phase 13"],
    ])("refuses %s", async (_what, world, message) => {
        expect(await told(world)).toContain(message);
    });

    it.each(["2.14.7", "2.15.2"])(
        "lets an adopted NATS %s go, before it has gateways: its patch comes with the phase",
        async (version) => {
            expect(await told({ values: ownNats({ version }) })).toBe("");
        },
    );

    it.each(["dr", "witness"] as const)(
        "refuses %s as long as it does not follow the primary's NATS as found",
        async (role) => {
            const natsSetup = {
                account: "$G",
                systemAccount: "$SYS",
                users: [],
                anonymous: true,
                mappings: { "a.*": "b.*" },
                cluster: "nats",
                servers: 3,
            };
            const outputs = { primary: { phase: 13, gatewaysReady: true, natsSetup } };
            const found = { anonymous: true, mappings: { "a.*": "b.*" } };
            expect(await told({ outputs }, role)).toContain(
                `kgents-dr:nats.found.account: "APP" found, and the primary's NATS has "$G"; give stack ${role} the nats.found of stack primary`,
            );
            expect(await told({ outputs, values: { nats: { found: {} } } }, role)).toContain(
                "kgents-dr:nats.found.anonymous: false found",
            );
            expect(
                await told({ outputs, values: { nats: { found: { ...found, noAuthUser: "guest" } } } }, role),
            ).toContain('kgents-dr:nats.found.noAuthUser: "guest" found, and the primary\'s NATS has undefined');
            expect(await told({ outputs, values: { nats: { found: { anonymous: true } } } }, role)).toContain(
                'kgents-dr:nats.found.mappings: undefined found, and the primary\'s NATS has {"a.*":"b.*"}',
            );
            expect(await told({ outputs, values: { nats: { found } } }, role)).not.toContain("nats.found");
        },
    );

    it("refuses a standby that would serve other core subscribers after a promotion than the primary does", async () => {
        const natsSetup = { account: "APP", republish: { AGENTESE: true, EVENTS: false } };
        const outputs = { primary: { phase: 13, gatewaysReady: true, natsSetup } };
        expect(await told({ outputs }, "dr")).toContain(
            'kgents-dr:nats.republish: {"AGENTESE":true,"EVENTS":true} found, and the primary\'s NATS has {"AGENTESE":true,"EVENTS":false}; give stack dr the nats.republish of stack primary',
        );
        expect(await told({ outputs }, "witness")).not.toContain("republish");
        expect(await told({ outputs, values: { nats: { republish: { EVENTS: false } } } }, "dr")).not.toContain(
            "republish",
        );
    });

    it("lets the standby have other processors than the primary only where every image was looked at", async () => {
        const primary = { phase: 12, nodeFloor: { nodes: 3, instanceTypes: ["t3.medium", "t3a.medium"] } };
        const arm = { cluster: { instanceTypes: ["t4g.medium", "m7g.medium"] } };
        const images = (architectures: string[]) => ({
            standby: { images: { architectures: { "kgents/api": architectures } } },
        });
        const world = (values: object, more: object = primary) =>
            told({ values: { ...values }, outputs: { primary: more, dr: { phase: 12 } } }, "dr");
        expect(await world(arm)).toContain(
            "kgents-dr:standby.images.architectures: no image of kgents/ is named, and the nodes (t4g.medium, m7g.medium) are ARM",
        );
        expect(await world({ ...arm, standby: { images: { architectures: { redis: ["arm64"] } } } })).toContain(
            "no image of kgents/ is named",
        );
        expect(await world({ ...arm, ...images(["amd64"]) })).toContain(
            '["kgents/api"]: amd64 found; the nodes (t4g.medium, m7g.medium) need arm64',
        );
        const noted = vi.spyOn(log, "info").mockResolvedValue(undefined);
        expect(await world({ ...arm, ...images(["amd64", "arm64"]) })).toBe("");
        expect(noted.mock.calls.map(([text]) => text)).toEqual([
            expect.stringMatching(
                /are ARM\. Images that are known to run there: kgents\/api, nats, .* Any other of the manifests was not looked at/,
            ),
        ]);
        expect(await world(arm, { phase: 12, nodeFloor: { nodes: 3, instanceTypes: ["t4g.large"] } })).toBe("");
        expect(noted).toHaveBeenCalledTimes(1);
        noted.mockRestore();
    });

    it("lets the standby's twin back up only as the alarm on it expects, in the witness's stack", async () => {
        const witness = {
            phase: 13,
            vpcId: "vpc-w",
            vpcCidr: "10.30.0.0/24",
            joined: false,
            backupCadence: { schedule: "0 * * * *", deadline: 1_800 },
        };
        const outputs = { primary: { phase: 12 }, dr: { phase: 12 }, witness };
        expect(await told({ outputs, values: { nats: { backup: { schedule: "0 */6 * * *" } } } }, "dr")).toContain(
            'kgents-dr:nats.backup.schedule: "0 */6 * * *" found, and stack witness, which has the alarm on the newest backup\'s age, expects "0 * * * *"',
        );
        expect(await told({ outputs }, "dr")).toBe("");
    });

    describe("a standby whose volumes are smaller than the primary's", () => {
        const smaller =
            "kgents-dr:nats.volumeGib: 20 of stack dr found, and the primary's servers have 500; the mirrors stop when a volume is full. " +
            "pulumi config set --stack dr --path kgents-dr:nats.volumeGib 500, before the standby's NATS is there";
        const primary = { phase: 13, gatewaysReady: true, natsVolumeGib: 500, witnessGate: 4 };
        const dr = {
            phase: 13,
            vpcCidr: "10.20.0.0/16",
            peeringIds: { primary: "pcx-1", witness: "pcx-2" },
            natsVolumeGib: 20,
        };
        const accepts = { accepts: { volumeGib: 500 } };

        it("is refused in the primary before its NATS is touched, and in the standby before it has one", async () => {
            expect(await told({ values: { nats: { volumeGib: 500 } }, outputs: { dr } })).toContain(smaller);
            expect(await told({ values: ownNats(accepts), outputs: { dr } })).toContain(smaller);
            expect(await told({ outputs: { primary } }, "dr")).toContain(smaller);
        });

        it.each<[string, Role, World]>([
            ["the standby is as large", "dr", { outputs: { primary }, values: { nats: { volumeGib: 500 } } }],
            ["the standby is larger", "primary", { outputs: { dr }, values: { nats: { volumeGib: 10 } } }],
            [
                "the primary's own NATS does not say it: then the gate asks",
                "primary",
                { values: ownNats({}), outputs: { dr } },
            ],
            ["the other stack is not there yet", "primary", { values: { nats: { volumeGib: 500 } } }],
        ])("is none where %s", async (_what, role, world) => {
            expect(await told(world, role)).not.toContain("volumeGib");
        });

        it("is said and stops no update once the join is through: a volume cannot be changed", async () => {
            const warned = vi.spyOn(log, "warn").mockResolvedValue(undefined);
            const witness = { phase: 13, vpcId: "vpc-w", vpcCidr: "10.30.0.0/24", joined: true };
            const outputs = { primary, dr: { ...dr, standbyGate: 7 }, witness };
            expect(await told({ outputs }, "dr")).toBe("");
            expect(warned.mock.calls.map(([text]) => text)).toEqual([smaller]);
            warned.mockRestore();
        });
    });

    it("refuses a standby that was told other limits than the primary's NATS was found with", async () => {
        const accepts = { maxPayload: 8_388_608, memoryStoreMib: 0, accountsLeftOut: [] };
        const outputs = { primary: { phase: 13, gatewaysReady: true, natsSetup: { accepts } } };
        expect(await told({ outputs }, "dr")).toContain(
            'kgents-dr:nats.found.accepts: {"maxPayload":1048576,"memoryStoreMib":0,"accountsLeftOut":[]} found, and the primary\'s NATS has ' +
                '{"accountsLeftOut":[],"maxPayload":8388608,"memoryStoreMib":0}; give stack dr the nats.found of stack primary',
        );
        const found = { account: "APP", users: [{ name: "app" }], accepts: { maxPayload: 8_388_608 } };
        expect(await told({ outputs, values: { nats: { found } } }, "dr")).not.toContain("accepts");
        expect(await told({ outputs }, "witness")).not.toContain("accepts");
    });

    it("reports all mistakes at once", async () => {
        const message = await told({
            profile: withRegion("dr", { natsCluster: "nats" }),
            values: { cluster: { mode: "adopt", name: "prod" } },
            outputs: { witness: { phase: 13, vpcId: "v", vpcCidr: "10.10.4.0/24" } },
        });
        expect(message.split("\n  - ")).toHaveLength(5);
    });

    it("does not stop an update on the worst day for a certificate that has ended", async () => {
        const outputs = {
            primary: { phase: 13, gatewaysReady: true, witnessGate: 4 },
            dr: { phase: 13, vpcCidr: "10.20.0.0/16", peeringIds: {}, standbyGate: 7 },
            witness: { phase: 13, vpcId: "vpc-w", vpcCidr: "10.30.0.0/24", joined: true },
        };
        expect(await told({ outputs, published: { authority: "" } })).toBe("");
    });
});
