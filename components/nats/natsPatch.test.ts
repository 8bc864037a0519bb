import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { NatsAccountProfile, SystemProfile } from "../model/profile";
import { fixtureSystem } from "../testing/fixtureSystem";
import { record } from "../testing/record";
import { natsAccess } from "./natsAccounts";
import { natsChartValues } from "./natsChartValues";
import { parseNatsConf } from "./natsConf";
import { NatsGatewayPatch } from "./natsGatewayPatch";
import { natsConfPatch, natsPatchFiles, natsPatchJobs, natsValuesPatch, validateFoundNats } from "./natsPatch";
import type { NatsPatchArgs } from "./natsPatchArgs";
import { yamlText } from "./yamlText";

const defaults: NatsAccountProfile = {
    account: "$G",
    systemAccount: "$SYS",
    users: [{ name: "app" }],
    anonymous: false,
};
/** The fixture with a NATS of the user's own. */
const system = ({
    cluster = "nats",
    servers = 5,
    ...account
}: Partial<NatsAccountProfile> & { cluster?: string; servers?: number } = {}): SystemProfile => {
    const { primary, dr, witness } = fixtureSystem.regions;
    return {
        ...fixtureSystem,
        natsAccount: { ...defaults, ...account },
        regions: {
            primary: { ...primary, natsCluster: cluster, natsServers: servers },
            dr: { ...dr, natsServers: servers },
            witness,
        },
    };
};
const found = { deployedBy: "conf", accounts: "config", statefulSet: "nats", container: "nats" } as const;

const args: NatsPatchArgs = {
    profile: system(),
    project: "atlas-recovery",
    stack: "primary",
    found,
    namespace: "atlas-messaging",
    tlsSecret: "nats-gateway-tls",
    authSecret: "own-auth",
    access: { url: "nats://nats.atlas-messaging.svc:4222" },
    url: "nats://nats.atlas-messaging.svc:4222",
};
const ofChart = { ...args, found: { ...found, deployedBy: "chart" } } as const;

/** Helm's merge of two values files: objects merge, anything else is replaced. */
function merged(base: any, over: any): any {
    const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject(base) || !isObject(over)) return over;
    return Object.fromEntries(
        [...new Set([...Object.keys(base), ...Object.keys(over)])].map((key) => [
            key,
            key in over ? merged(base[key], over[key]) : base[key],
        ]),
    );
}

const without = (object: object, ...dropped: string[]) =>
    Object.fromEntries(Object.entries(object).filter(([key]) => !dropped.includes(key)));

describe("the values for an official chart", () => {
    const accounts: [string, NatsPatchArgs["profile"]][] = [
        ["the default account", system()],
        ["an account by name", system({ account: "ORDERS", cluster: "prod" })],
        ["the program's own account", system({ account: "APP" })],
    ];

    it.each(accounts)("make our own chart's values of a plain chart's, with %s", (_what, profile) => {
        const joined = natsChartValues({
            profile,
            role: "primary",
            gateway: { tlsSecret: "nats-gateway-tls" },
            authSecret: "own-auth",
        });
        // As a user has it who reads the chart's documentation: three servers with JetStream, and nothing of ours.
        const plain = {
            ...without(joined, "tlsCA"),
            config: {
                ...without(joined.config, "gateway", "monitor"),
                cluster: { ...joined.config.cluster, merge: {} },
                jetstream: { ...joined.config.jetstream, merge: {} },
                merge: {},
            },
            container: { ...joined.container, env: { GOMEMLIMIT: joined.container.env["GOMEMLIMIT"] } },
            podTemplate: without(joined.podTemplate, "configChecksumAnnotation"),
        };
        expect(plain).not.toEqual(joined);
        expect(merged(plain, natsValuesPatch({ ...ofChart, profile }))).toEqual(joined);
    });

    it("sync every write, advertise each server by an address of its own and name all members", () => {
        const { config, container } = natsValuesPatch(ofChart);
        expect(config.jetstream.merge).toEqual({ sync_interval: "always" });
        expect(config.gateway).toMatchObject({
            tls: { merge: { verify: true } },
            merge: { name: "nats", advertise: "<< $GW_ADVERTISE >>" },
        });
        expect((config.gateway?.merge["gateways"] as { name: string }[]).map(({ name }) => name)).toEqual([
            "nats",
            "dublin",
            "paris",
        ]);
        expect(container.env["GW_ADVERTISE"]).toBe("nats-$(GATEWAY_SERVER).gw.euc1.atlas.example:722$(GATEWAY_SERVER)");
    });

    it("name neither servers nor a domain: what is found stays", () => {
        expect(JSON.stringify(natsValuesPatch(ofChart))).not.toMatch(/serverNamePrefix|"domain"|replicas/);
    });
});

describe("the fragments for a nats.conf", () => {
    it("put users and mappings of the default account to the top, as nats.conf cannot name it", () => {
        const { top, account, accounts } = natsConfPatch(args);
        expect(top["mappings"]["shop.orders.>"]).toEqual([
            { destination: "euc1.shop.orders.>", weight: "100%", cluster: "nats" },
            { destination: "euw1.shop.orders.>", weight: "100%", cluster: "dublin" },
        ]);
        expect(top["authorization"].users).toEqual([
            {
                user: "app",
                password: "<< $APP_PASSWORD >>",
                permissions: {
                    publish: { deny: ["euw1.shop.orders.>", "euw1.audit.>", "euw1.telemetry.v1.readings.>"] },
                },
            },
        ]);
        expect(top["accounts"]).toEqual({ $SYS: { users: [{ user: "sys", password: "<< $SYS_PASSWORD >>" }] } });
        expect(top["no_auth_user"]).toBeUndefined();
        expect([account, accounts]).toEqual([undefined, undefined]);
    });

    it("let those in who come without a login, as a user", () => {
        expect(natsConfPatch({ ...args, profile: system({ anonymous: true }) }).top["no_auth_user"]).toBe("app");
    });

    it("go into the blocks of an account by name, and touch no other account", () => {
        const { top, account, accounts } = natsConfPatch({
            ...args,
            profile: system({ account: "ORDERS", systemAccount: "ADMIN" }),
        });
        expect(top).not.toHaveProperty("accounts");
        expect(top["system_account"]).toBe("ADMIN");
        expect(Object.keys(accounts ?? {})).toEqual(["ADMIN"]);
        expect(Object.keys(account ?? {})).toEqual(["users", "mappings"]);
    });

    it("widen what a user may publish by the region's subjects, and keep its other permissions", () => {
        const permissions = {
            publish: { allow: ["shop.orders.new.>", "other.>", "_INBOX.>"], deny: ["shop.orders.new.secret"] },
            subscribe: ["shop.orders.>"],
        };
        const users = [
            { name: "api", permissions },
            { name: "all", permissions: { publish: ">" } },
            { name: "star", permissions: { publish: "*.created" } },
        ];
        const of = (user: string) =>
            natsConfPatch({ ...args, profile: system({ users }) }).top["authorization"].users.find(
                (one: any) => one.user === user,
            );
        expect(of("api")).toEqual({
            user: "api",
            password: "<< $API_PASSWORD >>",
            permissions: {
                subscribe: ["shop.orders.>"],
                publish: {
                    allow: ["shop.orders.new.>", "other.>", "_INBOX.>", "euc1.shop.orders.new.>"],
                    deny: [
                        "shop.orders.new.secret",
                        "euw1.shop.orders.>",
                        "euw1.audit.>",
                        "euw1.telemetry.v1.readings.>",
                    ],
                },
            },
        });
        expect(of("all").permissions.publish.allow).toEqual([
            ">",
            "euc1.shop.orders.>",
            "euc1.audit.>",
            "euc1.telemetry.v1.readings.>",
        ]);
        expect(of("star").permissions.publish.allow).toEqual(["*.created", "euc1.*.created"]);
    });

    it("let a user of the standby call the consumers of a mirror, where it may those of its origin", () => {
        const users = [
            {
                name: "api",
                permissions: {
                    publish: ["$JS.API.CONSUMER.MSG.NEXT.ORDERS.*", "$JS.ACK.ORDERS.>", "$JS.API.INFO"],
                },
            },
        ];
        const { authorization } = natsAccess(system({ users }), system().regions.dr) as any;
        expect(authorization.users[1].permissions.publish.allow).toEqual([
            "$JS.API.CONSUMER.MSG.NEXT.ORDERS.*",
            "$JS.ACK.ORDERS.>",
            "$JS.API.INFO",
            "$JS.API.CONSUMER.MSG.NEXT.ORDERS_COPY.*",
            "$JS.ACK.ORDERS_COPY.>",
        ]);
    });

    it("hold the same gateways as the values", () => {
        const { merge } = natsValuesPatch(args).config.gateway!;
        expect(natsConfPatch(args).top["gateway"]).toMatchObject({
            ...merge,
            port: 7222,
            tls: { verify: true, ca_file: "/etc/nats-gateway-tls/ca.crt" },
        });
    });
});

describe("what cannot be merged", () => {
    it.each<[string, Parameters<typeof validateFoundNats>, string]>([
        ["accounts that an operator signs", [{ accounts: "operator" }, system()], 'accounts: "operator" found'],
        ["a domain", [{ accounts: "config", domain: "hub" }, system()], 'domain: "hub" found'],
        [
            "streams in the system account",
            [{ accounts: "config" }, system({ account: "$SYS" })],
            'account: "$SYS" is the system account as well',
        ],
        [
            "the system account's user",
            [{ accounts: "config" }, system({ users: [{ name: "sys" }] })],
            'users: "sys" found twice',
        ],
        [
            "a patch that locks every client out",
            [{ accounts: "config" }, system({ users: [] })],
            "users: none, and anonymous: false",
        ],
        [
            "an even number of servers",
            [{ accounts: "config" }, system({ servers: 4 })],
            "servers: 4 found; allowed are odd numbers",
        ],
        [
            "a subject that the transform of its Jobs cannot end in",
            [
                { accounts: "config" },
                { ...system(), streams: [{ ...fixtureSystem.streams[2]!, subject: "telemetry.v1.readings.*" }] },
            ],
            'streams: Readings takes "telemetry.v1.readings.*"; with a NATS of your own, allowed are subjects that end in ".>"',
        ],
    ])("refuses %s by name", (_what, given, message) => {
        expect(validateFoundNats(...given)).toEqual([expect.stringContaining(message)]);
    });

    it("throws all of it before anything is made", async () => {
        const broken = { ...args, found: { ...found, accounts: "operator", domain: "hub" } } as const;
        await expect(record(() => new NatsGatewayPatch("patch", broken))).rejects.toThrow(
            /^patch: the user's own NATS:\n- accounts: .*\n- domain: /,
        );
        expect(() => natsPatchFiles(broken)).toThrow("the patch for the user's own NATS cannot be made");
    });
});

describe("the ConfigMap with the patch", () => {
    it.each([
        [
            "a nats.conf",
            args,
            [
                "README.md",
                "1-both-subjects.yaml",
                "2-statefulset.yaml",
                "nats.conf",
                "jetstream.conf",
                "3-scoped-subjects.yaml",
            ],
        ],
        ["the chart", ofChart, ["README.md", "1-both-subjects.yaml", "2-values.yaml", "3-scoped-subjects.yaml"]],
    ])("holds the files for %s, and the order", async (_what, given, files) => {
        const recording = await record(() => new NatsGatewayPatch("patch", given));
        expect(recording.children).toEqual([
            "drkit:index:NatsGatewayPatch patch",
            "kubernetes:core/v1:ConfigMap patch-files",
        ]);
        const { metadata, data } = recording.one("kubernetes:core/v1:ConfigMap").inputs;
        expect(metadata).toEqual({ name: "nats-gateway-patch", namespace: "atlas-messaging" });
        expect(Object.keys(data).sort()).toEqual([...files].sort());
    });

    it("holds what was rendered: YAML and nats.conf read back are the same", () => {
        expect(parse(natsPatchFiles(ofChart)["2-values.yaml"]!)).toEqual(natsValuesPatch(ofChart));
        const { "nats.conf": top, "jetstream.conf": jetstream } = natsPatchFiles(args);
        expect(parseNatsConf(top!)).toEqual(natsConfPatch(args).top);
        expect(parseNatsConf(jetstream!)).toEqual({ sync_interval: "always" });
    });

    it("names Secrets and holds none", () => {
        const files = natsPatchFiles({ ...args, profile: system({ users: [{ name: "api" }, { name: "app" }] }) });
        expect(files["2-statefulset.yaml"]).toContain('name: "own-auth"');
        expect(files["README.md"]).toContain("has the keys SYS_PASSWORD, API_PASSWORD, APP_PASSWORD");
        expect(files["README.md"]).toContain("--path atlas-recovery:nats.patched true");
        expect(parse(files["1-both-subjects.yaml"]!)).toEqual(
            natsPatchJobs({ ...args, profile: system() }).bothSubjects,
        );
    });

    it("upgrades the release that is there, by its own name, and stays with its chart", () => {
        // "queue-nats" is what the chart calls the StatefulSet of a release "queue".
        const readme = natsPatchFiles({ ...ofChart, found: { ...ofChart.found, statefulSet: "queue-nats" } })[
            "README.md"
        ];
        expect(readme).toContain(
            "helm upgrade RELEASE nats/nats --version VERSION --namespace atlas-messaging --values your-values.yaml --values 2-values.yaml",
        );
        expect(readme).toContain("helm list --namespace atlas-messaging");
    });

    it("patches the StatefulSet and the container by the names that they have", () => {
        const patch = parse(
            natsPatchFiles({ ...args, found: { ...found, statefulSet: "queue", container: "server" } })[
                "2-statefulset.yaml"
            ]!,
        );
        const [container] = patch.spec.template.spec.containers;
        expect([patch.metadata.name, container.name]).toEqual(["queue", "server"]);
        // Kubernetes expands what comes before.
        expect(container.env.map(({ name }: { name: string }) => name)).toEqual([
            "APP_PASSWORD",
            "GATEWAY_SERVER",
            "GW_ADVERTISE",
            "SYS_PASSWORD",
        ]);
    });

    it("reaches the account as it is found before the patch, and by the program's users after it", () => {
        const login = { user: "client", secretName: "theirs", secretKey: "password" };
        const { bothSubjects, scopedSubjects } = natsPatchJobs({ ...args, access: { ...args.access, login } });
        const env = (job: any) =>
            Object.fromEntries(
                job.spec.template.spec.containers[0].env.map((one: any) => [
                    one.name,
                    one.value ?? one.valueFrom.secretKeyRef,
                ]),
            );
        expect(env(bothSubjects)).toMatchObject({
            NATS_USER: "client",
            NATS_PASSWORD: { name: "theirs", key: "password" },
            REGION: "euc1",
            STREAMS: "ORDERS=shop.orders.> audit-log=audit.> Readings=telemetry.v1.readings.>",
        });
        expect(env(scopedSubjects)).toMatchObject({
            SYSTEM_USER: "sys",
            APPLICATION_USER: "app",
            ACCOUNT: "$G",
            SERVERS: "5",
            REPUBLISHED: "ORDERS audit-log Readings",
        });
        const [orders, auditLog] = args.profile.streams;
        const silent = natsPatchJobs({
            ...args,
            profile: { ...args.profile, streams: [orders!, { ...auditLog!, republish: false }] },
        });
        expect(env(silent.scopedSubjects)).toMatchObject({
            STREAMS: "ORDERS=shop.orders.> audit-log=audit.>",
            REPUBLISHED: "ORDERS",
        });
    });
});

describe("yamlText", () => {
    it.each([
        { a: [{ b: "no", c: [1, 2] }, "x: y"], "d.e": {}, f: [], g: null, h: "line\nbreak", i: [[1], [{ j: true }]] },
    ])("is read back as it was", (value) => {
        expect(parse(yamlText(value))).toEqual(value);
    });
});
