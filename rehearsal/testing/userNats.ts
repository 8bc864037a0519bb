import * as path from "node:path";
import type { NatsConnection } from "@nats-io/transport-node";
import { gatewayHost } from "../../components/nats/natsMember";
import type { NatsPatchArgs } from "../../components/nats/natsPatchArgs";
import type { NatsAccountProfile, RegionProfile, Role, SystemProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { withFoundNats } from "../../infra/natsFound";
import { Deployment } from "../../engine/state/deployment";
import { issueGatewayCertificate, makeGatewayAuthority } from "../../operate/gatewayCertificates";
import { connectTo, type Login } from "../../testbed/nats/client";
import { NatsWorld, type Member } from "../../testbed/nats/natsWorld";
import { runJob, type JobOutcome } from "../../testbed/nats/runJob";
import { waitFor } from "../../testbed/nats/waitFor";
import { foundByConf, passwords, patchedServers, plainServers, withPatchJobs, type FoundCase } from "./userOwnedNats";

/** The shipped system with a NATS of the user's own, of which all is said. */
export function foundSystem(more: Partial<NatsAccountProfile> = {}, cluster = "nats"): SystemProfile {
    return withFoundNats(kgents, {
        account: "$G",
        systemAccount: "$SYS",
        users: [],
        anonymous: false,
        mappings: {},
        systemUsers: [],
        servers: 3,
        cluster,
        ...more,
    });
}

export function patchOf({ profile, login }: Pick<FoundCase, "profile" | "login">): NatsPatchArgs {
    return {
        profile,
        project: "kgents-dr",
        stack: "primary",
        found: foundByConf,
        namespace: profile.namespaces.nats,
        tlsSecret: "nats-gateway-tls",
        authSecret: "nats-auth",
        access: {
            url: "nats://nats:4222",
            ...(login && { login: { user: login.user, secretName: "nats-auth", secretKey: "API_PASSWORD" } }),
        },
        url: "nats://nats:4222",
    };
}

/** What External Secrets bring: each region's certificate, by the command that makes them. */
export async function certificates(profile: SystemProfile): Promise<Record<Role, Readonly<Record<string, string>>>> {
    const authority = await makeGatewayAuthority(profile.name);
    const of = async (region: RegionProfile) => {
        const hosts = [0, 1, 2].map((server) => gatewayHost(profile, region, server));
        const { certificate, key } = await issueGatewayCertificate(authority, region.natsCluster, [
            ...hosts,
            "127.0.0.1",
        ]);
        return { "tls.crt": certificate, "tls.key": key, "ca.crt": authority.certificate };
    };
    const { primary, dr, witness } = profile.regions;
    return { primary: await of(primary), dr: await of(dr), witness: await of(witness) };
}

/** A user's own NATS on this machine: three servers as found, the patch merged as its README says, and the patch's two Jobs. */
export class UserNats {
    private readonly connections: NatsConnection[] = [];
    private readonly jobs: Deployment;

    private constructor(
        readonly world: NatsWorld,
        readonly member: Member,
        private readonly found: FoundCase,
        private readonly options: { readonly nats: string; readonly dir: string },
    ) {
        this.jobs = withPatchJobs(new Deployment("primary", []), patchOf(found));
    }

    static async start(
        tools: Readonly<Record<"nats-server" | "nats", { readonly path: string }>>,
        dir: string,
        found: FoundCase,
    ): Promise<UserNats> {
        const world = new NatsWorld({ natsServer: tools["nats-server"].path, dir });
        const member = await world.add("primary", plainServers(found));
        await world.start(member);
        return new UserNats(world, member, found, { nats: path.dirname(tools.nats.path), dir });
    }

    async connect(
        who: Login | "no login" = this.found.login ?? "no login",
        name = "client",
        servers = this.member.servers,
    ) {
        const connection = await connectTo(servers, who === "no login" ? undefined : who, name);
        this.connections.push(connection);
        return connection;
    }

    /** The servers one by one with the patch for what is said of them: as found, unless it is said otherwise. */
    async merge(said: SystemProfile = this.found.profile, found: FoundCase = this.found): Promise<void> {
        const { primary } = await certificates(said);
        const plan = patchedServers({ ...found, profile: said }, patchOf({ ...found, profile: said }), primary);
        await this.world.replan(this.member, "primary", plan);
        await this.world.rollingRestart(this.member);
    }

    /** The same servers, of which other things are said. */
    with(found: FoundCase): UserNats {
        return new UserNats(this.world, this.member, found, this.options);
    }

    bothSubjects(): Promise<JobOutcome> {
        return this.job("nats-both-subjects");
    }

    scopedSubjects(): Promise<JobOutcome> {
        return this.job("nats-scoped-subjects");
    }

    /** As Kubernetes runs a Job: again when it failed, which it may while servers elect a leader. */
    succeeds(run: () => Promise<JobOutcome>): Promise<string> {
        return waitFor(
            "the Job to succeed",
            async () => {
                const { exitCode, output } = await run();
                if (exitCode !== 0) throw new Error(output);
                return output;
            },
            { everyMs: 1_000 },
        );
    }

    /** Fails, and says all of this: for these reasons and no passing one. */
    refuses(run: () => Promise<JobOutcome>, ...why: readonly string[]): Promise<string> {
        return waitFor(
            `the Job to say ${why.join(" and ")}`,
            async () => {
                const { exitCode, output } = await run();
                if (exitCode === 1 && why.every((text) => output.includes(text))) return output;
                throw new Error(`exit status ${exitCode}: ${output}`);
            },
            { everyMs: 1_000 },
        );
    }

    async close(): Promise<void> {
        await Promise.all(this.connections.map((connection) => connection.close().catch(() => undefined)));
        await this.world.close();
    }

    private job(name: string): Promise<JobOutcome> {
        return runJob(this.jobs, {
            job: name,
            env: { NATS_URL: this.member.servers.map(({ url }) => url).join(",") },
            secrets: { "nats-auth": passwords },
            programs: [this.options.nats],
            dir: this.options.dir,
        });
    }
}
