import { isParked } from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { fenceOrigin } from "../streams/fence";
import { electionSeconds } from "../streams/patientSurvey";
import { lastMirroredKey } from "../streams/promote";
import { untilDone, type StreamApi } from "../streams/streamApi";
import { labelled, refuse, type Command, type CommandContext } from "./command";
import { describePositions, findPositions, givenPositions, positionsOption } from "./positions";
import { forEachStream, progressOf, streamOption, withStreams, type StreamSession } from "./session";

export const streamsFence: Command = {
    name: "streams fence",
    summary: "Parks the lost origins, trying until they are parked: run it through the lost region's return.",
    details: [
        "Ends once every origin is parked, which its region must be back for. Until then it tries every second and tells what the answers " +
            "are. It may be ended and begun again at any time, and may run twice.",
        "While an origin does not answer, its settings are taken from what the standby keeps, or from a file; without either, as this " +
            "program makes them.",
        "Refused for a stream that is not promoted: nobody would take its writes.",
    ],
    options: { stream: streamOption, file: positionsOption },
    run: (context) => {
        givenPositions(context);
        return withStreams(context, "streams fence", (session) => runFence(context, session));
    },
};

/** Parks every origin whose standby is promoted; answers when all are parked. */
export async function runFence(context: CommandContext, { api, profile, streams }: StreamSession): Promise<boolean> {
    const unpromoted = (await forEachStream(streams, context.signal, (stream) => notPromoted(api, stream))).flat();
    refuse("Not fenced", unpromoted);
    const found = await findPositions(context, api);
    const origins = found.positions?.origins ?? {};
    const settings = found.positions
        ? `settings with the ${describePositions(found)}`
        : `as this program makes them: ${describePositions(found)}`;
    const text =
        "The fence is running. It must run until the lost region is back and this command ends by itself. Interrupted? Run streams fence.";
    for (const line of labelled("FENCING", text)) context.out(line);
    for (const line of labelled("", `The origins: ${settings}.`)) context.out(line);
    await forEachStream(streams, context.signal, async (stream) => {
        const { onRefusal } = progressOf(context, stream.name, 10);
        const { outcome } = await fenceOrigin(api, profile, stream, {
            onRefusal,
            origin: origins[stream.name],
            promoted: true,
        });
        const texts = {
            parked: "is parked: it takes no writes.",
            absent: "does not exist any more.",
            "given back": "was given the writes back meanwhile: it is not parked.",
        };
        for (const line of labelled(outcome === "given back" ? "ENDED" : "FENCED", `${stream.name} ${texts[outcome]}`))
            context.out(line);
    });
    return true;
}

/** Why an origin must not be parked; empty if its standby takes the writes, or both are parked on the way back. */
async function notPromoted(api: StreamApi, stream: StreamProfile): Promise<string[]> {
    const standby = await untilDone(
        `reading ${stream.mirror}`,
        () => api.info(stream.mirror).then((info) => info ?? null),
        { seconds: 30, signal: api.signal },
    );
    if (!standby) return [`${stream.mirror} does not exist: nobody would take the writes of ${stream.name}`];
    if (standby.config.mirror)
        return [
            `${stream.mirror} is a mirror: it is not promoted, nobody would take the writes of ${stream.name}. Run streams promote`,
        ];
    if (!isParked(standby.config)) return [];
    const origin = await untilDone(`reading ${stream.name}`, () => api.info(stream.name).then((info) => info ?? null), {
        seconds: electionSeconds,
        signal: api.signal,
    }).catch(() => {
        api.signal?.throwIfAborted();
        return undefined;
    });
    if (origin && isParked(origin.config)) return [];
    return [
        standby.config.metadata?.[lastMirroredKey] === undefined
            ? `${stream.mirror} is parked: its promotion stopped halfway. Run streams promote`
            : `${stream.mirror} is parked: the writes went back to ${stream.name}. There is nothing to fence`,
    ];
}
