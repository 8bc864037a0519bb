import * as path from "node:path";
import type { Deployment } from "../../engine/state/deployment";
import { planRelease, type ReleasePlan, type RunTimeSecrets } from "./chartConfig";
import { LinkProxy } from "./linkProxy";
import { AddressBook, onLoopback } from "./loopback";
import { NatsServer } from "./natsServer";
import { ProcessGuard } from "./processGuard";
import { waitFor } from "./waitFor";
import { planWitness } from "./witness";

export interface NatsWorldOptions {
    /** Path of nats-server. */
    readonly natsServer: string;
    /** Holds a folder a server: configuration, log, disk. */
    readonly dir: string;
    /** One-way delay of the links between regions, in milliseconds. @default no proxy on the links */
    readonly linkDelayMs?: number;
    readonly signal?: AbortSignal;
}

type Plan = Pick<ReleasePlan, "cluster" | "servers">;

/** One region's servers. */
export interface Member {
    /** The stack that deployed them. */
    readonly stack: string;
    readonly cluster: string;
    readonly servers: readonly NatsServer[];
}

/** Real NATS servers on loopback, started from what was deployed. */
export class NatsWorld {
    private readonly book: AddressBook;
    /** Proxies in front of the gateways: each leads to a deployed address, from one region or from all that learned it. */
    private readonly links: { readonly to: string; readonly from?: string; readonly proxy: LinkProxy }[] = [];
    private readonly guard = new ProcessGuard();
    private readonly servers: NatsServer[] = [];

    constructor(private readonly options: NatsWorldOptions) {
        const { linkDelayMs } = options;
        this.book =
            linkDelayMs === undefined
                ? new AddressBook()
                : new AddressBook((port, address, from) => this.link(port, address, linkDelayMs, from));
        options.signal?.addEventListener("abort", this.killAll, { once: true });
    }

    /** The servers of a deployment's NATS release, not yet started. */
    async member(deployment: Deployment, secrets: RunTimeSecrets = {}): Promise<Member> {
        return this.add(deployment.stack, planRelease(deployment, secrets));
    }

    /** The witness of a deployment, not yet started. */
    async witness(deployment: Deployment, certificate: Readonly<Record<string, string>>): Promise<Member> {
        return this.add(deployment.stack, planWitness(deployment, certificate));
    }

    /** Servers that no deployment of ours starts: what the user has already. Not yet started. */
    async add(stack: string, plan: Plan): Promise<Member> {
        const servers = await Promise.all(
            (await this.localPlans(stack, plan)).map(async (local) => {
                const dir = path.join(this.options.dir, local.name);
                const server = new NatsServer(local, this.options.natsServer, dir, this.guard);
                this.servers.push(server);
                return server;
            }),
        );
        return { stack, cluster: plan.cluster, servers };
    }

    /** Gives running servers what a later deployment says, for their next start. */
    async reconfigure(member: Member, deployment: Deployment, secrets: RunTimeSecrets = {}): Promise<void> {
        await this.replan(member, deployment.stack, planRelease(deployment, secrets));
    }

    /** Changed Secrets of a region, as its servers get them while they run: the files, and the reloader's signal where it is deployed. */
    async renew(member: Member, deployment: Deployment, secrets: RunTimeSecrets): Promise<void> {
        const plan = planRelease(deployment, secrets);
        for (const local of await this.localPlans(deployment.stack, plan)) {
            const server = member.servers.find((candidate) => candidate.name === local.name);
            server?.remount(local.files);
            if (plan.reloads) server?.reload();
        }
    }

    /** The same for servers that were added. */
    async replan(member: Member, stack: string, plan: Plan): Promise<void> {
        const locals = await this.localPlans(stack, plan);
        for (const server of member.servers) {
            const local = locals.find((candidate) => candidate.name === server.name);
            if (!local) throw new Error(`${server.name} is not among the servers that stack ${stack} deploys now`);
            server.reconfigure(local);
        }
    }

    /** Starts a member's servers together, as the chart's StatefulSet does, and waits until all are healthy. */
    async start(member: Member, seconds?: number): Promise<void> {
        for (const server of member.servers) server.start();
        await Promise.all(member.servers.map((server) => server.healthy({ seconds, signal: this.options.signal })));
    }

    /** Restarts one server after the other, each after the one before it is healthy: what a new configuration does. */
    async rollingRestart(member: Member, seconds?: number): Promise<void> {
        for (const server of member.servers) {
            await server.stop();
            server.start();
            await server.healthy({ seconds, signal: this.options.signal });
        }
    }

    /** Waits until the meta group has that many members and a leader, as seen by one server; answers the leader's name. */
    async metaGroup(from: NatsServer, size: number, seconds?: number): Promise<string> {
        return waitFor(
            `a meta group of ${size} with a leader`,
            async () => {
                const { meta_cluster: meta } = await from.monitor("jsz");
                if (meta?.cluster_size !== size || !meta?.leader)
                    throw new Error(`size ${meta?.cluster_size}, leader ${meta?.leader || "none"}`);
                return meta.leader as string;
            },
            { seconds, signal: this.options.signal },
        );
    }

    /** Proxies on the links that lead to a region's gateways, from every other region. */
    linksTo(member: Member): LinkProxy[] {
        return this.links.filter(({ to }) => isGatewayOf(member, to)).map(({ proxy }) => proxy);
    }

    /**
     * Proxies on all links between two regions, in both directions. Addresses that servers give to all regions are among them:
     * a third region then uses those of its configuration.
     */
    linksBetween(one: Member, other: Member): LinkProxy[] {
        const leads = (to: string, from: string | undefined, [source, target]: readonly [Member, Member]) =>
            isGatewayOf(target, to) && (from === undefined || from === source.stack);
        return this.links
            .filter(({ to, from }) => leads(to, from, [one, other]) || leads(to, from, [other, one]))
            .map(({ proxy }) => proxy);
    }

    /** Keys of nats.conf that differ from the deployed ones, because everything runs on one machine. */
    get changedKeys(): string[] {
        return [...new Set(this.servers.flatMap((server) => server.local.changed))].sort();
    }

    /** Ends every process; nothing is left behind. */
    async close(): Promise<void> {
        this.options.signal?.removeEventListener("abort", this.killAll);
        await Promise.all(this.servers.map((server) => server.kill()));
        await Promise.all(this.links.map(({ proxy }) => proxy.close()));
        await this.guard.close();
    }

    private async link(port: number, to: string, delayMs: number, from?: string): Promise<number> {
        const proxy = await LinkProxy.start(port);
        proxy.slow(delayMs);
        this.links.push({ to, proxy, ...(from === undefined ? {} : { from }) });
        return proxy.port;
    }

    private readonly killAll = () => {
        for (const server of this.servers) void server.kill();
    };

    private localPlans(stack: string, plan: Plan) {
        return Promise.all(
            plan.servers.map((server) =>
                onLoopback(server, stack, this.book, path.join(this.options.dir, server.name)),
            ),
        );
    }
}

function isGatewayOf(member: Member, address: string): boolean {
    return member.servers.some(({ local }) => local.gatewayAddress === address);
}
