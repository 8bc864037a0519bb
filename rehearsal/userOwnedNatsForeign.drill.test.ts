import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { natsPatchFiles } from "../components/nats/natsPatch";
import type { NatsAccountProfile } from "../components/model/profile";
import { describeWithTools } from "../engine/toolchain/testTools";
import { certificates, foundSystem, patchOf } from "./testing/userNats";
import { passwords, variables } from "./testing/userOwnedNats";

interface Foreign {
    /** Where it is like one that people have. */
    readonly title: string;
    readonly said: Partial<NatsAccountProfile>;
    readonly monitorPort?: number;
    /** The nats.conf; `@block` is the line that the patch's README asks for. */
    readonly conf: string;
}

/** Passwords of users that only these have. */
const others = ["ALICE", "SUSAN", "SVCB", "UI"].map((name) => [`${name}_PASSWORD`, "AnotherPasswordOfTests"]);

const cluster = `cluster { name: nats, listen: "127.0.0.1:-1", routes: ["nats://127.0.0.1:6222"] }`;

const foreign: readonly Foreign[] = [
    {
        title: "roles as variables of the authorization block, and default permissions, as in the server's own examples",
        said: {
            users: [
                { name: "alice", permissions: { publish: "*", subscribe: ">" } },
                { name: "susan", permissions: { subscribe: "PUBLIC.>" } },
                {
                    name: "svcb",
                    permissions: { subscribe: "my.service.req", allow_responses: { max: 10, expires: "1m" } },
                },
            ],
        },
        conf: `
            server_name: nats-0
            listen: 127.0.0.1:-1
            http: 127.0.0.1:8222
            jetstream { store_dir=/tmp/never-made
                @jetstream
            }
            authorization {
                super_user = { publish = "*", subscribe = ">" }
                my_stream_service = { subscribe = "my.service.req", allow_responses: {max: 10, expires: "1m"} }
                default_permissions: { subscribe = "PUBLIC.>" }
                timeout: 2
                users = [
                    {user: alice, password: foo, permissions: $super_user}
                    {user: susan, password: baz}
                    {user: svcb,  password: sam, permissions: $my_stream_service}
                ]
                @users
            }
            mappings {
                @mappings
            }
            accounts { "$SYS" {
                @system
            } }`,
    },
    {
        title: "the system account's user alone, everybody else in the default account without a login",
        said: { anonymous: true, systemUsers: ["sys"] },
        monitorPort: 0,
        conf: `
            server_name: nats-0
            port: -1
            jetstream {
                store_dir: /tmp/never-made
                @jetstream
            }
            accounts: { $SYS: { users: [{user: sys, password: pass}]
                @system
            } }
            authorization {
                @users
            }
            mappings {
                @mappings
            }`,
    },
    {
        title: "the account APP with no_auth_user app, as in a commented template of the documentation",
        said: { account: "APP", users: [{ name: "app", permissions: {} }], noAuthUser: "app", systemUsers: ["sys"] },
        conf: `
            server_name: nats-0
            port: -1
            monitor_port: 8222
            no_auth_user: app
            jetstream: { store_dir: /tmp/never-made, max_mem: 1G, max_file: 100G
                @jetstream
            }
            accounts: {
                $SYS: { users: [{ user: sys, password: sys }]
                    @system
                }
                APP: {
                    jetstream: enabled
                    users: [{ user: app, password: app }]
                    mappings: {
                        @mappings
                    }
                    @users
                }
            }`,
    },
    {
        title: "users by variables of the environment, a system account of another name, MQTT in an account of its own",
        said: {
            account: "APP",
            systemAccount: "SYS",
            users: [
                { name: "api", permissions: {} },
                { name: "ui", permissions: { publish: {}, subscribe: {} }, connectionTypes: ["WEBSOCKET"] },
            ],
            systemUsers: ["admin"],
        },
        conf: `
            server_name: $NATS_SERVER_NAME
            port: -1
            http_port: 8222
            websocket { port: -1, no_tls: true }
            system_account: SYS
            mqtt { port: -1 }
            jetstream { store_dir=/tmp/never-made
                @jetstream
            }
            accounts: {
                SYS: { users: [ { user: admin, password: $ADMIN_PASSWORD } ]
                    @system
                },
                MQTT: { jetstream {}, users: [{ user: mqtt_default, password: 'mqtt_default', allowed_connection_types: ["MQTT"] }] }
                APP: {
                    jetstream: { max_mem: 64M, max_file: 1G }
                    default_permissions: { publish: { deny: ["admin.>"] } }
                    users: [ { user: api, password: $API_PASSWORD, permissions: {} }, { user: ui, password: x } ]
                    mappings {
                        @mappings
                    }
                    @users
                }
            }`,
    },
    {
        title: "weighted mappings of one cluster, exports and imports between accounts",
        said: {
            account: "ORDERS",
            users: [{ name: "api", permissions: { publish: [">"] } }],
            mappings: {
                "foo.*.bar": [
                    { destination: "agentese.$1.v1", weight: "80%" },
                    { destination: "agentese.$1.v2", weight: "20%" },
                ],
                loss: [{ destination: "loss", weight: "50%" }],
            },
        },
        conf: `
            server_name: nats-0
            port: -1
            http_port: 8222
            jetstream { store_dir=/tmp/never-made
                @jetstream
            }
            accounts: {
                ORDERS: {
                    jetstream: enabled
                    users: [ { user: api, password: x } ]
                    exports: [ { stream: "agentese.>" }, { service: "quotes.get", accounts: [BILLING] } ]
                    mappings = {
                        "foo.*.bar": [ { destination: "agentese.$1.v1", weight: 80% }, { destination: "agentese.$1.v2", weight: 20% } ]
                        loss: [ { destination: loss, weight: 50% } ]
                        @mappings
                    }
                    @users
                }
                BILLING: { imports: [ { stream: { account: ORDERS, subject: "agentese.>" }, prefix: in }, { service: { account: ORDERS, subject: "quotes.get" } } ] }
                $SYS: {
                    @system
                }
            }`,
    },
];

describeWithTools("nats.conf as people write them", ["nats-server"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-foreign-"));
    beforeAll(async () => {
        for (const folder of ["nats-config", "nats-gateway", "tls"]) fs.mkdirSync(path.join(dir, folder));
        for (const [key, content] of Object.entries((await certificates(foundSystem())).primary))
            fs.writeFileSync(path.join(dir, "tls", key), content);
    });
    afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

    it.each(foreign)("take the patch where its README says, by the server's own word: $title", (one) => {
        const args = patchOf({ profile: foundSystem(one.said), login: undefined });
        const files = natsPatchFiles({ ...args, found: { ...args.found, monitorPort: one.monitorPort ?? 8222 } });
        for (const [file, text] of Object.entries(files))
            fs.writeFileSync(
                path.join(dir, "nats-gateway", file),
                text.replaceAll("/etc/nats-gateway-tls", path.join(dir, "tls")),
            );
        const conf = path.join(dir, "nats-config", "nats.conf");
        const lines = `${one.conf}\n${cluster}\n@nats\n`;
        const env = { NATS_SERVER_NAME: "nats-0", ...passwords, ...Object.fromEntries(others) };
        const check = (text: string) => {
            fs.writeFileSync(conf, text);
            return execFileSync(tools["nats-server"].path, ["--config", conf, "-t"], {
                env: { ...process.env, ...variables({ pod: "nats-0", env }, args) },
                stdio: "pipe",
            });
        };
        expect(() => check(lines.replaceAll(/^\s*@\w+$/gm, ""))).not.toThrow();
        expect(() => check(lines.replaceAll(/@(\w+)/g, "include ../nats-gateway/$1.conf"))).not.toThrow();
    });
});
