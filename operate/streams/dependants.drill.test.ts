import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { freePorts } from "../../testbed/nats/ports";
import { ProcessGuard } from "../../testbed/nats/processGuard";
import { waitFor } from "../../testbed/nats/waitFor";
import { findDependants } from "./dependants";
import { StreamApi } from "./streamApi";

describeWithTools("streams that depend on one, on a real server", ["nats-server"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-accounts-"));
    const guard = new ProcessGuard();
    const open: NatsConnection[] = [];
    let login: (user: string) => Promise<NatsConnection>;

    beforeAll(async () => {
        const [port] = await freePorts(1);
        // Account AUDIT mirrors a stream of account APP, as NATS's documentation shows it.
        fs.writeFileSync(
            path.join(dir, "nats.conf"),
            `listen: "127.0.0.1:${port}"
jetstream { store_dir: "${dir}/store" }
accounts {
  APP {
    users: [{ user: app, password: x }]
    jetstream: enabled
    exports: [{ service: "$JS.API.>", response: stream }, { stream: "deliver.audit.>" }, { service: "$JS.FC.>" }]
  }
  AUDIT {
    users: [{ user: audit, password: x }]
    jetstream: enabled
    imports: [
      { service: { account: APP, subject: "$JS.API.>" }, to: "app.api.>" }
      { stream: { account: APP, subject: "deliver.audit.>" } }
      { service: { account: APP, subject: "$JS.FC.>" } }
    ]
  }
  SYS { users: [{ user: sys, password: x }] }
}
system_account: SYS
`,
        );
        guard.watch(
            spawn(tools["nats-server"].path, ["--config", path.join(dir, "nats.conf")], {
                stdio: "ignore",
                detached: true,
            }),
        );
        login = async (user) => {
            const connection = await waitFor("the server", () =>
                connect({ servers: `127.0.0.1:${port}`, user, pass: "x" }),
            );
            open.push(connection);
            return connection;
        };
    });
    afterAll(async () => {
        await Promise.all(open.map((connection) => connection.close()));
        await guard.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("are found in every account with the system's login, and only in the own one without", async () => {
        const app = await login("app");
        const own = await waitFor("JetStream of APP", () => jetstreamManager(app));
        await own.streams.add({ name: "EVENTS", subjects: ["events.>"] });
        await own.streams.add({ name: "COPY", mirror: { name: "EVENTS" } });
        await jetstream(app).publish("events.x", "one");
        const theirs = await waitFor("JetStream of AUDIT", async () => jetstreamManager(await login("audit")));
        // The same names, and nothing to do with ours.
        await theirs.streams.add({ name: "EVENTS", subjects: ["other.>"] });
        await theirs.streams.add({ name: "COPY", mirror: { name: "EVENTS" } });
        await theirs.streams.add({
            name: "FROM_APP",
            mirror: { name: "EVENTS", external: { api: "app.api", deliver: "deliver.audit" } },
        });
        const api = new StreamApi(app);
        const copy = { name: "COPY", from: "EVENTS", as: "mirror" };
        expect(await findDependants(api, ["EVENTS"])).toEqual({ found: [copy], silent: [], everyAccount: false });
        const system = await login("sys");
        expect(await findDependants(api, ["EVENTS"], system)).toEqual({
            found: [copy, { name: "FROM_APP", from: "EVENTS", as: "mirror", account: "AUDIT" }],
            silent: [],
            everyAccount: true,
        });
    });
});
