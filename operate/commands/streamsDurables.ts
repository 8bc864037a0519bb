import { exportDurables, placeDurables } from "../streams/durables";
import { lastMirroredOf } from "../streams/promote";
import { surveyStreams, type StreamPair } from "../streams/survey";
import { paragraph, refuse, UsageError, type Command, type CommandContext } from "./command";
import { readDurablesFile, writeDurablesFile } from "./durablesFile";
import { forEachStream, streamOption, withStreams } from "./session";

const fileHelp = "the positions, JSON";

export const streamsDurablesExport: Command = {
    name: "streams durables export",
    summary: "Writes the positions of the origins' durable consumers, and the origins' settings, into a file.",
    details: [
        "Consumers are not mirrored. Run this every minute from somewhere outside the primary region; what is acknowledged after the last " +
            "export is delivered again after a promotion. The file is written whole or not at all: if an origin does not answer, or is not " +
            "at work in its region, the earlier one stays.",
    ],
    options: { stream: streamOption, file: { value: "PATH", help: fileHelp } },
    run: (context) => {
        const path = fileOf(context, "export");
        return withStreams(context, "streams durables export", async ({ api, profile, streams }) => {
            refuse("Not exported", (await surveyStreams(api, profile, streams)).flatMap(exportRefusals));
            const exportedAt = new Date().toISOString();
            const found = await forEachStream(streams, context.signal, async ({ name }) => {
                const { config } = await api.existing(name);
                return { name, config, durables: await exportDurables(api, name) };
            });
            await writeDurablesFile(path, {
                exportedAt,
                streams: Object.fromEntries(found.map(({ name, durables }) => [name, durables])),
                origins: Object.fromEntries(found.map(({ name, config }) => [name, config])),
            });
            for (const { name, durables } of found) {
                const list = durables.map(({ durable, ackFloor }) => `${durable} at ${ackFloor}`).join(", ");
                for (const line of paragraph(`${name}: ${list || "no durables"}`, 0, 2)) context.out(line);
            }
            for (const line of paragraph(`Written: ${path}`)) context.out(line);
            return true;
        });
    },
};

export const streamsDurablesPlace: Command = {
    name: "streams durables place",
    summary: "Makes the exported durables on the promoted streams, each to go on after its position.",
    details: [
        "After streams promote. A durable goes on after its exported position, but never past the last mirrored message: from there on " +
            "the same sequences are other messages. One that was placed before is left alone, so running it again resets nobody.",
    ],
    options: { stream: streamOption, file: { value: "PATH", help: fileHelp } },
    run: (context) => {
        const path = fileOf(context, "place");
        const { exportedAt, streams: exported } = readDurablesFile(path);
        return withStreams(context, "streams durables place", async ({ api, profile, streams }) => {
            const pairs = await surveyStreams(api, profile, streams);
            refuse(
                "Not placed",
                pairs.flatMap(({ stream, standby }) => [
                    ...(standby.duty === "takes writes" ? [] : [`${stream.mirror} is not promoted (${standby.duty}). Run streams promote first`]),
                    ...(exported[stream.name] ? [] : [`${path} has no positions of ${stream.name}; it has ${Object.keys(exported).join(", ") || "none"}. Use --stream`]),
                ]),
            );
            for (const line of paragraph(`Positions of ${exportedAt}: what was acknowledged later comes again.`)) context.out(line);
            await forEachStream(streams, context.signal, async (stream) => {
                const lastMirrored = lastMirroredOf((await api.existing(stream.mirror)).config);
                const placed = await placeDurables(api, stream.mirror, exported[stream.name] ?? [], lastMirrored);
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

/** Why an origin's positions and settings are not those of its work. */
export function exportRefusals({ origin }: Pick<StreamPair, "origin">): string[] {
    if (origin.duty === "takes writes" || origin.duty === "other subjects") return [];
    return [`${origin.name} takes no writes (${origin.duty}${origin.reason === undefined ? "" : `: ${origin.reason}`}); the file stays as it is`];
}

function fileOf({ options }: Pick<CommandContext, "options">, word: string): string {
    if (typeof options.file === "string") return options.file;
    throw new UsageError(`--file is missing; name the file of positions, such as npm run dr -- streams durables ${word} --file durables.json`);
}
