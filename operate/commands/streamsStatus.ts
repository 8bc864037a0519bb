import { accountsOf } from "../../components/nats/natsAccounts";
import { memberSize } from "../../components/nats/natsMember";
import { republishes } from "../../components/nats/natsStreamConfig";
import { reactionIssues } from "../../components/nats/scopedSubjectRules";
import { formatDuration } from "../../components/model/duration";
import type { SystemProfile } from "../../components/model/profile";
import { table } from "../../report/text";
import { readAccountReactions } from "../streams/accountReactions";
import { findDependants, isOwn, type Dependant, type Dependants } from "../streams/dependants";
import { metaGroup, type MetaGroup } from "../streams/metaGroup";
import { serverRoom, type ServerRoom } from "../streams/serverRoom";
import { surveyStreams, unheardText, type StreamPair, type StreamStanding } from "../streams/survey";
import { findingLines, paragraph, type Command } from "./command";
import { dependenceText, needOf, remedyOf } from "./dependantLines";
import { hasSystemLogin } from "./natsEnvironment";
import { streamOption, withStreams } from "./session";

/** What `--json` prints, and the text is made of. */
export interface StreamsStatus {
    readonly well: boolean;
    readonly at: string;
    readonly contractSeconds: { readonly mirrorLag: number };
    readonly streams: readonly StreamPair[];
    /** Null without a login of the system account, or if no server answered. */
    readonly meta: MetaGroup | null;
    /** Other streams that mirror or source these, the system's own mirrors apart. */
    readonly dependants: readonly Dependant[];
    readonly findings: readonly string[];
}

export const streamsStatus: Command = {
    name: "streams status",
    summary: "Shows where every stream and mirror is, who takes writes, how far the mirrors are behind, and who leads.",
    details: [
        "Asks any region that is up and changes nothing. With NATS_SYS_* in the environment it shows the meta group as well: without a " +
            "leader there, nothing can be promoted. It then also names servers that are full, what the standby's accept less of than the " +
            "primary's, and what lives by the streams' subjects and is not served: MQTT clients, services, imports.",
        "Ends with 1 if there is anything to look at: a mirror behind by more than the contract on its lag allows or not heard of " +
            "for 30 s, a stream that does not answer, two writers or none, a promotion that is not undone, another stream that mirrors or " +
            "sources one of these and is not what it should be.",
    ],
    options: { stream: streamOption, json: { help: "one JSON object on stdout (use npm run --silent)" } },
    run: (context) =>
        withStreams(context, "streams status", async ({ api, profile, streams, system }) => {
            const asked = hasSystemLogin(context.env);
            const systemLogin = asked ? await system() : undefined;
            const names = streams.flatMap(({ name, mirror }) => [name, mirror]);
            const { account } = accountsOf(profile);
            const [pairs, meta, room, reactions, dependants] = await Promise.all([
                surveyStreams(api, profile, streams),
                systemLogin && metaGroup(systemLogin),
                systemLogin && serverRoom(systemLogin, profile),
                // Nothing to wait for in an incident: without an answer the rest is shown.
                systemLogin && readAccountReactions(api, systemLogin, account).catch(() => undefined),
                findDependants(api, names, systemLogin).catch((error: Error): Dependants => {
                    context.signal.throwIfAborted();
                    return { found: [], silent: [], everyAccount: false, reason: error.message };
                }),
            ]);
            const result = streamsStatusOf(profile, pairs, asked ? (meta ?? null) : undefined, {
                room,
                dependants,
                reactions: reactions && reactionIssues(reactions, streams, streams.filter(republishes)),
            });
            if (context.options.json === true) context.out(JSON.stringify(result, undefined, 2));
            else for (const line of renderStatus(result, profile)) context.out(line);
            return result.well;
        }),
};

/** What was asked beside the streams and the meta group; what no one asked for is undefined. */
interface MoreLooks {
    readonly room?: ServerRoom;
    readonly dependants?: Dependants;
    /** What else lives by the subjects and is not served. */
    readonly reactions?: readonly string[];
}

/** `meta` is null if no server answered, undefined if no one asked. */
export function streamsStatusOf(
    profile: SystemProfile,
    streams: readonly StreamPair[],
    meta: MetaGroup | null | undefined,
    { room, dependants, reactions = [] }: MoreLooks = {},
): StreamsStatus {
    const others = (dependants?.found ?? []).filter((dependant) => !isOwn(dependant, profile));
    const findings = [
        ...(room?.findings ?? []),
        ...streams.flatMap((pair) => (room && room.standbyFull.length > 0 ? withFullStandby(pair) : pair.findings)),
        ...others.flatMap((dependant) => {
            const need = needOf(dependant);
            return need === undefined ? [] : `${dependenceText(dependant)}: ${need}. ${remedyOf(dependant, profile)}`;
        }),
        ...(dependants?.reason === undefined
            ? []
            : [`nobody lists all streams (${dependants.reason}), so what else mirrors or sources these is not known`]),
        ...(meta === undefined ? [] : metaFindings(meta, profile)),
        ...reactions,
    ];
    return {
        well: findings.length === 0,
        at: new Date().toISOString(),
        contractSeconds: { mirrorLag: profile.contracts.mirrorLag.limit },
        streams,
        meta: meta ?? null,
        dependants: others,
        findings,
    };
}

/** A full server closes the connections of its mirrors: what is wrong is the room, not the link. */
function withFullStandby(pair: StreamPair): string[] {
    return pair.findings.map((finding) =>
        finding === unheardText(pair) ? `${pair.standby.name} stores nothing more: the standby is full` : finding,
    );
}

function metaFindings(meta: MetaGroup | null, profile: SystemProfile): string[] {
    if (meta === null) return ["no server answered the system account"];
    const wanted = votersOf(profile);
    return [
        ...(meta.leader === undefined
            ? ["the meta group has no leader: no stream can be made, changed or promoted"]
            : []),
        ...(meta.size !== wanted ? [`the meta group has ${meta.size} voters; ${wanted} belong to it`] : []),
        ...(meta.offline.length > 0 ? [`offline: ${meta.offline.join(", ")}`] : []),
    ];
}

function votersOf(profile: SystemProfile): number {
    return Object.values(profile.regions).reduce((sum, region) => sum + memberSize(region), 0);
}

export function renderStatus({ streams, meta, dependants, findings }: StreamsStatus, profile: SystemProfile): string[] {
    const rows = streams.flatMap(({ origin, standby, lag }) => [
        row(origin),
        row(
            standby,
            lag && (lag.age === undefined ? "unknown" : `${lag.messages ?? "?"}, ${secondsText(lag.age)}`),
            lag && (lag.heardAgo === undefined && (standby.lastSeq ?? 0) > 0 ? "not now" : heard(lag.heardAgo)),
        ),
    ]);
    const columns = ["stream", "cluster", "does", "in step", "last seq", "behind", "heard"].map((title) => ({
        title,
        align: title === "last seq" ? ("right" as const) : ("left" as const),
    }));
    const leader = meta && (meta.leader === undefined ? "no leader" : `led by ${meta.leader}`);
    return [
        ...table(columns, rows, 0),
        "",
        ...paragraph(
            `writes: ${streams.map(({ stream, writes }) => `${stream.name} ${writerText(writes, stream)}`).join("; ")}`,
            0,
            8,
        ),
        ...paragraph(
            `behind: messages that the mirror lacks and the age of the oldest, at most ${formatDuration(profile.contracts.mirrorLag.limit)} by contract; ` +
                "heard: time since it last heard from its origin",
        ),
        ...(dependants.length > 0
            ? paragraph(`depend on them: ${dependants.map(dependenceText).join("; ")}`, 0, 16)
            : []),
        ...paragraph(
            meta
                ? `meta group: ${meta.size} voters of ${votersOf(profile)}, ${leader}, ${meta.answered.length} answered`
                : "meta group: not asked, or no answer (set NATS_SYS_USER and NATS_SYS_PASSWORD)",
            0,
            12,
        ),
        ...findingLines(findings),
    ];
}

function row(one: StreamStanding, behind = "", heardAgo = ""): string[] {
    const inStep = one.inStep ? `${one.inStep.servers} of ${one.inStep.of}` : "";
    return [one.name, one.cluster ?? "", one.duty, inStep, one.lastSeq?.toString() ?? "", behind, heardAgo];
}

function heard(seconds: number | undefined): string {
    return seconds === undefined ? "never" : secondsText(seconds);
}

function secondsText(seconds: number): string {
    return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

function writerText(writes: StreamPair["writes"], { name, mirror }: StreamPair["stream"]): string {
    const texts = {
        origin: `by ${name}`,
        standby: `by ${mirror}`,
        both: "by BOTH",
        nobody: "by nobody",
        unknown: "unknown",
    };
    return texts[writes];
}
