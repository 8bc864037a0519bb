import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemAccount } from "../../components/nats/natsAccounts";
import { standbyScript } from "../../components/standby/standbyCanaryPod";
import type { Role } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { superClusterUnderLoad } from "../../rehearsal/kit/environments/startSuperCluster";
import { runTimeSecrets } from "../../rehearsal/kit/environments/runTimeSecrets";
import type { SuperCluster } from "../../rehearsal/kit/environments/superCluster";
import type { Traffic } from "../../rehearsal/kit/load/traffic";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import type { Deployments } from "../../rehearsal/kit/context";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { isNatsRelease } from "../../testbed/nats/chartConfig";
import { loginOf } from "../../testbed/nats/client";
import { gatewayCertificate, reconnectGateways } from "../../testbed/nats/gateways";
import type { NatsServer } from "../../testbed/nats/natsServer";
import { longestGap } from "../../testbed/nats/publisher";
import { accountFor } from "../../testbed/nats/messageAccount";
import { readStream } from "../../testbed/nats/streamReader";
import { primaryFixture, superClusterFixture } from "../../rehearsal/testing/fixtureDeployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { takeWitnessCertificate } from "../../testbed/nats/witnessCertificate";
import { loadGatewayCa, memberFiles, type SecretVault } from "../gatewayCa";
import { gatewayCaCommands } from "./gatewayCa";

/** With this the output of every run is kept in that file: what the runbook quotes. */
const transcript = process.env.DRKIT_TRANSCRIPT;

const roles: readonly Role[] = ["primary", "dr", "witness"];

// The tests follow one another, as the steps of a rotation do, under clients that publish all the while.
describeWithTools(
    "renewing certificates and authority of gateways that carry a mirror",
    ["nats-server", "nats"],
    (tools) => {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-gateway-ca-"));
        const secrets = new Map<string, string>();
        const vault: SecretVault = {
            read: async (name) => secrets.get(name),
            write: async (name, value) => void secrets.set(name, value),
        };
        let deployments: Required<Deployments>;
        let run: DrillRun;
        let cluster: SuperCluster;
        let traffic: Traffic;
        let env: Record<string, string> = {};
        const processes = new Map<string, unknown>();

        /** The operator's command, with the standby's servers for whoever wants to ask all. Servers on this machine are dialled by address. */
        const dr = async (name: string, ...flags: string[]): Promise<{ well: boolean; said: string }> => {
            const command = gatewayCaCommands(() => vault, undefined, ["127.0.0.1"]).find(
                (one) => one.name === `gateway-ca ${name}`,
            )!;
            const lines: string[] = [];
            const out = (line: string) => void lines.push(line);
            const options = Object.fromEntries(flags.map((flag) => [flag, true]));
            const well = await command.run({
                profile: kgents,
                env,
                options,
                out,
                note: out,
                signal: new AbortController().signal,
            });
            if (transcript)
                fs.appendFileSync(
                    transcript,
                    `$ npm run dr -- gateway-ca ${[name, ...flags.map((flag) => `--${flag}`)].join(" ")}\n${lines.join("\n")}\n=> ${well ? 0 : 1}\n\n`,
                );
            return { well: well === true, said: lines.join(" ").replace(/\s+/g, " ") };
        };
        /** The canary's hourly run, by the deployed script: asks every server by one of the standby's. */
        const certificatesLast = async (days: number): Promise<{ code: number; said: string }> => {
            const { NATS_URL, NATS_SYS_USER: NATS_USER, NATS_SYS_PASSWORD: NATS_PASSWORD } = env;
            const variables = {
                NATS_URL,
                NATS_USER,
                NATS_PASSWORD,
                NATS_TIMEOUT: "5s",
                HOME: dir,
                TMPDIR: dir,
                SECONDS_LEFT: String(days * 24 * 60 * 60),
            };
            return new Promise((resolve) => {
                const PATH = [path.dirname(tools.nats.path), process.env.PATH].join(path.delimiter);
                execFile(
                    "/bin/sh",
                    ["-c", standbyScript("certificates")],
                    { env: { PATH, ...variables } },
                    (error, stdout, stderr) =>
                        resolve({ code: Number(error?.code ?? 0), said: `${stdout}${stderr}`.trim() }),
                );
            });
        };
        const stored = async () => (await loadGatewayCa({ profile: kgents, vault }))!;
        const memberOf = (role: Role) =>
            ({ primary: cluster.primary, dr: cluster.standby, witness: cluster.witness! })[role];
        const servers = () => roles.flatMap((role) => memberOf(role).servers);
        const loadedAt = async (server: NatsServer): Promise<string> => (await server.monitor("varz")).config_load_time;
        const serialOf = (pem: string) => new X509Certificate(pem).serialNumber;

        /** What was stored reaches a region: by External Secrets, kubelet and reloader, or by the witness's timer. */
        async function spread(role: Role, deployment = deployments[role], seconds?: number): Promise<void> {
            const ca = await stored();
            const before = await Promise.all(memberOf(role).servers.map(loadedAt));
            if (role === "witness")
                await takeWitnessCertificate(
                    deployment,
                    memberOf(role).servers[0]!,
                    memberFiles(ca, kgents.regions.witness),
                );
            else
                await cluster.servers.renew(
                    memberOf(role),
                    deployment,
                    runTimeSecrets(ca, { deployments, profile: kgents })[role],
                );
            for (const [index, server] of memberOf(role).servers.entries()) {
                const reloaded = async () => (await loadedAt(server)) !== before[index] || undefined;
                await waitFor(`${server.name} has read its files again`, reloaded, { seconds });
                await shows(server, role);
            }
        }

        /** Whether a server shows new connections what is stored. */
        async function shows(server: NatsServer, role: Role): Promise<void> {
            const files = memberFiles(await stored(), kgents.regions[role]);
            expect((await gatewayCertificate(server, files)).serialNumber, `${server.name} shows what is stored`).toBe(
                serialOf(files["tls.crt"]),
            );
        }

        /** Every gateway connects anew, as after a cut or a restart: connections that stand are never asked for a certificate again. */
        const reconnected = (seconds?: number) => reconnectGateways(cluster.servers, roles.map(memberOf), { seconds });

        /** The step reaches one region after the other, and after each every gateway has to connect anew. */
        async function everywhere(order: readonly Role[] = roles): Promise<void> {
            for (const role of order) {
                await spread(role);
                await reconnected();
                await traffic.acknowledged(20);
                await cluster.mirrorsFollow();
            }
        }

        beforeAll(async () => {
            await dr("create");
            deployments = await superClusterFixture();
            run = drillRun("gatewayCa", { deployments, tools, workDir: dir });
            ({ cluster, traffic } = await superClusterUnderLoad(run, 100, { ca: await stored() }));
            await cluster.mirrorsFollow();
            const { user, pass } = loginOf(await primaryFixture(), systemAccount);
            env = {
                NATS_URL: cluster.standby.servers.map((server) => server.url).join(","),
                NATS_SYS_USER: user,
                NATS_SYS_PASSWORD: pass,
            };
            for (const server of servers()) processes.set(server.name, (await server.monitor("varz")).start);
        });
        afterAll(async () => {
            await run?.close();
            fs.rmSync(dir, { recursive: true, force: true });
        });

        it("begins with gateways that connect again after every cut", async () => {
            await reconnected();
            for (const role of roles) for (const server of memberOf(role).servers) await shows(server, role);
        });

        it("renews certificates of the same authority, region by region, without breaking a connection", async () => {
            await dr("reissue", "yes");
            const connections = () =>
                Promise.all(
                    servers().map(async (server) =>
                        JSON.stringify((await server.monitor("gatewayz")).outbound_gateways, [
                            "connection",
                            "cid",
                            ...kgentsClusters,
                        ]),
                    ),
                );
            const before = await connections();
            for (const role of roles) await spread(role);
            expect(await connections()).toEqual(before);
            await reconnected();
            await cluster.mirrorsFollow();
        });

        it("is asked about by the canary, which hears from every server and fails below its limit", async () => {
            expect(await certificatesLast(30)).toEqual({ code: 0, said: "certificates: those of 7 servers last" });
            const { code, said } = await certificatesLast(900);
            expect(code).toBe(1);
            for (const server of servers())
                expect(said).toMatch(
                    new RegExp(
                        `^certificates: the one of ${server.name} ends on \\S+Z, in less than 900 days: npm run dr -- gateway-ca status$`,
                        "m",
                    ),
                );
        });

        it("keeps the old certificate where no reloader is deployed", async () => {
            await dr("reissue", "yes");
            const without = deployments.primary.withInputs(
                isNatsRelease,
                ({ values }) => (values.reloader.enabled = false),
            );
            await expect(spread("primary", without, 3)).rejects.toThrow("has read its files again");
            await expect(shows(cluster.primary.servers[0]!, "primary")).rejects.toThrow("shows what is stored");
            const { well, said } = await dr("status");
            expect(well).toBe(false);
            for (const names of ["nats-0, nats-1, nats-2", "usw2-nats-0, usw2-nats-1, usw2-nats-2", "use2-nats-0"])
                expect(said).toContain(`not yet the stored certificate: ${names}.`);
            await everywhere();
            expect(await dr("status")).toMatchObject({ well: true, said: expect.stringContaining("All is well.") });
        });

        it("goes to another authority in three steps, each region by region", async () => {
            const [old] = (await stored()).authorities;
            await dr("add-authority", "yes");
            expect((await dr("status")).said).toMatch(
                /next: gateway-ca reissue .*To look at: - not yet read since the newest authority was made: nats-0, nats-1, nats-2\./,
            );
            await everywhere();
            expect(await dr("status")).toMatchObject({ well: true });
            await dr("reissue", "yes", "now");
            await everywhere(["witness", "dr", "primary"]);
            expect(await dr("status")).toMatchObject({
                well: true,
                said: expect.stringContaining("next: gateway-ca drop-old"),
            });
            await dr("drop-old", "yes", "now");
            await everywhere();
            expect(await dr("status")).toMatchObject({
                well: true,
                said: expect.stringContaining("no rotation is under way"),
            });
            expect((await stored()).authorities).toHaveLength(1);
            expect((await stored()).authorities).not.toContainEqual(old);
        });

        it("cuts a region off that shows the new authority before the others trust it, and is whole again when they do", async () => {
            await dr("add-authority", "yes");
            await dr("reissue", "yes", "now");
            await spread("primary");
            await expect(reconnected(10)).rejects.toThrow(/usw2-nats-\d to nats: no connection/);
            for (const role of ["dr", "witness"] as const) await spread(role);
            await reconnected();
            await cluster.mirrorsFollow();
        });

        it("lost no message, stored none twice, and restarted no server", async () => {
            await traffic.settle();
            await cluster.mirrorsFollow();
            for (const { stream, run, subject, publisher } of traffic.clients) {
                // Each from its own region: in the standby, calls to the origin's consumers are led to the mirror's.
                for (const [name, member] of [
                    [stream.name, cluster.primary],
                    [stream.mirror, cluster.standby],
                ] as const) {
                    const account = accountFor(
                        publisher,
                        await readStream(await cluster.connect(member, "account"), name),
                        { run, subject },
                    );
                    expect({ name, ...account, acked: 0, stored: 0 }).toEqual({
                        name,
                        acked: 0,
                        stored: 0,
                        missing: [],
                        duplicated: [],
                        storedUnacked: [],
                        corrupted: 0,
                        misnamed: 0,
                        outOfOrder: 0,
                    });
                    expect(account.stored).toBeGreaterThan(1_000);
                }
                process.stderr.write(
                    `${stream.name}: ${publisher.acked.size} acknowledged, longest time without one ${longestGap(publisher.acked.values()).seconds.toFixed(2)} s\n`,
                );
            }
            for (const server of servers())
                expect((await server.monitor("varz")).start, server.name).toBe(processes.get(server.name));
        });
    },
);

const kgentsClusters = Object.values(kgents.regions).map(({ natsCluster }) => natsCluster);
