import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { NatsAccountProfile } from "../model/profile";
import { record } from "../testing/record";
import { natsAccess } from "./natsAccounts";
import { natsChartValues } from "./natsChartValues";
import { parseNatsConf } from "./natsConf";
import { NatsGatewayPatch } from "./natsGatewayPatch";
import { natsConfPatch, natsPatchFiles, natsPatchJobs, natsValuesPatch } from "./natsPatch";
import type { NatsPatchArgs } from "./natsPatchArgs";
import { args, found, system } from "./testing/foundNats";
import { yamlText } from "./yamlText";

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
        const { account } = profile.natsAccount!;
        const gateway = joined.config.gateway!;
        const plain = {
            ...without(joined, "tlsCA"),
            config: {
                ...without(joined.config, "gateway", "monitor"),
                jetstream: { ...joined.config.jetstream, merge: {} },
                merge: {
                    system_account: joined.config.merge["system_account"],
                    ...(account !== "$G" && { accounts: { [account]: { jetstream: "enabled" } } }),
                },
            },
            container: { ...joined.container, env: { GOMEMLIMIT: joined.container.env["GOMEMLIMIT"] } },
        };
        const patch = natsValuesPatch({ ...ofChart, profile, found: { ...ofChart.found, monitorPort: 0 } });
        const authority = { verify: true, ca_file: "/etc/nats-certs/gateway/ca.crt" };
        expect(plain).not.toEqual(joined);
        expect(merged(plain, patch)).toEqual({
            ...without(joined, "tlsCA"),
            config: { ...joined.config, gateway: { ...gateway, tls: { ...gateway.tls, merge: authority } } },
        });
    });

    it("leave what they were not told of: limits, other accounts, names, authorities, other users' entries beside the lists", () => {
        const profile = system({
            account: "ORDERS",
            users: [{ name: "api", permissions: {} }],
            systemUsers: ["admin"],
            mappings: { "old.*": "other.{{wildcard(1)}}" },
        });
        const theirs = {
            tlsCA: { enabled: true, secretName: "client-ca", key: "ca.pem" },
            config: {
                cluster: { merge: { name: "messages" } },
                monitor: { enabled: true, port: 8222, tls: { enabled: true } },
                jetstream: { merge: { max_file_store: "1Ti" } },
                merge: {
                    system_account: "$SYS",
                    no_auth_user: "api",
                    accounts: {
                        ORDERS: {
                            jetstream: { max_mem: "1G", max_file: "100G" },
                            exports: [{ stream: "shop.orders.>" }],
                            default_permissions: { publish: "x" },
                            mappings: { "unsaid.*": "other.{{wildcard(1)}}" },
                        },
                        OTHER: { imports: [] },
                        $SYS: { exports: [{ service: "$SYS.REQ.>" }] },
                    },
                },
            },
            podTemplate: { configChecksumAnnotation: false },
        };
        const joined = merged(theirs, natsValuesPatch({ ...ofChart, profile }));
        const kept = (path: string[]) => path.reduce((value, key) => value[key], joined);
        expect(kept(["tlsCA"])).toEqual(theirs.tlsCA);
        expect(kept(["podTemplate"])).toEqual(theirs.podTemplate);
        expect(kept(["config", "cluster"])).toEqual(theirs.config.cluster);
        expect(kept(["config", "monitor"])).toEqual(theirs.config.monitor);
        expect(kept(["config", "jetstream", "merge"])).toEqual({ max_file_store: "1Ti", sync_interval: "always" });
        const { accounts, ...top } = kept(["config", "merge"]);
        expect(top).toEqual({ system_account: "$SYS", no_auth_user: "api" });
        expect(accounts.OTHER).toEqual({ imports: [] });
        expect(accounts.ORDERS).toMatchObject(without(theirs.config.merge.accounts.ORDERS, "mappings"));
        expect(Object.keys(accounts.ORDERS.mappings)).toEqual(expect.arrayContaining(["unsaid.*", "old.*"]));
        expect(accounts.$SYS).toEqual({
            exports: [{ service: "$SYS.REQ.>" }],
            users: [
                { user: "sys", password: "<< $SYS_PASSWORD >>" },
                { user: "admin", password: "<< $ADMIN_PASSWORD >>" },
            ],
        });
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
    it("hold the users and mappings of the default account for the blocks at the top, as nats.conf cannot name it", () => {
        const { nats, users, mappings, system: ofSystem } = natsConfPatch(args);
        expect(mappings["shop.orders.>"]).toEqual([
            { destination: "euc1.shop.orders.>", weight: "100%", cluster: "nats" },
            { destination: "euw1.shop.orders.>", weight: "100%", cluster: "dublin" },
        ]);
        expect(users).toEqual({
            users: [
                {
                    user: "app",
                    password: "<< $APP_PASSWORD >>",
                    permissions: {
                        publish: { deny: ["euw1.shop.orders.>", "euw1.audit.>", "euw1.telemetry.v1.readings.>"] },
                    },
                },
            ],
        });
        expect(ofSystem).toEqual({ users: [{ user: "sys", password: "<< $SYS_PASSWORD >>" }] });
        // Nothing but the gateway block: a system account, a listener or a user for those without a login stays as it is.
        expect(Object.keys(nats)).toEqual(["gateway"]);
    });

    it("open the monitoring that the gateways' load balancer asks only where there is none", () => {
        const top = (monitorPort: number) => natsConfPatch({ ...args, found: { ...found, monitorPort } }).nats;
        expect(top(0)["http_port"]).toBe(8222);
        expect(top(8222)).not.toHaveProperty("http_port");
    });

    it("let those in who come without a login as who they were", () => {
        const users = [
            { name: "api", permissions: {} },
            { name: "guest", permissions: { publish: "_INBOX.>" } },
        ];
        const top = (more: Partial<NatsAccountProfile>) => natsConfPatch({ ...args, profile: system(more) }).nats;
        expect(top({ users: [], anonymous: true })["no_auth_user"]).toBe("app");
        expect(top({ users, noAuthUser: "guest" })["no_auth_user"]).toBe("guest");
        expect(top({ users })).not.toHaveProperty("no_auth_user");
    });

    it("are the same for the blocks of an account by name, and touch no other account", () => {
        const patch = natsConfPatch({ ...args, profile: system({ account: "ORDERS", systemAccount: "ADMIN" }) });
        const { mappings, users, system: ofSystem, jetstream } = natsConfPatch(args);
        expect(patch).toMatchObject({ mappings, users, system: ofSystem, jetstream });
        expect(JSON.stringify(patch)).not.toMatch(/"accounts"|"system_account"|"jetstream":"enabled"/);
    });

    it("lead the mappings found into each region's subjects, and leave those that go elsewhere", () => {
        const mappings = {
            "legacy.orders.*": "shop.orders.{{wildcard(1)}}",
            "canary.audit": [
                { destination: "audit.new", weight: "20%" },
                { destination: "audit.old", weight: 80 },
            ],
            "a.*": "b.{{wildcard(1)}}",
        };
        const patch = natsConfPatch({ ...args, profile: system({ mappings }) });
        expect(patch.mappings).toMatchObject({
            "legacy.orders.*": [
                { destination: "euc1.shop.orders.{{wildcard(1)}}", weight: "100%", cluster: "nats" },
                { destination: "euw1.shop.orders.{{wildcard(1)}}", weight: "100%", cluster: "dublin" },
            ],
            "canary.audit": [
                { destination: "euc1.audit.new", weight: "20%", cluster: "nats" },
                { destination: "euc1.audit.old", weight: 80, cluster: "nats" },
                { destination: "euw1.audit.new", weight: "20%", cluster: "dublin" },
                { destination: "euw1.audit.old", weight: 80, cluster: "dublin" },
            ],
            "a.*": "b.{{wildcard(1)}}",
        });
        // The standby maps the same, so that a client finds the promoted stream.
        expect((natsAccess(system({ mappings }), system().regions.dr) as any).mappings).toEqual(patch.mappings);
    });

    it("hold the same gateways as the values", () => {
        const { merge } = natsValuesPatch(args).config.gateway!;
        expect(natsConfPatch(args).nats["gateway"]).toMatchObject({
            ...merge,
            port: 7222,
            tls: { verify: true, ca_file: "/etc/nats-gateway-tls/ca.crt" },
        });
    });
});

describe("what cannot be merged", () => {
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
                "users.conf",
                "mappings.conf",
                "system.conf",
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
        const files = natsPatchFiles(args);
        for (const [block, conf] of Object.entries(natsConfPatch(args)))
            expect(parseNatsConf(files[`${block}.conf`]!)).toEqual(conf);
    });

    it("names Secrets and holds none", () => {
        const files = natsPatchFiles({
            ...args,
            profile: system({
                users: [
                    { name: "api", permissions: {} },
                    { name: "app", permissions: {} },
                ],
                systemUsers: ["admin"],
            }),
        });
        expect(files["2-statefulset.yaml"]).toContain('name: "own-auth"');
        expect(files["README.md"]).toContain("has the keys SYS_PASSWORD, ADMIN_PASSWORD, API_PASSWORD, APP_PASSWORD");
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
            REPUBLISHED: "ORDERS audit-log Readings",
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
