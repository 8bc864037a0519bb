import type { NatsConnection } from "@nats-io/transport-node";
import { askEveryServer, type ServerAnswer } from "./everyServer";

/** The servers that vote on streams, over all regions. */
export interface MetaGroup {
    /** Voters, those that are down included. */
    readonly size: number;
    /** Undefined: no stream can be made, changed or promoted. */
    readonly leader?: string;
    readonly offline: readonly string[];
    /** Servers that answered, by name. */
    readonly answered: readonly string[];
}

type MetaAnswer = ServerAnswer<{
    readonly meta_cluster?: {
        readonly leader?: string;
        readonly cluster_size?: number;
        readonly replicas?: readonly { readonly name: string; readonly offline?: boolean }[];
    };
}>;

/** Asks every server, with the system account; undefined if none answered. */
export async function metaGroup(system: NatsConnection, maxWaitMs = 2_000): Promise<MetaGroup | undefined> {
    return metaGroupOf(await askEveryServer(system, "JSZ", undefined, { maxWaitMs }));
}

/** What the servers' answers say together: the leader itself knows best, and alone tells who is offline. */
export function metaGroupOf(answers: readonly MetaAnswer[]): MetaGroup | undefined {
    const views = answers.flatMap(({ server, data }) =>
        data?.meta_cluster ? [{ ...data.meta_cluster, name: server.name }] : [],
    );
    if (views.length === 0) return undefined;
    const own = views.find(({ name, leader }) => leader === name);
    return {
        size: own?.cluster_size ?? Math.max(...views.map(({ cluster_size: size }) => size ?? 0)),
        ...(own && { leader: own.name }),
        offline: (own?.replicas ?? []).filter(({ offline }) => offline).map(({ name }) => name),
        answered: views.map(({ name }) => name).sort(),
    };
}
