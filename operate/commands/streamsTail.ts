import type { StreamProfile } from "../../components/model/profile";
import { table } from "../../report/text";
import type { MessageSink } from "../streams/mirrorComparison";
import {
    compareCommonPart,
    originTail,
    type CommonPart,
    type OriginTail,
    type TailMessage,
} from "../streams/originTail";
import { isSilent } from "../streams/patientSurvey";
import type { StreamPair } from "../streams/survey";
import { untilDone, type StreamApi } from "../streams/streamApi";
import { paragraph, refuse, type Command, type CommandContext, type OptionSpec } from "./command";
import { MessageList, writeLists } from "./messageList";
import { forEachStream, settledSurvey, streamOption, wholeNumber, withStreams } from "./session";

export const lastOption: OptionSpec = {
    value: "N",
    help: "compare the last N messages before the takeover (default 100000)",
};
export const comparedByDefault = 100_000;

export const streamsTail: Command = {
    name: "streams tail",
    summary: "Lists what the returned region has that the standby lacks, before the failback.",
    details: [
        "Every message that the origin stored after the last one that was mirrored, by sequence and identifier; those whose publisher sent " +
            "them again to the standby are marked. Also compares the two streams up to the takeover, sequence by sequence. Changes nothing.",
        "The tail needs nothing done: it stays in the origin and is delivered there after the failback.",
    ],
    options: {
        stream: streamOption,
        limit: { value: "N", help: "messages shown of each stream (default 20)" },
        file: { value: "PATH", help: "also write all of it as JSON" },
        last: lastOption,
    },
    run: (context) =>
        withStreams(
            context,
            "streams tail",
            async (session) => {
                const { api, streams } = session;
                const limit = wholeNumber(context.options, "limit", 20);
                const last = wholeNumber(context.options, "last", comparedByDefault);
                const pairs = await settledSurvey(context, session, isSilent);
                refuse("No tail to list", pairs.flatMap(tailRefusals));
                const file = typeof context.options.file === "string" ? context.options.file : undefined;
                const lists = new Map(streams.map(({ name }) => [name, new MessageList<TailMessage>(limit, file)]));
                try {
                    const found = await forEachStream(streams, context.signal, (stream) =>
                        lookAtTail(api, stream, last, lists.get(stream.name)),
                    );
                    for (const { tail, common } of found) {
                        const { shown = [] } = lists.get(tail.stream) ?? {};
                        for (const line of renderTail(tail, common, shown)) context.out(line);
                    }
                    if (file !== undefined) await writeTails(context, file, found, lists);
                    return found.every(({ common }) => isWhole(common));
                } finally {
                    for (const list of lists.values()) list.close();
                }
            },
            5_000,
        ),
};

/** Reads and compares; a copy that still catches up after its return is read again. */
export async function lookAtTail(
    api: StreamApi,
    stream: StreamProfile,
    last: number,
    list?: MessageSink<TailMessage>,
): Promise<{ tail: OriginTail; common: CommonPart }> {
    const retry = { seconds: 60, everyMs: 1_000, signal: api.signal };
    const look = async () => ({
        tail: await originTail(api, stream, list),
        common: await compareCommonPart(api, stream, last),
    });
    return api.turns.take(() => untilDone(`reading ${stream.name}`, look, retry));
}

/** Why there is nothing to compare. */
export function tailRefusals({ stream, origin, standby }: StreamPair): string[] {
    if (standby.duty === "mirror")
        return [`${stream.mirror} is a mirror: it is not promoted, there is nothing to compare`];
    if (standby.duty === "absent") return [`${stream.mirror} does not exist`];
    if (standby.duty === "no answer") return [`${stream.mirror} does not answer (${standby.reason})`];
    if (standby.lastMirrored === undefined)
        return [
            `${stream.mirror} does not say where its own messages begin: its promotion stopped halfway. Run streams promote`,
        ];
    if (origin.duty === "no answer")
        return [`${stream.name} does not answer: its region is not back yet (${origin.reason})`];
    if (origin.duty === "absent")
        return [`${stream.name} does not exist: see docs/runbook-streams.md, "The origin came back with less"`];
    return [];
}

/** Whether the origin still is what was mirrored. */
export function isWhole(common: CommonPart): boolean {
    return common.originLost === 0 && common.different === 0;
}

/** @param shown the first of its messages */
export function renderTail(tail: OriginTail, common: CommonPart, shown: readonly TailMessage[]): string[] {
    const { stream, messages, sentAgain: again, lastMirrored, standbyOwn } = tail;
    const rows = shown.map(({ seq, id, subject, time, sentAgain }) => [
        String(seq),
        id ?? "-",
        subject,
        time.toISOString().slice(11, 23),
        sentAgain ? "yes" : "no",
    ]);
    const columns = [
        { title: "seq", align: "right" as const },
        { title: "id" },
        { title: "subject" },
        { title: "stored (UTC)" },
        { title: "sent again" },
    ];
    return [
        ...paragraph(
            `${stream}: ${messages} messages after ${lastMirrored} that the standby did not have, ${again} of them sent again to it; ` +
                `the standby took ${standbyOwn} itself.`,
            0,
            2,
        ),
        ...(rows.length > 0 ? table(columns, rows, 2) : []),
        ...(messages > shown.length ? [`  … and ${messages - shown.length} more: --limit, or --file for all`] : []),
        ...commonLines(stream, common),
        "",
    ];
}

export function commonLines(stream: string, common: CommonPart): string[] {
    if (isWhole(common))
        return paragraph(`${stream}: equal up to the takeover, ${common.compared} messages compared.`, 0, 2);
    const lost = common.originLost > 0 ? `it lost its last ${common.originLost} mirrored messages. ` : "";
    const differ =
        common.different > 0
            ? `${common.different} of ${common.compared} messages differ, the first at ${common.firstDifferent}. `
            : "";
    return paragraph(
        `${stream}: NOT what was mirrored: ${lost}${differ}Do not fail back: see docs/runbook-streams.md, "The origin came back with less".`,
        0,
        2,
    );
}

async function writeTails(
    { out }: CommandContext,
    file: string,
    found: readonly { tail: OriginTail; common: CommonPart }[],
    lists: ReadonlyMap<string, MessageList<TailMessage>>,
): Promise<void> {
    await writeLists(
        file,
        found.map(({ tail, common }) => ({
            summary: { ...tail, common },
            key: "messages",
            list: lists.get(tail.stream) as MessageList<TailMessage>,
        })),
    );
    for (const line of paragraph(`Written: ${file}`)) out(line);
}
