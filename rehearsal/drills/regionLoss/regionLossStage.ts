import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { applicationAccount, systemAccount } from "../../../components/nats/natsAccounts";
import { positionsJob } from "../../../components/nats/durablePositionsStore";
import { natsAuthSecret } from "../../../components/nats/natsChartValues";
import type { Role, StreamProfile, SystemProfile } from "../../../infra/profile";
import { createGatewayCa, memberFiles, type GatewayCa } from "../../../operate/gatewayCa";
import type { Deployment } from "../../state/deployment";
import { deployedSecret, isNatsRelease, type RunTimeSecrets } from "../../world/nats/chartConfig";
import { connectTo, loginOf } from "../../world/nats/client";
import { DurableConsumer } from "../../world/nats/durableConsumer";
import { LinkProxy } from "../../world/nats/linkProxy";
import { NatsWorld, type Member } from "../../world/nats/natsWorld";
import { Publisher } from "../../world/nats/publisher";
import { runJob, type JobOutcome } from "../../world/nats/runJob";
import { waitFor } from "../../world/nats/waitFor";
import type { DrillContext } from "../drill";

/** The durable that the applications of the rehearsal share; made once, beforehand. */
export const workerDurable = "worker";

/** Between us-east-1 and us-west-2, in milliseconds: a round trip takes about 60. */
const oneWayMs = 30;

/**
 * For what has to happen, however busy the machine is: two elections of a leader (9 s each), a mirror that tries again only after 10 s,
 * a disk that stands still. Where all is well nobody waits for that long.
 */
export const patienceSeconds = 90;

/** Messages that each client of a publisher has on their way at once. */
const window = 16;

/** The clients of one stream. They know one address and one subject, and are never changed. */
export interface StreamClients {
    readonly stream: StreamProfile;
    readonly run: string;
    readonly subject: string;
    readonly publisher: Publisher;
    readonly consumer: DurableConsumer;
}

/** The servers of all regions, the clients' address, and connections to look and to operate with. */
export class RegionLossStage {
    readonly world: NatsWorld;
    readonly clients: StreamClients[] = [];
    primary!: Member;
    standby!: Member;
    witness: Member | undefined;
    /** What the clients' name leads to: the region that serves; absent in a stage without clients. */
    private address: LinkProxy | undefined;
    private readonly connections: NatsConnection[] = [];
    private readonly publishing: Promise<void>[] = [];
    private secrets!: Readonly<Record<Role, RunTimeSecrets>>;

    constructor(
        private readonly context: DrillContext,
        /** Whose certificates the gateways show. @default one of its own */
        private readonly ca?: GatewayCa,
    ) {
        const { tools, workDir: dir, signal } = context;
        this.world = new NatsWorld({ natsServer: tools["nats-server"].path, dir, signal, linkDelayMs: oneWayMs });
    }

    /** The primary as it was before the warm standby: no gateways, streams by its own job. Answers the seconds that the job took. */
    async startPrimary(): Promise<number> {
        const alone = withoutGateway(this.deployment("primary"));
        // Servers on this machine are dialled by address.
        const ca = this.ca ?? (await createGatewayCa({ profile: this.profile, extraHosts: ["127.0.0.1"] }));
        this.secrets = runTimeSecrets(ca, this.context);
        this.primary = await this.world.member(alone);
        await this.world.start(this.primary);
        const started = performance.now();
        const job = await this.runDeployedJob("primary", "nats-streams", 600);
        if (job.exitCode !== 0) throw new Error(`the primary's streams were not created: ${job.output}`);
        return (performance.now() - started) / 1000;
    }

    /** A publisher and a consumer for each stream, who know one address that leads to the primary. */
    async startClients(perSecond: number): Promise<void> {
        const { profile, signal } = this.context;
        const login = loginOf(this.deployment("primary"), applicationAccount, this.secrets.primary);
        const proxy = await LinkProxy.start(...ports(this.primary));
        this.address = proxy;
        const address = { url: `nats://127.0.0.1:${proxy.port}` };
        const manager = await this.manager(this.primary);
        for (const stream of profile.streams) {
            await manager.consumers.add(stream.name, {
                durable_name: workerDurable,
                ack_policy: "explicit",
                ack_wait: 5_000_000_000,
                max_ack_pending: 1_000,
            });
            const subject = stream.subject.replace(/>$/, "rehearsal");
            const run = `region-loss-${stream.name}`;
            const publisher = new Publisher(this.keep(await connectTo([address], login, `publisher ${stream.name}`)), {
                run,
                subject,
                window,
                perSecond,
                signal,
            });
            const consumer = new DurableConsumer(
                this.keep(await connectTo([address], login, `consumer ${stream.name}`)),
                stream.name,
                workerDurable,
            );
            consumer.start();
            this.publishing.push(publisher.run(Number.POSITIVE_INFINITY));
            this.clients.push({ stream, run, subject, publisher, consumer });
        }
    }

    /** The primary gets its gateways, server by server, taking writes all the while. */
    async joinPrimary(): Promise<void> {
        await this.world.reconfigure(this.primary, this.deployment("primary"), this.secrets.primary);
        await this.world.rollingRestart(this.primary);
    }

    /** The witness boots for the first time: the meta group has four members then. */
    async joinWitness(): Promise<void> {
        const { witness } = this.context.deployments;
        if (!witness) return;
        this.witness = await this.world.witness(witness, Object.values(this.secrets.witness)[0] ?? {});
        for (const server of this.witness.servers) server.start();
        await this.metaGroup(4);
    }

    /** The standby boots for the first time, with gateways and empty disks. */
    async joinStandby(): Promise<void> {
        this.standby = await this.world.member(this.deployment("dr"), this.secrets.dr);
        for (const server of this.standby.servers) server.start();
        await this.metaGroup(this.voters);
        await Promise.all(this.standby.servers.map((server) => server.healthy({ signal: this.context.signal })));
    }

    /** All of it in the deployed order, for whoever has nothing to look at in between. */
    async join(): Promise<void> {
        await this.joinPrimary();
        await this.joinWitness();
        await this.joinStandby();
    }

    /** Waits until each of the clients, all of them by default, has that many more acknowledgements. */
    async acknowledged(more: number, clients: readonly StreamClients[] = this.clients): Promise<void> {
        const wanted = clients.map(({ publisher }) => publisher.acked.size + more);
        await waitFor(
            `${more} more acknowledgements`,
            () => {
                const found = clients.map(({ publisher }) => publisher.acked.size);
                if (found.every((size, index) => size >= (wanted[index] ?? 0))) return true;
                throw new Error(`${found.join(" and ")} of ${wanted.join(" and ")}`);
            },
            { seconds: patienceSeconds, signal: this.context.signal },
        );
    }

    /** Waits until every mirror has what its origin holds at this moment; answers the seconds that the slowest one took. */
    async mirrorsFollow(seconds = patienceSeconds, everyMs = 50): Promise<number> {
        const manager = await this.manager(this.primary);
        const lags = this.profile.streams.map(async ({ name, mirror }) => {
            // Inside the patience: right after a join even the origin may not answer at once.
            let asked: { readonly lastSeq: number; readonly at: number } | undefined;
            const holds = async () => {
                asked ??= { lastSeq: (await manager.streams.info(name)).state.last_seq, at: performance.now() };
                const found = (await manager.streams.info(mirror)).state.last_seq;
                if (found < asked.lastSeq) throw new Error(`at ${found} of ${asked.lastSeq}`);
                return (performance.now() - asked.at) / 1000;
            };
            return waitFor(`${mirror} like ${name}`, holds, { seconds, everyMs, signal: this.context.signal });
        });
        return Math.max(...(await Promise.all(lags)));
    }

    get profile(): SystemProfile {
        return this.context.profile;
    }

    /** How many servers vote when all regions are up. */
    get voters(): number {
        return this.primary.servers.length + this.standby.servers.length + (this.witness?.servers.length ?? 0);
    }

    metaGroup(size: number): Promise<string> {
        return this.world.metaGroup(this.primary.servers[0] as (typeof this.primary.servers)[number], size);
    }

    /** Asks the meta group for a leader in the primary's cluster: where it belongs, and the harder case for a failover. */
    async leadFromPrimary(): Promise<string> {
        const system = this.keep(
            await connectTo(
                this.primary.servers,
                loginOf(this.deployment("primary"), systemAccount, this.secrets.primary),
                "operator",
            ),
        );
        return waitFor(
            `a meta leader in ${this.primary.cluster}`,
            async () => {
                const leader = await this.metaGroup(this.voters);
                if (this.primary.servers.some((server) => server.name === leader)) return leader;
                const placement = { placement: { cluster: this.primary.cluster } };
                await system.request("$JS.API.META.LEADER.STEPDOWN", JSON.stringify(placement), { timeout: 2_000 });
                throw new Error(`the leader is ${leader}`);
            },
            { seconds: patienceSeconds, everyMs: 500, signal: this.context.signal },
        );
    }

    /** The deployed gate that the next step of the order depends on; undefined where none is deployed. */
    async runGate(role: "primary" | "dr", job: string, seconds?: number): Promise<JobOutcome | undefined> {
        const deployed = this.deployment(role)
            .ofType("kubernetes:batch/v1:Job")
            .some((candidate) => candidate.inputs.metadata?.name === job);
        return deployed ? this.runDeployedJob(role, job, seconds) : undefined;
    }

    runDeployedJob(role: "primary" | "dr", job: string, seconds = patienceSeconds): Promise<JobOutcome> {
        return this.runOnServers(role, job, { DEADLINE_SECONDS: String(seconds) });
    }

    private runOnServers(
        role: "primary" | "dr",
        job: string,
        env: Readonly<Record<string, string>>,
    ): Promise<JobOutcome> {
        const { tools, workDir, signal } = this.context;
        const member = role === "primary" ? this.primary : this.standby;
        return runJob(this.deployment(role), {
            job,
            env: { NATS_URL: member.servers.map((server) => server.url).join(","), ...env },
            secrets: this.secrets[role],
            programs: [path.dirname(tools.nats.path)],
            dir: path.join(workDir, `job-${job}`),
            signal,
        });
    }

    /** One run of the deployed CronJob that keeps the durables' positions in the standby; undefined where none is deployed. */
    async keepPositions(): Promise<JobOutcome | undefined> {
        const deployed = this.deployment("dr")
            .ofType("kubernetes:batch/v1:CronJob")
            .some((candidate) => candidate.inputs.metadata?.name === positionsJob);
        return deployed ? this.runOnServers("dr", positionsJob, { NATS_TIMEOUT: "5s" }) : undefined;
    }

    /** A connection to a region's servers as the application account: for looking, and for the operator's calls. */
    async connect(member: Member, name: string): Promise<NatsConnection> {
        return this.keep(
            await connectTo(
                member.servers,
                loginOf(this.deployment("primary"), applicationAccount, this.secrets.primary),
                name,
            ),
        );
    }

    async manager(member: Member): Promise<JetStreamManager> {
        return jetstreamManager(await this.connect(member, "observer"), { timeout: 3_000, checkAPI: false });
    }

    /** Leads the clients' address to a region: what DNS and the region's own Service do. */
    pointClientsTo(member: Member): void {
        this.address?.retarget(...ports(member));
    }

    /**
     * The primary's links to the standby go first, its servers a moment later: what they acknowledge in between no
     * mirror has. That is the tail of a lost region, and without it there would be none to account for: the moment lasts until
     * more is acknowledged than was on its way.
     */
    async losePrimary(momentMs: number): Promise<number> {
        const links = this.world.linksTo(this.standby);
        for (const link of links) link.cut();
        await Promise.all([this.acknowledged(window + 1), delay(momentMs, undefined, { signal: this.context.signal })]);
        const killed = this.primary.servers.map((server) => server.kill());
        const at = performance.now();
        for (const link of links) link.mend();
        await Promise.all(killed);
        return at;
    }

    async returnPrimary(): Promise<void> {
        await this.world.start(this.primary);
        await this.metaGroup(this.voters);
    }

    /** Lets the publishers finish what they began, and the consumers work it off. */
    async settle(): Promise<void> {
        const { signal } = this.context;
        for (const { publisher } of this.clients) publisher.stop();
        await Promise.all(this.publishing);
        await waitFor(
            "every acknowledged message received",
            () =>
                this.clients.every(({ publisher, consumer }) =>
                    [...publisher.acked.keys()].every((id) => consumer.received.has(id)),
                ) || undefined,
            { seconds: patienceSeconds, signal },
        ).catch((error: unknown) => {
            if (signal.aborted) throw error;
        });
    }

    async close(): Promise<void> {
        for (const { publisher, consumer } of this.clients) {
            publisher.abandon();
            void consumer.stop();
        }
        await Promise.all(this.connections.map((connection) => connection.close().catch(() => undefined)));
        await this.address?.close();
        await this.world.close();
    }

    private deployment(role: Role): Deployment {
        const deployment = this.context.deployments[role];
        if (!deployment) throw new Error(`region-loss needs the deployment of ${role}: bring up phase 13 first`);
        return deployment;
    }

    private keep(connection: NatsConnection): NatsConnection {
        this.connections.push(connection);
        return connection;
    }
}

function ports(member: Member): number[] {
    return member.servers.map((server) => server.local.clientPort);
}

/**
 * What External Secrets bring at run time: each region's gateway certificate, by the command that makes them, and the
 * accounts' passwords, which every region takes from the primary.
 */
export function runTimeSecrets(
    ca: GatewayCa,
    { deployments, profile }: Pick<DrillContext, "deployments" | "profile">,
): Readonly<Record<Role, RunTimeSecrets>> {
    const secretsOf = (role: Role): RunTimeSecrets => ({
        [gatewaySecret(deployments[role])]: memberFiles(ca, profile.regions[role]),
    });
    return {
        primary: secretsOf("primary"),
        dr: { ...secretsOf("dr"), ...carriedOver(deployments.primary, deployments.dr) },
        witness: secretsOf("witness"),
    };
}

/** The accounts' passwords, where the standby has no Secret of its own in its state: External Secrets bring the primary's. */
function carriedOver(primary: Deployment | undefined, standby: Deployment | undefined): RunTimeSecrets {
    const own = standby
        ?.ofType("kubernetes:core/v1:Secret")
        .some((secret) => secret.inputs.metadata?.name === natsAuthSecret);
    return own || !primary ? {} : { [natsAuthSecret]: deployedSecret(primary, natsAuthSecret) };
}

function gatewaySecret(deployment: Deployment | undefined): string {
    const release = deployment?.resources.find(isNatsRelease);
    return release?.inputs.values.config.gateway?.tls?.secretName ?? "nats-gateway-tls";
}

/** The same release before it joined: exactly the gateway's keys are gone. */
function withoutGateway(deployment: Deployment): Deployment {
    return deployment.withInputs(isNatsRelease, ({ values }) => {
        delete values.tlsCA;
        delete values.config.gateway;
        delete values.container.env.GW_ADVERTISE;
    });
}
