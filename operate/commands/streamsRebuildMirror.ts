import { table } from "../../report/text";
import { rebuildMirror } from "../streams/failback";
import { findDependants, isOwn } from "../streams/dependants";
import { compareMirror, isEqual, type MirrorComparison, type MirrorMessage } from "../streams/mirrorComparison";
import { isSilent } from "../streams/patientSurvey";
import { untilDone, type StreamApi } from "../streams/streamApi";
import type { StreamPair } from "../streams/survey";
import type { StreamProfile } from "../../components/model/profile";
import { labelled, paragraph, refuse, UsageError, type Command, type CommandContext, type Outcome } from "./command";
import { requireDecision, yesOption } from "./decide";
import { dependantLines, needOf } from "./dependantLines";
import { MessageList, writeLists } from "./messageList";
import { hasSystemLogin } from "./natsEnvironment";
import {
    forEachStream,
    progressOf,
    settledSurvey,
    streamOption,
    wholeNumber,
    withStreams,
    type StreamSession,
} from "./session";

export const streamsRebuildMirror: Command = {
    name: "streams rebuild-mirror",
    summary:
        "Makes the standby's parked streams mirrors again after a failback, and mirrors anew that differ after a restore.",
    details: [
        "A mirror cannot be made of a stream that exists. So a second mirror is made and compared message by message; only then is the " +
            "old stream deleted, the mirror made and compared, and the second one deleted. The origin is never the only copy.",
        "A mirror that is one still is compared with its origin, all of it. If it differs it is made anew. Messages that only the mirror has " +
            "are listed first, and may be the only copies of what was lost: they are deleted with it only if --discard says how many.",
        "Refused while the standby takes writes or the origin does not. Done already, it compares and says so.",
        "Other streams that mirror or source what was recreated are listed at the end with what is to be done; if any of them needs it, the exit " +
            "status is 3.",
    ],
    options: {
        stream: streamOption,
        yes: yesOption,
        discard: {
            value: "NAME=N",
            help: "delete N messages that only this mirror has; may be repeated",
            multiple: true,
        },
        limit: { value: "N", help: "such messages shown of each mirror (default 20)" },
        file: { value: "PATH", help: "also write the list of all of them as JSON" },
    },
    run: (context) => {
        const limit = wholeNumber(context.options, "limit", 20);
        const discard = discards(context);
        return withStreams(
            context,
            "streams rebuild-mirror",
            async (session) => {
                const { api, profile, streams } = session;
                const pairs = await settledSurvey(context, session, isSilent);
                refuse("Not rebuilt", pairs.flatMap(rebuildRefusals));
                const mirrors = pairs.filter(({ standby }) => standby.duty === "mirror").map(({ stream }) => stream);
                const differing = await differingMirrors(context, api, mirrors, limit);
                refuse(
                    "Not rebuilt",
                    differing.flatMap((found) => discardRefusals(found, discard.get(found.mirror))),
                );
                const parked = pairs.some(({ standby }) => standby.duty === "parked");
                if (parked || differing.length > 0) await requireDecision(context, "streams rebuild-mirror", "rebuild");
                const differingNames = differing.flatMap(({ mirror, origin }) => [mirror, origin]);
                const remade = pairs
                    .filter(({ standby }) => standby.duty !== "mirror")
                    .map(({ standby }) => standby.name);
                await forEachStream(streams, context.signal, async (stream) => {
                    const differs = differing.some(({ mirror }) => mirror === stream.mirror);
                    const options = {
                        ...progressOf(context, stream.mirror),
                        ...(differs && { discard: discard.get(stream.mirror) ?? 0 }),
                    };
                    const rebuild = await rebuildMirror(api, profile, stream, options);
                    for (const line of labelled(
                        "MIRROR",
                        `${stream.mirror} equals its origin, ${rebuild.compared} messages compared.`,
                    ))
                        context.out(line);
                });
                return lookAtDependants(context, session, [...differingNames, ...remade]);
            },
            5_000,
        );
    },
};

/** Compares mirrors with their origins, shows those that differ with what only they have, and writes all of that into `--file`. */
async function differingMirrors(
    context: CommandContext,
    api: StreamApi,
    mirrors: readonly StreamProfile[],
    limit: number,
): Promise<MirrorComparison[]> {
    const file = typeof context.options.file === "string" ? context.options.file : undefined;
    const lists = new Map(mirrors.map(({ mirror }) => [mirror, new MessageList<MirrorMessage>(limit, file)]));
    const listOf = ({ mirror }: Pick<MirrorComparison, "mirror">) => lists.get(mirror) as MessageList<MirrorMessage>;
    try {
        const compared = await forEachStream(mirrors, context.signal, ({ name, mirror }) =>
            untilDone(`comparing ${mirror}`, () => compareMirror(api, name, mirror, listOf({ mirror })), {
                signal: api.signal,
                ...progressOf(context, mirror),
            }),
        );
        const differing = compared.filter((found) => !isEqual(found));
        for (const found of differing)
            for (const line of renderDifference(found, listOf(found).shown)) context.out(line);
        if (file !== undefined) {
            await writeLists(
                file,
                differing.map((found) => ({ summary: found, key: "mirrorOnly", list: listOf(found) })),
            );
            for (const line of paragraph(`Written: ${file}`)) context.out(line);
        }
        return differing;
    } finally {
        for (const list of lists.values()) list.close();
    }
}

/** Other streams that take messages from these: each with what is to be done, after some of them were recreated. */
async function lookAtDependants(
    { out, env }: CommandContext,
    { api, profile, streams, system }: StreamSession,
    recreated: readonly string[],
): Promise<Outcome> {
    const names = streams.flatMap(({ name, mirror }) => [name, mirror]);
    const dependants = await findDependants(api, names, hasSystemLogin(env) ? await system() : undefined);
    const found = dependants.found.filter((dependant) => !isOwn(dependant, profile));
    const needy = found.filter((dependant) => needOf(dependant, recreated) !== undefined);
    const shown = recreated.length > 0 ? found : needy;
    for (const line of dependantLines({ ...dependants, found: shown }, profile, recreated)) out(line);
    return needy.length > 0 ? "work left" : true;
}

/** Why the standby's stream must stay. */
export function rebuildRefusals({ stream, origin, standby }: StreamPair): string[] {
    if (standby.duty === "no answer") return [`${stream.mirror} does not answer (${standby.reason})`];
    if (standby.duty === "takes writes" || standby.duty === "other subjects")
        return [`${stream.mirror} takes writes: streams failback first`];
    if (origin.duty !== "takes writes") {
        return [
            `${stream.name} does not take writes (${origin.duty}): what ${stream.mirror} holds may be the only copy. streams failback first`,
        ];
    }
    return [];
}

/** How many messages of each mirror may go with it, as `--discard` says. */
export function discards({
    profile,
    options,
}: Pick<CommandContext, "profile" | "options">): ReadonlyMap<string, number> {
    const given = (options.discard ?? []) as readonly string[];
    return new Map(
        given.map((text) => {
            const [, name = "", number = ""] = /^([^=]+)=([1-9]\d{0,9})$/.exec(text) ?? [];
            const known = profile.streams.find(({ mirror }) => mirror === name);
            if (known) return [known.mirror, Number(number)] as const;
            const allowed = profile.streams.map(({ mirror }) => `${mirror}=N`).join(", ");
            throw new UsageError(
                `--discard is "${text}"; allowed: ${allowed}, N being the number of messages that go.`,
            );
        }),
    );
}

/** Why a mirror that differs must stay: it holds more that nobody else has than may go. */
export function discardRefusals({ mirror, origin, mirrorOnly }: MirrorComparison, discard = 0): string[] {
    if (mirrorOnly <= discard) return [];
    const said = discard > 0 ? `, not ${discard}` : "";
    return [
        `${mirror} holds ${mirrorOnly} messages that ${origin} lacks${said}, and they would be gone with it. Keep them first: the standby's job nats-backup ` +
            `backs the mirror up, --file lists them (docs/runbook-streams.md, "A mirror that diverged"). Then add --discard ${mirror}=${mirrorOnly}`,
    ];
}

/** @param shown the first of the messages that only the mirror has */
export function renderDifference(
    { mirror, origin, compared, different, firstDifferent, ahead, mirrorOnly }: MirrorComparison,
    shown: readonly MirrorMessage[],
): string[] {
    const reasons = [
        ...(different > 0 ? [`${different} of ${compared} messages differ, the first at ${firstDifferent}`] : []),
        ...(ahead > 0 ? [`it ends ${ahead} messages after its origin`] : []),
    ];
    const rows = shown.map(({ seq, id, subject, time }) => [String(seq), id ?? "-", subject, time.toISOString()]);
    const columns = [
        { title: "seq", align: "right" as const },
        { title: "id" },
        { title: "subject" },
        { title: "stored (UTC)" },
    ];
    return [
        ...paragraph(
            `${mirror} is no copy of ${origin}: ${reasons.join("; ")}. ${origin} was restored or made anew. Only ${mirror} has ${mirrorOnly} messages.`,
            0,
            2,
        ),
        ...(rows.length > 0 ? table(columns, rows, 2) : []),
        ...(mirrorOnly > shown.length ? [`  … and ${mirrorOnly - shown.length} more: --limit, or --file for all`] : []),
        "",
    ];
}
