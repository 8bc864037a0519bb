import * as path from "node:path";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { applicationAccount, natsUsers, systemAccount } from "../../../components/nats/natsAccounts";
import { natsAuthSecret } from "../../../components/nats/natsChartValues";
import { failbackLeaseName } from "../../../components/nats/failbackLeaseStore";
import { positionsJob } from "../../../components/nats/durablePositionsStore";
import type { Role } from "../../../components/model/profile";
import { createGatewayCa, type GatewayCa } from "../../../operate/gatewayCa";
import { StandbyLease } from "../../../operate/streams/failbackLease";
import type { Deployment } from "../../../engine/state/deployment";
import { deployedSecret, isNatsRelease, type RunTimeSecrets } from "../../../testbed/nats/chartConfig";
import { connectTo, loginOf, type Login } from "../../../testbed/nats/client";
import { deploys, LocalDeployment } from "../../../testbed/nats/localDeployment";
import { NatsWorld, type Member } from "../../../testbed/nats/natsWorld";
import { runJob, type JobOutcome } from "../../../testbed/nats/runJob";
import { takeWitnessCertificate } from "../../../testbed/nats/witnessCertificate";
import { waitFor } from "../../../testbed/nats/waitFor";
import type { DrillRun } from "../drillRun";
import { runTimeSecrets } from "./runTimeSecrets";

/** Between regions of one continent, in milliseconds: a round trip takes about 60. */
export const oneWayMs = 30;

/**
 * For what has to happen, however busy the machine is: two elections of a leader (9 s each), a disk that stands still, a mirror that
 * failed to reach its origin three times and tries again after 10, 20 and 30 s more. If all is well no one waits for that long.
 */
export const eventSeconds = 180;

/** The servers of all regions, started from what was deployed, and connections to look and to operate with. */
export class SuperCluster {
    readonly servers: NatsWorld;
    primary!: Member;
    standby!: Member;
    /** Undefined where none is deployed. */
    witness: Member | undefined;
    /** Undefined where none is deployed. */
    failbackLease: LocalDeployment | undefined;
    private secrets!: Readonly<Record<Role, RunTimeSecrets>>;

    constructor(
        private readonly run: DrillRun,
        /** Whose certificates the gateways show. @default one of its own */
        private readonly ca?: GatewayCa,
    ) {
        const { tools, workDir: dir, signal } = run;
        this.servers = new NatsWorld({ natsServer: tools["nats-server"].path, dir, signal, linkDelayMs: oneWayMs });
        run.defer(() => this.servers.close());
        run.real(
            "nats-server processes of three regions, from the deployed values",
            "TLS between the gateways, both sides verified",
            "the deployed jobs' scripts with the nats CLI",
        );
        run.simulated("External Secrets: the certificates come from the command that makes them");
    }

    /** The primary as it was before the warm standby: no gateways, streams by its own job. Answers the seconds that the job took. */
    async startPrimary(): Promise<number> {
        const alone = withoutGateway(this.run.deployment("primary"));
        // Servers on this machine are dialled by address.
        const ca = this.ca ?? (await createGatewayCa({ profile: this.run.profile, extraHosts: ["127.0.0.1"] }));
        this.secrets = runTimeSecrets(ca, this.run);
        this.primary = await this.servers.member(alone);
        await this.servers.start(this.primary);
        const started = performance.now();
        const job = await this.runDeployedJob("primary", "nats-streams", 600);
        if (job.exitCode !== 0) throw new Error(`the primary's streams were not created: ${job.output}`);
        return (performance.now() - started) / 1000;
    }

    /** The primary gets its gateways, server by server, taking writes all the while. */
    async joinPrimary(): Promise<void> {
        await this.servers.reconfigure(this.primary, this.run.deployment("primary"), this.secrets.primary);
        await this.servers.rollingRestart(this.primary);
    }

    /** The witness boots for the first time: the meta group has one member more than the primary has servers. */
    async joinWitness(): Promise<void> {
        const { witness } = this.run.deployments;
        if (!witness) return;
        this.witness = await this.servers.witness(witness, Object.values(this.secrets.witness)[0] ?? {});
        for (const server of this.witness.servers) server.start();
        await this.metaGroup(this.primary.servers.length + this.witness.servers.length);
    }

    /** The standby boots for the first time, with gateways and empty disks. */
    async joinStandby(): Promise<void> {
        this.standby = await this.servers.member(this.run.deployment("dr"), this.secrets.dr);
        for (const server of this.standby.servers) server.start();
        await this.metaGroup(this.voters);
        await Promise.all(this.standby.servers.map((server) => server.healthy({ signal: this.run.signal })));
    }

    /** All of it in the deployed order, without intermediate checks. */
    async join(): Promise<void> {
        await this.joinPrimary();
        await this.joinWitness();
        await this.joinStandby();
    }

    /** Waits until every mirror has what its origin holds at this moment; answers the seconds that the slowest one took. */
    async mirrorsFollow(seconds = eventSeconds, everyMs = 50): Promise<number> {
        const manager = await this.manager(this.primary);
        const lags = this.run.profile.streams.map(async ({ name, mirror }) => {
            // Inside the time limit: right after a join even the origin may not answer at once.
            let asked: { readonly lastSeq: number; readonly at: number } | undefined;
            const holds = async () => {
                asked ??= { lastSeq: (await manager.streams.info(name)).state.last_seq, at: performance.now() };
                const found = (await manager.streams.info(mirror)).state.last_seq;
                if (found < asked.lastSeq) throw new Error(`at ${found} of ${asked.lastSeq}`);
                return (performance.now() - asked.at) / 1000;
            };
            return waitFor(`${mirror} like ${name}`, holds, { seconds, everyMs, signal: this.run.signal });
        });
        return Math.max(...(await Promise.all(lags)));
    }

    /** How many servers vote when all regions are up. */
    get voters(): number {
        return this.primary.servers.length + this.standby.servers.length + (this.witness?.servers.length ?? 0);
    }

    metaGroup(size: number): Promise<string> {
        return this.servers.metaGroup(this.primary.servers[0] as (typeof this.primary.servers)[number], size);
    }

    /** Asks the meta group for a leader in the primary's cluster: where it belongs, and the harder case for a failover. */
    async leadFromPrimary(): Promise<string> {
        const system = this.keep(
            await connectTo(
                this.primary.servers,
                () => loginOf(this.run.deployment("primary"), systemAccount, this.secrets.primary),
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
            { seconds: eventSeconds, everyMs: 500, signal: this.run.signal },
        );
    }

    /** The deployed gate that the next step of the order depends on; undefined where none is deployed. */
    async runGate(role: "primary" | "dr", job: string, seconds?: number): Promise<JobOutcome | undefined> {
        const deployed = this.run
            .deployment(role)
            .ofType("kubernetes:batch/v1:Job")
            .some((candidate) => candidate.inputs.metadata?.name === job);
        return deployed ? this.runDeployedJob(role, job, seconds) : undefined;
    }

    runDeployedJob(role: "primary" | "dr", job: string, seconds = eventSeconds): Promise<JobOutcome> {
        return this.runOnServers(role, job, { DEADLINE_SECONDS: String(seconds) });
    }

    private runOnServers(
        role: "primary" | "dr",
        job: string,
        env: Readonly<Record<string, string>>,
    ): Promise<JobOutcome> {
        const { tools, workDir, signal } = this.run;
        const member = this.memberOf(role);
        return runJob(this.run.deployment(role), {
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
        const deployed = this.run
            .deployment("dr")
            .ofType("kubernetes:batch/v1:CronJob")
            .some((candidate) => candidate.inputs.metadata?.name === positionsJob);
        return deployed ? this.runOnServers("dr", positionsJob, { NATS_TIMEOUT: "5s" }) : undefined;
    }

    /** Starts what holds the lease of a failback in the standby, if it is deployed; ready when it takes requests. */
    async startFailbackLease(): Promise<void> {
        const deployment = this.run.deployment("dr");
        if (!deploys(deployment, failbackLeaseName)) return;
        const { tools, workDir, signal } = this.run;
        const dir = path.join(workDir, failbackLeaseName);
        const lease = (this.failbackLease = new LocalDeployment(deployment, {
            name: failbackLeaseName,
            env: { NATS_URL: this.standby.servers.map(({ url }) => url).join(","), HOME: dir },
            // As they are when a container starts.
            secrets: () => this.secrets.dr,
            programs: [path.dirname(tools.nats.path)],
            dir,
        }));
        this.run.defer(() => lease.close());
        const requests = new StandbyLease(await this.connect(this.standby, "operator"));
        await waitFor("the lease's requests", () => requests.required().then(() => true), { signal });
    }

    /** A connection to a region's servers as the application account: for looking, and for the operator's calls. */
    async connect(member: Member, name: string): Promise<NatsConnection> {
        return this.keep(await connectTo(member.servers, () => this.login(), name));
    }

    /** The applications' user, with the password that is current now. */
    login(): Login {
        return loginOf(this.run.deployment("primary"), applicationAccount, this.secrets.primary);
    }

    async manager(member: Member): Promise<JetStreamManager> {
        return jetstreamManager(await this.connect(member, "observer"), { timeout: 3_000, checkAPI: false });
    }

    async returnPrimary(): Promise<void> {
        await this.servers.start(this.primary);
        await this.metaGroup(this.voters);
    }

    /**
     * Another authority's certificates, or more trusted ones, reach a region while it runs: by External Secrets, kubelet and
     * reloader, or by the witness's timer. Other regions keep what they have.
     */
    async spreadCertificates(ca: GatewayCa, role: Role): Promise<void> {
        const secrets = runTimeSecrets(ca, this.run)[role];
        this.secrets = { ...this.secrets, [role]: { ...this.secrets[role], ...secrets } };
        const [witness] = this.witness?.servers ?? [];
        if (role === "witness" && witness)
            return takeWitnessCertificate(this.run.deployment(role), witness, Object.values(secrets)[0]!);
        await this.servers.renew(this.memberOf(role), this.run.deployment(role), this.secrets[role]);
    }

    /** Another password of the applications' user reaches its clients, in the Secret that they read. */
    changePassword(password: string): void {
        const deployed = deployedSecret(this.run.deployment("primary"), natsAuthSecret);
        const changed = { [natsAuthSecret]: { ...deployed, [natsUsers.application.passwordVariable]: password } };
        this.secrets = {
            ...this.secrets,
            primary: { ...this.secrets.primary, ...changed },
            dr: { ...this.secrets.dr, ...changed },
        };
    }

    /** A region's servers take the Secrets that changed, one server after the other, as a rolling restart does. */
    async takeSecrets(role: "primary" | "dr"): Promise<void> {
        const member = this.memberOf(role);
        await this.servers.reconfigure(member, this.run.deployment(role), this.secrets[role]);
        await this.servers.rollingRestart(member, eventSeconds);
    }

    /** All regions: primary, standby and, where one is deployed, the witness. */
    get members(): readonly Member[] {
        return [this.primary, this.standby, ...(this.witness ? [this.witness] : [])];
    }

    /** Each two regions that have a link. */
    get pairs(): (readonly [Member, Member])[] {
        return this.members.flatMap((one, index) =>
            this.members.slice(index + 1).map((other) => [one, other] as const),
        );
    }

    memberOf(role: Role): Member {
        return role === "primary" ? this.primary : role === "dr" ? this.standby : this.witness!;
    }

    /** Closes a connection with the environment. */
    keep(connection: NatsConnection): NatsConnection {
        this.run.defer(() => connection.close().catch(() => undefined));
        return connection;
    }
}

/** The same release before it joined: exactly the gateway's keys are gone. */
function withoutGateway(deployment: Deployment): Deployment {
    return deployment.withInputs(isNatsRelease, ({ values }) => {
        delete values.tlsCA;
        delete values.config.gateway;
        delete values.container.env.GW_ADVERTISE;
    });
}
