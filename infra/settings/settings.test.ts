import { describe, expect, it } from "vitest";
import { kgents } from "../kgents";
import { deliveredPhases } from "../roadmap";
import { testRoadmap } from "../testing/roadmap";
import { readSettings } from "./index";
import { issuesOf, read } from "./testing/stackSettings";

const valid = { phase: 10 };
const range = (vpcCidr: string) => ({ ...valid, network: { vpcCidr } });
const backups = (backup: object) => ({ ...valid, nats: { backup } });
const delivered = deliveredPhases(testRoadmap)
    .map(({ id, title }) => `${id} (${title})`)
    .join(", ");
const undelivered = testRoadmap.filter(({ load }) => load === undefined);

describe("readSettings", () => {
    it("fills in what is not set", () => {
        expect(read(valid)).toMatchObject({
            role: "primary",
            settings: {
                phase: 10,
                allowPhaseLowering: false,
                accountIds: [],
                network: { nat: "gateway", flowLogs: false },
                cluster: {
                    mode: "create",
                    version: "1.35",
                    adminRoleArns: [],
                    publicAccessCidrs: [],
                    deletionProtection: true,
                },
                nats: { owner: "chart", volumeGib: 20 },
                alerts: { subscribers: [], prometheus: { operator: false } },
            },
        });
    });

    it("adopts a cluster by its name alone", () => {
        expect(read({ ...valid, cluster: { mode: "adopt", name: "prod" } }).settings.cluster).toEqual({
            mode: "adopt",
            name: "prod",
            storageClass: "gp3",
            installedOtherwise: [],
            deletionProtection: true,
            loadBalancerController: true,
            snapshotController: true,
        });
    });

    it("leaves other namespaces alone", () => {
        const values = {
            "kgents-dr:phase": "10",
            "aws:region": "eu-west-1",
            "pulumi:disable-default-providers": '["aws"]',
        };
        expect(readSettings("dr", "kgents-dr", { values }, kgents, testRoadmap).role).toBe("dr");
    });

    it("reports all mistakes at once, one a key", () => {
        const issues = issuesOf({
            phase: 15,
            region: "us-west-2",
            network: { vpcCidr: "10.20.0.0/16" },
            cluster: { nodes: 2, instanceTypes: ["t3.medium", "t4g.medium"], version: "1.20" },
            nats: { owner: "helm" },
            natz: {},
        });
        expect(issues.map((issue) => issue.key)).toEqual([
            "kgents-dr:natz",
            "kgents-dr:phase",
            "kgents-dr:cluster.version",
            "kgents-dr:cluster.instanceTypes",
            "kgents-dr:cluster.nodes",
            "kgents-dr:nats.owner",
            "kgents-dr:region",
            "kgents-dr:network.vpcCidr",
        ]);
    });

    it.each(["primary", "dr", "witness"])(
        "judges the backup's cron of stack %s with everything else, whatever else is wrong beside it",
        (stack) => {
            const found = issuesOf(
                { phase: 15, nats: { backup: { schedule: "0 0 30 2 *", objectLock: "none", rooms: 1 } } },
                stack,
            );
            expect(found.map((issue) => issue.key)).toEqual([
                "kgents-dr:phase",
                "kgents-dr:nats.backup.objectLock",
                "kgents-dr:nats.backup.rooms",
                "kgents-dr:nats.backup.schedule",
            ]);
            expect(found.at(-1)).toEqual({
                key: "kgents-dr:nats.backup.schedule",
                found: '"0 0 30 2 *"',
                allowed: expect.stringMatching(
                    /^a cron in UTC that keeps contract nats-backup-rpo \(at most 1 d lost\); "0 0 30 2 \*" never fires: /,
                ),
                remedy: `pulumi config set --stack ${stack} --path kgents-dr:nats.backup.schedule <value>`,
            });
        },
    );

    it("lets a cron go that keeps the contract with the time a run may take", () => {
        expect(read(backups({ schedule: "0 */12 * * *", deadlineMinutes: 60 })).settings.nats.backup).toMatchObject({
            schedule: "0 */12 * * *",
            deadlineMinutes: 60,
        });
    });

    it("writes the message for the person who has to act on it", () => {
        expect(() => read({ phase: 10, network: { nat: "none", flwLogs: true } })).toThrow(
            [
                "stack primary has 2 mistakes in its configuration:",
                '  - kgents-dr:network.nat: found "none"',
                '    allowed: "gateway" or "gateway-per-zone" or "instance"',
                "    to do: pulumi config set --stack primary --path kgents-dr:network.nat <value>",
                "  - kgents-dr:network.flwLogs: found a key that does not exist",
                "    allowed: the keys vpcCidr, nat, flowLogs, routeTableIds, privateSubnetIds, publicSubnetIds",
                "    to do: did you mean flowLogs? pulumi config rm --stack primary --path kgents-dr:network.flwLogs",
            ].join("\n"),
        );
    });

    it.each<
        [
            what: string,
            values: Record<string, unknown>,
            key: string,
            found: string | undefined,
            allowed: string | RegExp,
        ]
    >([
        ["a missing phase", {}, "phase", undefined, `one of the delivered phases: ${delivered}`],
        ["a phase off the roadmap", { phase: 9 }, "phase", "9", `one of the delivered phases: ${delivered}`],
        ["a phase in words", { phase: "ten" }, "phase", '"ten"', `one of the delivered phases: ${delivered}`],
        ...undelivered.map(({ id: phase, title }): [string, Record<string, unknown>, string, string, string] => [
            `phase ${phase}, which is not in this version`,
            { phase },
            "phase",
            `${phase}`,
            `one of the delivered phases: ${delivered}; phase ${phase} (${title}) is on the roadmap and not in this version`,
        ]),
        [
            "the region of another stack",
            { ...valid, region: "us-west-2" },
            "region",
            '"us-west-2"',
            "us-east-1, the region of the primary in system kgents; us-west-2 is the region of the dr",
        ],
        [
            "a region of no stack",
            { ...valid, region: "eu-west-1" },
            "region",
            '"eu-west-1"',
            /^us-east-1, .*moving a stack loses/,
        ],
        [
            "a public range",
            range("8.8.0.0/16"),
            "network.vpcCidr",
            '"8.8.0.0/16"',
            /^a private range \(RFC 1918\) from \/16 to \/24/,
        ],
        [
            "a range that does not start at its start",
            range("10.50.1.0/16"),
            "network.vpcCidr",
            '"10.50.1.0/16"',
            /starts at its first address/,
        ],
        ["a range too small", range("10.50.0.0/25"), "network.vpcCidr", '"10.50.0.0/25"', /from \/16 to \/24/],
        ["no range at all", range("big"), "network.vpcCidr", '"big"', /such as 10.20.0.0\/16/],
        [
            "a range of another region",
            range("10.20.64.0/18"),
            "network.vpcCidr",
            '"10.20.64.0/18"',
            "a range disjoint from the other regions', and the dr has 10.20.0.0/16: the VPCs get peered",
        ],
        [
            "an account number that lost its zero",
            { ...valid, accountIds: [1234567890] },
            "accountIds[0]",
            "1234567890",
            /12-digit .* in quotes/,
        ],
        [
            "a list that is none",
            { ...valid, accountIds: "123456789012" },
            "accountIds",
            "123456789012",
            "a list of AWS account numbers",
        ],
        [
            "a mode that does not exist",
            { ...valid, cluster: { mode: "make" } },
            "cluster.mode",
            '"make"',
            '"create" or "adopt"',
        ],
        [
            "a cluster without a name to adopt",
            { ...valid, cluster: { mode: "adopt" } },
            "cluster.name",
            undefined,
            /^a cluster name of up to 100/,
        ],
        [
            "a name that EKS refuses",
            { ...valid, cluster: { name: "my cluster" } },
            "cluster.name",
            '"my cluster"',
            /letters, digits, hyphens/,
        ],
        [
            "a version that YAML made a number",
            { ...valid, cluster: { version: 1.3 } },
            "cluster.version",
            "1.3",
            '"1.35" or "1.36", in quotes',
        ],
        ["too few nodes", { ...valid, cluster: { nodes: 1 } }, "cluster.nodes", "1", "a whole number from 3 to 100"],
        ["half a node", { ...valid, cluster: { nodes: 3.5 } }, "cluster.nodes", "3.5", "a whole number from 3 to 100"],
        [
            "no instance type",
            { ...valid, cluster: { instanceTypes: [] } },
            "cluster.instanceTypes",
            "[]",
            "a list of instance types, 1 or more",
        ],
        [
            "an instance type that is none",
            { ...valid, cluster: { instanceTypes: ["big"] } },
            "cluster.instanceTypes[0]",
            '"big"',
            /such as t3.medium/,
        ],
        [
            "two architectures",
            { ...valid, cluster: { instanceTypes: ["t3.medium", "t4g.medium"] } },
            "cluster.instanceTypes",
            '["t3.medium","t4g.medium"]',
            "a list of instance types of one processor architecture: the letter g after the generation, as in t4g, means ARM",
        ],
        [
            "an administrator by name",
            { ...valid, cluster: { adminRoleArns: ["me"] } },
            "cluster.adminRoleArns[0]",
            '"me"',
            /^the ARN of an IAM role or user/,
        ],
        [
            "the whole internet",
            { ...valid, cluster: { publicAccessCidrs: ["0.0.0.0/0"] } },
            "cluster.publicAccessCidrs[0]",
            '"0.0.0.0/0"',
            /not the whole internet/,
        ],
        [
            "yes for true",
            { ...valid, alerts: { prometheus: { operator: "yes" } } },
            "alerts.prometheus.operator",
            '"yes"',
            "true or false",
        ],
        [
            "a NAT that does not exist",
            { ...valid, network: { nat: "none" } },
            "network.nat",
            '"none"',
            '"gateway" or "gateway-per-zone" or "instance"',
        ],
        [
            "a cron that is none",
            backups({ schedule: "every hour" }),
            "nats.backup.schedule",
            '"every hour"',
            /"every hour" has 2 instead of five fields. Write it as/,
        ],
        [
            "a cron that misses the contract",
            backups({ schedule: "0 0 */2 * *" }),
            "nats.backup.schedule",
            '"0 0 */2 * *"',
            /leaves up to 2 d between two runs/,
        ],
        [
            "a cron that misses the contract with the time a run may take",
            backups({ schedule: "0 0 * * *" }),
            "nats.backup.schedule",
            '"0 0 * * *"',
            /with the deadline of 30 min up to .* can be lost; the recovery point allows 1 d/,
        ],
        [
            "runs that overlap",
            backups({ deadlineMinutes: 90 }),
            "nats.backup.deadlineMinutes",
            "90",
            /^minutes for a run that keeps .*; 90 min is longer than the 1 h between two runs/,
        ],
        [
            "a section that is none",
            { ...valid, nats: "chart" },
            "nats",
            '"chart"',
            "an object with the keys owner, volumeGib, republish, found, access, patched, backup",
        ],
    ])("refuses %s", (_what, values, key, found, allowed) => {
        const [issue, ...others] = issuesOf(values);
        expect(others).toEqual([]);
        expect(issue).toMatchObject({ key: `kgents-dr:${key}`, found });
        expect(issue?.allowed).toMatch(allowed);
        expect(issue?.remedy).toMatch(/^pulumi config (set|rm) --stack primary /);
    });

    it.each<[what: string, values: Record<string, unknown>, key: string, allowed: RegExp, remedy: string]>([
        [
            "an item of a list",
            { cluster: { instanceTypes: ["t3.medium", "big"] } },
            "cluster.instanceTypes[1]",
            /^an instance type/,
            "pulumi config set --stack primary --path 'kgents-dr:cluster.instanceTypes[1]' <value>",
        ],
        [
            "a text in place of a list",
            { accountIds: 123 },
            "accountIds",
            /^a list of AWS account numbers$/,
            "pulumi config rm --stack primary kgents-dr:accountIds, then pulumi config set --stack primary --path 'kgents-dr:accountIds[0]' <value>, and so on with [1]",
        ],
        [
            "an empty list",
            { cluster: { instanceTypes: [] } },
            "cluster.instanceTypes",
            /1 or more$/,
            "pulumi config set --stack primary --path 'kgents-dr:cluster.instanceTypes[0]' <value>, and so on with [1]",
        ],
        [
            "a list whose items do not go together",
            { cluster: { instanceTypes: ["t3.medium", "t4g.medium"] } },
            "cluster.instanceTypes",
            /^a list of instance types of one processor architecture/,
            "pulumi config set --stack primary --path 'kgents-dr:cluster.instanceTypes[0]' <value>, and so on with [1]",
        ],
        [
            "a text in place of a list, under a key with a slash",
            { standby: { images: { architectures: { "kgents/api": "arm64" } } } },
            'standby.images.architectures["kgents/api"]',
            /^a list of architectures \("amd64", "arm64"\), 1 or more$/,
            "pulumi config rm --stack primary --path 'kgents-dr:standby.images.architectures[\"kgents/api\"]', then " +
                "pulumi config set --stack primary --path 'kgents-dr:standby.images.architectures[\"kgents/api\"][0]' <value>, and so on with [1]",
        ],
        [
            "a text in place of an object",
            { nats: { republish: "EVENTS" } },
            "nats.republish",
            /^an object with true or false for a stream/,
            "pulumi config rm --stack primary --path kgents-dr:nats.republish, then pulumi config set --stack primary --path kgents-dr:nats.republish.<key> <value>",
        ],
    ])("names the command that mends %s", (_what, values, key, allowed, remedy) => {
        expect(issuesOf({ ...valid, ...values })).toEqual([
            { key: `kgents-dr:${key}`, found: expect.anything(), allowed: expect.stringMatching(allowed), remedy },
        ]);
    });

    it.each([
        [{ secrets: [{ name: "kgents/standby-canary", secret: "api" }] }, "secrets[0].name"],
        [{ standby: { canary: { secret: "kgents/standby-canary" } } }, "standby.canary.secret"],
    ])("refuses the name of a secret that Secrets Manager would take for the end of an ARN: %j", (values, key) => {
        expect(issuesOf({ ...valid, ...values })).toMatchObject([
            {
                key: `kgents-dr:${key}`,
                allowed: expect.stringContaining("not ending in a hyphen and six letters or digits"),
            },
        ]);
    });

    it("refuses an unknown key inside a section, and proposes the nearest", () => {
        expect(issuesOf({ ...valid, cluster: { mode: "create", instanceType: ["t3.medium"] } })).toEqual([
            {
                key: "kgents-dr:cluster.instanceType",
                found: "a key that does not exist",
                allowed:
                    "the keys mode, name, version, instanceTypes, nodes, adminRoleArns, publicAccessCidrs, deletionProtection, loadBalancerController, snapshotController",
                remedy: "did you mean instanceTypes? pulumi config rm --stack primary --path kgents-dr:cluster.instanceType",
            },
        ]);
    });

    it("refuses what only the other mode has", () => {
        expect(
            issuesOf({ ...valid, cluster: { mode: "adopt", name: "prod", nodes: 5 } }).map(({ key }) => key),
        ).toEqual(["kgents-dr:cluster.nodes"]);
    });

    it("never shows the value of a secret", () => {
        const [issue] = issuesOf({ ...valid, nats: { owner: "hunter2" } }, "primary", ["kgents-dr:nats"]);
        expect(issue?.found).toBe("[secret]");
    });

    it("refuses a stack that is named like no role", () => {
        expect(() => read(valid, "prmary")).toThrow(
            'the stack\'s name: found "prmary"\n    allowed: primary, dr, witness, or one of them with an environment before it, such as staging-primary; ' +
                "any other name with the settings role and environment\n    to do: pulumi stack select primary; or ",
        );
    });
});
