import { failbackObstacles } from "../../components/nats/streamPromotability";
import { failback } from "../streams/failback";
import { isSilent } from "../streams/patientSurvey";
import type { StreamPair } from "../streams/survey";
import { labelled, paragraph, refuse, type Command } from "./command";
import { requireDecision, yesOption } from "./decide";
import { forEachStream, progressOf, settledSurvey, streamOption, wholeNumber, withStreams } from "./session";
import { commonLines, comparedByDefault, isWhole, lastOption, lookAtTail, tailRefusals } from "./streamsTail";
import { writeFenceLines } from "./writeFence";

export const streamsFailback: Command = {
    name: "streams failback",
    summary:
        "Brings the standby's messages into the origin, compares them one by one, and gives the origin the writes.",
    details: [
        "Before you run it: the region is back and well, the fence has ended, both streams are backed up. Refused unless every origin is parked " +
            "and equals what was mirrored.",
        "The origin, still parked, sources what the standby took. When nearly all is there the standby is parked as well; only when the " +
            "comparison finds every message in the origin does it take writes again. In between, about a second, no region takes any: " +
            "publishers get errors and try again.",
        "Deployment failback-lease in the standby makes these changes under a lease of 60 s. If this command is killed, or the origin lacks " +
            "a message by then, the standby takes writes again by itself.",
    ],
    options: { stream: streamOption, yes: yesOption, last: lastOption },
    run: (context) =>
        withStreams(
            context,
            "streams failback",
            async (session) => {
                const { api, profile } = session;
                const last = wholeNumber(context.options, "last", comparedByDefault);
                const pairs = await settledSurvey(context, session, isSilent);
                const back = pairs.filter(isBack);
                for (const { stream } of back) context.out(`${stream.name} has the writes already.`);
                const todo = pairs.filter((pair) => !isBack(pair));
                refuse("Not failed back", todo.flatMap(failbackRefusals));
                const found = await forEachStream(
                    todo.map(({ stream }) => stream),
                    context.signal,
                    (stream) => lookAtTail(api, stream, last),
                );
                for (const { tail, common } of found) {
                    for (const line of commonLines(tail.stream, common)) context.out(line);
                    const text = `${tail.stream}: its own tail is ${tail.messages} messages, which stay; the standby's ${tail.standbyOwn} come after them.`;
                    for (const line of paragraph(text, 0, 2)) context.out(line);
                }
                refuse(
                    "Not failed back",
                    found
                        .filter(({ common }) => !isWhole(common))
                        .map(({ tail }) => `${tail.stream} is not what was mirrored (above)`),
                );
                if (todo.length > 0) await requireDecision(context, "streams failback", "failback");
                await forEachStream(
                    todo.map(({ stream }) => stream),
                    context.signal,
                    async (stream) => {
                        const { tail, closedFrom, closedUntil } = await failback(
                            api,
                            profile,
                            stream,
                            progressOf(context, stream.name),
                        );
                        const closed = ((closedUntil - closedFrom) / 1000).toFixed(1);
                        const text = `${stream.name} takes writes, with all ${tail} messages of the standby. No writes were taken for ${closed} s.`;
                        for (const line of labelled("BACK", text)) context.out(line);
                    },
                );
                context.out("Once every stream is BACK, have Kong in the standby hold the API's writes again:");
                for (const line of writeFenceLines(profile, false)) context.out(line);
                context.out("Next: streams rebuild-mirror. Until then the standby has no copy of what is new.");
                return true;
            },
            5_000,
        ),
};

/** Whether a failback came to its end; it may be run again then, and does nothing. */
function isBack({ origin, standby }: StreamPair): boolean {
    return (
        origin.duty === "takes writes" &&
        (standby.duty === "parked" || (standby.duty === "mirror" && standby.lastMirrored === undefined))
    );
}

/** Why a stream's writes cannot go back as things stand. */
export function failbackRefusals(pair: StreamPair): string[] {
    const early = tailRefusals(pair);
    if (early.length > 0) return early;
    const { name, mirror } = pair.stream;
    if (pair.origin.duty === "takes writes" || pair.origin.duty === "other subjects") {
        return [
            `${name} is not fenced: it takes writes beside ${mirror}. Run streams fence first, and look at streams tail again`,
        ];
    }
    // Before the standby is closed: while a failback cannot end, no stream takes writes.
    return pair.origin.settings ? failbackObstacles(pair.origin.settings) : [];
}
