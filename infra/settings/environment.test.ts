import { describe, expect, it } from "vitest";
import { issuesOf, read } from "./testing/stackSettings";

const placed = (values: Record<string, unknown>, stack: string) => {
    const { role, environment, peers, accountOwner } = read({ phase: 10, ...values }, stack).settings;
    return { role, environment, peers, accountOwner };
};
const refused = (values: Record<string, unknown>, stack: string) =>
    issuesOf({ phase: 10, ...values }, stack).map(({ key, found, allowed }) => `${key}: ${found}; ${allowed}`);

describe("what a stack stands for", () => {
    it.each([
        ["primary", "primary", "prod", { primary: "primary", dr: "dr", witness: "witness" }],
        ["dr", "dr", "prod", { primary: "primary", dr: "dr", witness: "witness" }],
        [
            "staging-witness",
            "witness",
            "staging",
            { primary: "staging-primary", dr: "staging-dr", witness: "staging-witness" },
        ],
        [
            "eu-staging-dr",
            "dr",
            "eu-staging",
            { primary: "eu-staging-primary", dr: "eu-staging-dr", witness: "eu-staging-witness" },
        ],
    ])("is what its name says: %s", (stack, role, environment, peers) => {
        expect(placed({}, stack)).toEqual({ role, environment, peers, accountOwner: "primary" });
    });

    it("is what the settings say, of a stack that is named by nothing", () => {
        const peers = { dr: "us-west", witness: "us-ohio" };
        expect(placed({ role: "primary", environment: "prod", peers }, "us-east")).toEqual({
            role: "primary",
            environment: "prod",
            peers: { primary: "us-east", dr: "us-west", witness: "us-ohio" },
            accountOwner: "us-east",
        });
        expect(placed({ role: "dr", environment: "qa", peers: { primary: "us-east" } }, "acme.us_west")).toEqual({
            role: "dr",
            environment: "qa",
            peers: { primary: "us-east", dr: "acme.us_west", witness: "qa-witness" },
            accountOwner: "primary",
        });
    });

    it("can be another environment's than the name says", () => {
        expect(placed({ environment: "prod" }, "production-primary")).toMatchObject({
            environment: "prod",
            peers: { primary: "production-primary", dr: "dr" },
        });
    });

    it("takes the live name and the overlays from the environment", () => {
        expect(read({ phase: 10 }, "staging-dr").settings.gitops.overlays).toEqual({
            primary: "impl/claude/infra/k8s/overlays/staging-primary",
            dr: "impl/claude/infra/k8s/overlays/staging-dr",
        });
        expect(read({ phase: 10, dns: { liveName: "try.kgents.io" } }, "qa-primary").settings.dns.liveName).toBe(
            "try.kgents.io",
        );
    });
});

describe("a stack that stands for nothing", () => {
    it.each(["us-east", "prod", "primary-staging", "Pulumi", "prod-primary"])(
        "is refused with both ways out: %s",
        (stack) => {
            expect(issuesOf({ phase: 10 }, stack)).toEqual([
                {
                    key: "the stack's name",
                    found: JSON.stringify(stack),
                    allowed:
                        "primary, dr, witness, or one of them with an environment before it, such as staging-primary; any other name with the settings role and environment",
                    remedy:
                        `pulumi stack select primary; or pulumi config set --stack ${stack} kgents-dr:role <role>, ` +
                        `then pulumi config set --stack ${stack} kgents-dr:environment <environment>`,
                },
            ]);
        },
    );

    it("is told with every other mistake", () => {
        expect(issuesOf({ phase: 99, nats: { owner: "helm" } }, "us-east").map(({ key }) => key)).toEqual([
            "kgents-dr:phase",
            "kgents-dr:nats.owner",
            "the stack's name",
        ]);
    });
});

describe("an environment that cannot be", () => {
    it.each(["Staging-primary", "staging_2-primary", "a-name-of-21-character-primary", "production-dr", "9-dr"])(
        "is refused with its value, though it is in the stack's name only: %s",
        (stack) => {
            const environment = stack.replace(/-(primary|dr)$/, "");
            expect(refused({}, stack)).toEqual([
                expect.stringMatching(`^kgents-dr:environment: "${environment}"; a DNS label of at most 20 `),
            ]);
        },
    );

    it.each(["primary", "staging-dr", "prod-eu", 7, true, ""])("is refused as a setting: %j", (environment) => {
        expect(refused({ environment }, "staging-primary")).toEqual([
            expect.stringMatching(/^kgents-dr:environment: .*; a DNS label of at most 20 /),
        ]);
    });
});

describe("peers", () => {
    it("are refused where one stack has two roles, two say the same, or one is this stack", () => {
        expect(refused({ peers: { dr: "a", witness: "a" } }, "primary")).toEqual([
            'kgents-dr:peers.witness: "a"; another stack than that of role dr; each role has a stack of its own',
        ]);
        expect(refused({ peers: { dr: "staging-witness" } }, "staging-primary")).toEqual([
            expect.stringMatching(/^kgents-dr:peers\.dr: .*another stack than that of role witness/),
            expect.stringMatching(/^kgents-dr:peers\.dr: .*this one's name says another role/),
        ]);
        expect(refused({ peers: { dr: "staging-primary" } }, "staging-primary")).toEqual([
            'kgents-dr:peers.dr: "staging-primary"; another stack than this one, which is the primary of staging; each role has a stack of its own',
        ]);
        expect(refused({ peers: { primary: "other" } }, "staging-primary")).toEqual([
            'kgents-dr:peers.primary: "other"; "staging-primary": this stack is the primary of staging (setting role)',
        ]);
    });

    it("are refused by an unknown role and by a value that names no stack", () => {
        expect(refused({ peers: { standby: "x", dr: "a/b" } }, "primary").map((one) => one.split(":")[1])).toEqual([
            "peers.dr",
            "peers.standby",
        ]);
    });
});

describe("role, live name and zone", () => {
    it("refuses a role that the stack's name contradicts", () => {
        expect(refused({ role: "dr" }, "staging-primary")[0]).toBe(
            'kgents-dr:role: "dr"; "primary", which the stack\'s name says; a stack of another role needs another name',
        );
    });

    it("refuses production's live name, one outside the zone, and any in production", () => {
        expect(refused({ dns: { liveName: "api.kgents.io" } }, "staging-dr")).toEqual([
            expect.stringMatching(
                /^kgents-dr:dns\.liveName: .*a name of its own, such as staging-api\.kgents\.io; production has api\.kgents\.io, /,
            ),
        ]);
        expect(refused({ dns: { liveName: "failover.api.kgents.io" } }, "staging-dr")).toHaveLength(1);
        expect(refused({ dns: { liveName: "api.example.org" } }, "staging-dr")[0]).toContain(
            'apiHost: "api.example.org" found; allowed is a name below the zone',
        );
        expect(refused({ dns: { liveName: "www.kgents.io" } }, "primary")).toEqual([
            "kgents-dr:dns.liveName: \"www.kgents.io\"; api.kgents.io, the system's own name, which is production's; another environment can have another",
        ]);
    });

    it("refuses to make the zone anywhere but in the environment that owns the account", () => {
        const dns = { createZone: true };
        expect(refused({ dns }, "staging-primary")).toEqual([
            expect.stringMatching(
                /^kgents-dr:dns\.createZone: true; false: .*stack primary owns it \(setting accountOwner\)/,
            ),
        ]);
        expect(refused({ dns }, "primary")).toEqual([]);
        expect(refused({ dns, accountOwner: "staging-primary" }, "staging-primary")).toEqual([]);
        expect(refused({ accountOwner: "staging-dr" }, "staging-primary")).toEqual([
            'kgents-dr:accountOwner: "staging-dr"; the primary\'s stack of an environment, such as staging-primary',
        ]);
    });
});
