import type { NatsAcceptance, SystemProfile } from "../model/profile";
import { accountsOf, defaultAccount, systemAccount } from "./natsAccounts";
import { filled } from "./ruleText";

/** What a server answers to `$SYS.REQ.SERVER.PING.VARZ`, as far as the rules read it. */
export interface ServerFacts {
    readonly server: { readonly name: string; readonly cluster?: string };
    readonly data?: Varz | undefined;
}

/** The server's settings, in its own words. */
export interface Varz {
    readonly max_payload?: number;
    /** Only if the server serves TLS to clients. */
    readonly tls_cert_not_after?: string;
    readonly websocket?: { readonly port?: number };
    readonly mqtt?: { readonly port?: number };
    readonly leaf?: { readonly port?: number };
    /** Empty if JetStream is switched off. */
    readonly jetstream?: {
        readonly config?: { readonly max_memory?: number; readonly max_storage?: number };
        readonly stats?: { readonly memory?: number; readonly storage?: number };
    };
}

/** Plain data, so that the deployed gate goes by the same rules as the `dr` command. */
interface ServerLimit {
    /** The way to it in VARZ. A number counts as it is, a text or `true` as 1, anything else as 0. */
    readonly path: readonly string[];
    /** The way to what the standby's servers have for it. @default `path` */
    readonly standbyPath?: readonly string[];
    /** Whether the standby needs any if the primary has any, as of a port; otherwise at least as much. */
    readonly any: boolean;
    /** How much of it is 1 of the setting. */
    readonly unit: number;
    /** `{server}` has `{found}`, `{standby}` has `{has}`; `{wanted}` is what the setting has to be. */
    readonly why: string;
}

const mib = 1024 ** 2;
const gib = 1024 ** 3;

const listener = (name: string, path: readonly string[], setting: string): ServerLimit => ({
    path,
    any: true,
    unit: 1,
    why:
        `${name}: {server} of the primary listens on port {found}, {standby} does not listen. Its clients could not connect after a failover. ` +
        `Set nats.found.accepts.${setting} to {wanted} in all three stacks`,
});

/** What a standby has to accept as well: a client that moves there must not find less. */
const serverLimits: readonly ServerLimit[] = [
    {
        path: ["max_payload"],
        any: false,
        unit: 1,
        why:
            "max_payload: {server} of the primary takes {found} bytes, {standby} {has}. It would refuse messages that the primary takes. " +
            "Set nats.found.accepts.maxPayload to {wanted} in all three stacks",
    },
    {
        path: ["tls_cert_not_after"],
        any: false,
        unit: 1,
        why:
            "tls: {server} of the primary serves TLS to clients, {standby} does not. Clients with TLS could not connect after a failover. " +
            "Set nats.found.accepts.tlsSecret in all three stacks, to a Secret of the standby's NATS namespace",
    },
    listener("websocket", ["websocket", "port"], "websocketPort"),
    listener("mqtt", ["mqtt", "port"], "mqttPort"),
    listener("leafnodes", ["leaf", "port"], "leafnodesPort"),
    {
        // What is in use: a nats.conf that says nothing allows three quarters of the machine's memory, which no one meant.
        path: ["jetstream", "stats", "memory"],
        standbyPath: ["jetstream", "config", "max_memory"],
        any: false,
        unit: mib,
        why:
            "max_memory_store: {server} of the primary stores {found} bytes in memory, {standby} may store {has}. " +
            "Set nats.found.accepts.memoryStoreMib to {wanted} or more in all three stacks",
    },
    {
        path: ["jetstream", "config", "max_storage"],
        any: false,
        unit: gib,
        why:
            "max_file_store: {server} of the primary has {found} bytes, {standby} {has}. The mirrors stop when it is full. " +
            "Set nats.volumeGib of the standby's stack to {wanted} or more, before its servers are made",
    },
];

/** What the program's own servers accept beyond file storage: a stock nats.conf. */
export const stockAcceptance: NatsAcceptance = {
    maxPayload: 1024 ** 2,
    memoryStoreMib: 0,
    accountsLeftOut: [],
};

/** What the primary's servers accept, and with them the standby's. */
export function acceptanceOf({ natsAcceptance }: Pick<SystemProfile, "natsAcceptance">): NatsAcceptance {
    return natsAcceptance ?? stockAcceptance;
}

/** What the standby's servers will say of themselves, by the settings: one that stands for all. */
export function plannedServer(
    profile: Pick<SystemProfile, "natsAcceptance" | "regions">,
    volumeGib: number,
): ServerFacts {
    const { maxPayload, memoryStoreMib, websocketPort, mqttPort, leafnodesPort, tlsSecret } = acceptanceOf(profile);
    return {
        server: { name: "the standby", cluster: profile.regions.dr.natsCluster },
        data: {
            max_payload: maxPayload,
            ...(tlsSecret !== undefined && { tls_cert_not_after: "planned" }),
            websocket: { port: websocketPort ?? 0 },
            mqtt: { port: mqttPort ?? 0 },
            leaf: { port: leafnodesPort ?? 0 },
            jetstream: { config: { max_memory: memoryStoreMib * mib, max_storage: volumeGib * gib } },
        },
    };
}

/** Accounts that a server of the primary may have: the standby's servers have them too, or the settings leave them out. */
export function knownAccounts(profile: Pick<SystemProfile, "natsAccount" | "natsAcceptance">): string[] {
    const { account, systemAccount: system } = accountsOf(profile);
    return [...new Set([defaultAccount, systemAccount, account, system, ...acceptanceOf(profile).accountsLeftOut])];
}

/**
 * What the standby's servers accept less of than the primary's, with the setting that changes it; empty if there is nothing. The gate of
 * phase 13 goes by the same rules (`natsGate/judge.awk`).
 *
 * @param primary name of the primary's cluster, as `standby` is of the standby's
 */
export function smallerThanPrimary(servers: readonly ServerFacts[], primary: string, standby: string): string[] {
    const here = servers.filter(({ server }) => server.cluster === primary);
    const there = servers.filter(({ server }) => server.cluster === standby);
    return serverLimits.flatMap((limit) => {
        const most = here
            .map((one) => ({ name: one.server.name, amount: amountAt(one, limit.path) }))
            .reduce((best, one) => (one.amount >= best.amount ? one : best), { name: "", amount: 0 });
        const short = there
            .map((one) => ({ name: one.server.name, amount: amountAt(one, limit.standbyPath ?? limit.path) }))
            .find(({ amount }) => (limit.any ? most.amount > 0 && amount === 0 : amount < most.amount));
        if (short === undefined) return [];
        const wanted = Math.ceil(most.amount / limit.unit);
        return [
            filled(limit.why, {
                server: most.name,
                found: most.amount,
                standby: short.name,
                has: short.amount,
                wanted,
            }),
        ];
    });
}

/** The rules as a table for `natsGate/judge.awk`, a line each: the text, "any" or "least", the unit, the two ways. */
export function limitTable(): string {
    return serverLimits
        .map(({ why, any, unit, path, standbyPath = path }) =>
            [why, any ? "any" : "least", unit, path.join("."), standbyPath.join(".")].join("\t"),
        )
        .join("\n");
}

function amountAt({ data }: ServerFacts, path: readonly string[]): number {
    const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], data);
    if (typeof value === "number") return value;
    return value === true || (typeof value === "string" && value !== "") ? 1 : 0;
}

/** From this part of its file storage on a server is nearly full; the server itself refuses messages once it has more than all of it. */
export const nearlyFull = 0.8;

/** How full the servers of a cluster are, where a person has to look; empty if there is room. */
export function fullServers(servers: readonly ServerFacts[], cluster: string): { full: string[]; nearly: string[] } {
    const found = { full: [] as string[], nearly: [] as string[] };
    for (const { server, data } of servers.filter((one) => one.server.cluster === cluster)) {
        const { config, stats } = data?.jetstream ?? {};
        if (data && config?.max_storage === undefined) {
            found.full.push(`${server.name} has switched JetStream off: its disk is full, or failed. See its log`);
            continue;
        }
        const [used, room] = [stats?.storage ?? 0, config?.max_storage ?? 0];
        if (room === 0 || used < room * nearlyFull) continue;
        const holds = `${sizeText(used)} of ${sizeText(room)} (max_file_store)`;
        if (used >= room) found.full.push(`${server.name} is full: it holds ${holds}, and stores no message more`);
        else found.nearly.push(`${server.name} is nearly full: it holds ${holds}`);
    }
    return found;
}

function sizeText(bytes: number): string {
    const [unit, name] = bytes >= gib ? ([gib, "GiB"] as const) : ([mib, "MiB"] as const);
    return `${(bytes / unit).toFixed(1)} ${name}`;
}
