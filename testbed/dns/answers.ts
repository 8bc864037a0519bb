import { aliasTtl } from "../../components/model/contract";
import type { Seconds } from "../../components/model/duration";
import type { AliasTarget, Zone, ZoneRecord } from "./model";

/** What a name server answers. An empty list with `exists` means the name is there, but not with that type. */
export interface Answer {
    readonly exists: boolean;
    readonly values: readonly string[];
    readonly ttl: Seconds;
    /** The record that was chosen first, before aliases were followed: what a timeline shows. */
    readonly chosen?: ZoneRecord;
}

/** What the choice of a record depends on. */
export interface Health {
    /** Status of a health check by id. */
    readonly check: (id: string) => boolean;
    /** Health of an alias target outside the zone: a load balancer with healthy targets. */
    readonly target: (target: AliasTarget) => boolean;
    /** Addresses of an alias target outside the zone. */
    readonly addresses: (target: AliasTarget) => readonly string[];
}

/** Answers a question from the records alone; alias chains are followed inside the zone. */
export function answer(zone: Pick<Zone, "records" | "id">, name: string, type: string, health: Health): Answer {
    return follow(zone, normalise(name), type.toUpperCase(), health, 0);
}

export function normalise(name: string): string {
    return name.toLowerCase().replace(/\.$/, "");
}

const longestChain = 8;

function follow(zone: Pick<Zone, "records" | "id">, name: string, type: string, health: Health, depth: number): Answer {
    const named = zone.records.filter((record) => record.name === name);
    const group = named.filter((record) => record.type === type);
    const chosen = choose(group, zone, health, depth);
    if (chosen === undefined) return { exists: named.length > 0, values: [], ttl: 0 };
    if ("values" in chosen.content)
        return { exists: true, values: chosen.content.values, ttl: chosen.content.ttl, chosen };

    const { alias } = chosen.content;
    if (alias.zoneId !== zone.id) return { exists: true, values: health.addresses(alias), ttl: aliasTtl, chosen };
    if (depth === longestChain)
        throw new Error(`${name}: more than ${longestChain} aliases in a row; last target ${alias.name}`);
    return { ...follow(zone, alias.name, type, health, depth + 1), exists: true, chosen };
}

/** Which record of a group with one name and type is answered. */
function choose(
    group: readonly ZoneRecord[],
    zone: Pick<Zone, "records" | "id">,
    health: Health,
    depth: number,
): ZoneRecord | undefined {
    const primary = group.find((record) => record.failover === "PRIMARY");
    const secondary = group.find((record) => record.failover === "SECONDARY");
    if (primary === undefined || secondary === undefined) return primary ?? secondary ?? group[0];
    if (recordHealthy(primary, zone, health, depth)) return primary;
    // Both unhealthy: the primary is returned (AWS documentation).
    return recordHealthy(secondary, zone, health, depth) ? secondary : primary;
}

/** A record without a check, or an alias that does not look at its target, is always healthy. */
function recordHealthy(record: ZoneRecord, zone: Pick<Zone, "records" | "id">, health: Health, depth = 0): boolean {
    if (record.healthCheckId !== undefined && !health.check(record.healthCheckId)) return false;
    if (!("alias" in record.content) || !record.content.alias.evaluateTargetHealth) return true;
    const { alias } = record.content;
    if (alias.zoneId !== zone.id) return health.target(alias);
    if (depth === longestChain) throw new Error(`${record.name}: more than ${longestChain} aliases in a row`);
    // An alias to a group is healthy as long as one record of the group is.
    return zone.records.some(
        (target) =>
            target.name === alias.name && target.type === record.type && recordHealthy(target, zone, health, depth + 1),
    );
}
