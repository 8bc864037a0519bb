import { positionsJob } from "../../components/nats/durablePositionsStore";
import { placeDurables, positionOf } from "../streams/durables";
import { lastMirroredOf } from "../streams/promote";
import { electionSeconds } from "../streams/patientSurvey";
import { untilDone } from "../streams/streamApi";
import type { StreamPair } from "../streams/survey";
import { paragraph, refuse, UsageError, type Command, type CommandContext } from "./command";
import { writeDurablesFile } from "./durablesFile";
import { describePositions, findPositions, givenPositions, positionsOption, type FoundPositions } from "./positions";
import { forEachStream, settledSurvey, streamOption, withStreams } from "./session";

export const streamsDurablesExport: Command = {
    name: "streams durables export",
    summary: "Writes the positions of the origins' durable consumers, and the origins' settings, into a file.",
    details: [
        `By hand what CronJob ${positionsJob} does in the standby every minute: consumers are not mirrored, and what is acknowledged ` +
            "after the last export is delivered again after a promotion. The file is written whole or not at all: if an origin does not " +
            "answer, or is not at work in its region, the earlier one stays.",
    ],
    options: { stream: streamOption, file: { value: "PATH", help: "where to write them, JSON" } },
    run: (context) => {
        const path = fileOf(context);
        return withStreams(context, "streams durables export", async (session) => {
            const { api, streams } = session;
            refuse(
                "Not exported",
                (await settledSurvey(context, session, ({ origin }) => origin.duty === "no answer")).flatMap(
                    exportRefusals,
                ),
            );
            const exportedAt = new Date().toISOString();
            const read = (name: string) => async () => ({
                info: await api.existing(name),
                durables: await api.durables(name),
            });
            const found = await forEachStream(streams, context.signal, ({ name }) =>
                untilDone(`reading ${name}`, read(name), { seconds: electionSeconds, signal: api.signal }),
            );
            await writeDurablesFile(path, exportedAt, found);
            for (const { info, durables } of found) {
                const list = durables
                    .map(positionOf)
                    .map(({ durable, ackFloor }) => `${durable} at ${ackFloor}`)
                    .join(", ");
                for (const line of paragraph(`${info.config.name}: ${list || "no durables"}`, 0, 2)) context.out(line);
            }
            for (const line of paragraph(`Written: ${path}`)) context.out(line);
            return true;
        });
    },
};

export const streamsDurablesPlace: Command = {
    name: "streams durables place",
    summary: "Makes the origins' durables on the promoted streams, each to go on after its position.",
    details: [
        "After streams promote. The positions are those that the standby keeps, or of a file. A durable goes on after its position, but never " +
            "past the last mirrored message: from there on the same sequences are other messages. One that was placed before is left alone, so running it again resets nobody.",
    ],
    options: { stream: streamOption, file: positionsOption },
    run: (context) => {
        // A file that cannot be read is wrong usage, before anybody is asked.
        givenPositions(context);
        return withStreams(context, "streams durables place", async (session) => {
            const { api, streams } = session;
            const pairs = await settledSurvey(context, session, ({ standby }) => standby.duty === "no answer");
            const found = await findPositions(context, api);
            refuse(
                "Not placed",
                pairs.flatMap((pair) => placeRefusals(pair, found)),
            );
            for (const line of paragraph(`The ${describePositions(found)}: what was acknowledged later comes again.`))
                context.out(line);
            await forEachStream(streams, context.signal, async (stream) => {
                const place = async () => {
                    const lastMirrored = lastMirroredOf((await api.existing(stream.mirror)).config);
                    return placeDurables(api, stream.mirror, found.positions?.streams[stream.name] ?? [], lastMirrored);
                };
                // Right after the loss of a region a call may be lost with it; what was placed already is kept.
                const placed = await untilDone(`durables of ${stream.mirror}`, place, {
                    seconds: 60,
                    signal: api.signal,
                });
                if (placed.length === 0) context.out(`${stream.mirror}: no durables to place`);
                for (const { durable, from, outcome } of placed) {
                    const text = outcome === "kept" ? "is there already" : `goes on from message ${from}`;
                    for (const line of paragraph(`${stream.mirror}: ${durable} ${text}`, 0, 2)) context.out(line);
                }
            });
            return true;
        });
    },
};

/** Why durables are not placed on a stream; empty if they may be. */
export function placeRefusals(
    { stream, standby }: Pick<StreamPair, "stream" | "standby">,
    { source, positions, none }: FoundPositions,
): string[] {
    const exported = positions?.streams;
    return [
        ...(standby.duty === "takes writes"
            ? []
            : [`${stream.mirror} is not promoted (${standby.duty}). Run streams promote first`]),
        ...(exported ? [] : [`${stream.mirror}: ${none}. Use --file, or make its durables as your applications do`]),
        ...(exported && !exported[stream.name]
            ? [
                  `${source} has no positions of ${stream.name}; it has ${Object.keys(exported).join(", ") || "none"}. Use --stream`,
              ]
            : []),
    ];
}

/** Why an origin's positions and settings are not those of its work. */
export function exportRefusals({ origin }: Pick<StreamPair, "origin">): string[] {
    if (origin.duty === "takes writes" || origin.duty === "other subjects") return [];
    return [
        `${origin.name} takes no writes (${origin.duty}${origin.reason === undefined ? "" : `: ${origin.reason}`}); the file stays as it is`,
    ];
}

function fileOf({ options }: Pick<CommandContext, "options">): string {
    if (typeof options.file === "string") return options.file;
    throw new UsageError(
        "--file is missing; name the file of positions, such as npm run dr -- streams durables export --file durables.json",
    );
}
