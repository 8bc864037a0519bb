import type { NatsConnection } from "@nats-io/transport-node";
import type { StreamProfile, SystemProfile } from "../../components/model/profile";
import { electionSeconds, surveyPatiently, type PatienceOptions } from "../streams/patientSurvey";
import { StreamApi } from "../streams/streamApi";
import type { StreamPair } from "../streams/survey";
import { labelled, paragraph, UsageError, type CommandContext, type OptionSpec } from "./command";
import { connectFromEnvironment } from "./natsEnvironment";

export const streamOption: OptionSpec = {
    value: "NAME",
    help: "only this stream, by its name or its mirror's; may be repeated (default: all)",
    multiple: true,
};

/** The streams that `--stream` names; all of them without it. */
export function selectedStreams({ profile, options }: Pick<CommandContext, "profile" | "options">): StreamProfile[] {
    const names = (options.stream ?? []) as readonly string[];
    const unknown = names.filter((name) => !profile.streams.some((stream) => isNamed(stream, name)));
    if (unknown.length > 0) {
        const allowed = profile.streams.map(({ name, mirror }) => `${name} (or ${mirror})`).join(", ");
        throw new UsageError(
            `--stream is ${unknown.map((name) => `"${name}"`).join(", ")}; allowed: ${allowed}. Leave it out for all.`,
        );
    }
    return profile.streams.filter((stream) => names.length === 0 || names.some((name) => isNamed(stream, name)));
}

function isNamed({ name, mirror }: StreamProfile, given: string): boolean {
    return given === name || given === mirror;
}

/** A whole number from 1 on that an option may hold. */
export function wholeNumber(options: CommandContext["options"], name: string, fallback: number): number {
    const given = options[name];
    if (given === undefined) return fallback;
    if (typeof given === "string" && /^[1-9]\d{0,9}$/.test(given)) return Number(given);
    throw new UsageError(`--${name} is "${String(given)}"; allowed: a whole number from 1.`);
}

/** What a stream command works with, closed when it ends. */
export interface StreamSession {
    readonly api: StreamApi;
    readonly profile: SystemProfile;
    readonly streams: readonly StreamProfile[];
    /** A connection as the system account. */
    system(): Promise<NatsConnection>;
}

export async function withStreams<T>(
    context: CommandContext,
    command: string,
    work: (session: StreamSession) => Promise<T>,
    patienceMs?: number,
): Promise<T> {
    const { env, profile, signal } = context;
    const streams = selectedStreams(context);
    const open: NatsConnection[] = [];
    const connectAs = async (kind: "application" | "system") => {
        const connection = await connectFromEnvironment(env, kind, `dr ${command}`);
        open.push(connection);
        return connection;
    };
    try {
        const api = new StreamApi(await connectAs("application"), { signal, patienceMs });
        return await work({ api, profile, streams, system: () => connectAs("system") });
    } finally {
        await Promise.all(open.map((connection) => connection.close().catch(() => undefined)));
    }
}

/** Surveys the streams, those that are `unsettled` again for a while, and says that it does. */
export function settledSurvey(
    { note }: Pick<CommandContext, "note">,
    { api, profile, streams }: Pick<StreamSession, "api" | "profile" | "streams">,
    unsettled: PatienceOptions["unsettled"],
): Promise<StreamPair[]> {
    const onSilence = (names: readonly string[]) => {
        const text = `No answer from ${names.join(", ")}: asked for up to ${electionSeconds} s more, as servers that elect a leader are silent too.`;
        for (const line of paragraph(text, 0, 2)) note(line);
    };
    return surveyPatiently(api, profile, streams, { unsettled, onSilence });
}

/** Does the same for every stream at once, lets all of them end, and names every one that failed. */
export async function forEachStream<T>(
    streams: readonly StreamProfile[],
    signal: AbortSignal,
    work: (stream: StreamProfile) => Promise<T>,
): Promise<T[]> {
    const outcomes = await Promise.allSettled(streams.map(work));
    signal.throwIfAborted();
    const failures = outcomes.flatMap((outcome) =>
        outcome.status === "rejected" ? [(outcome.reason as Error).message] : [],
    );
    if (failures.length > 0) throw new Error([...new Set(failures)].join("\n"));
    return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

/** Tells steps, and why a step waits: a reason when it is new, and at most every few seconds. */
export function progressOf({ note }: Pick<CommandContext, "note">, name: string, everySeconds = 5) {
    const startedAt = performance.now();
    let toldAt = performance.now();
    let told = "";
    const say = (text: string) => {
        const elapsed = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`.padStart(8);
        for (const line of labelled(elapsed, `${name}: ${text}`)) note(line);
    };
    return {
        onStep: (step: string) => {
            told = "";
            toldAt = performance.now();
            say(step);
        },
        onRefusal: (reason: string) => {
            if (performance.now() - toldAt < (reason === told ? everySeconds * 6 : everySeconds) * 1000) return;
            told = reason;
            toldAt = performance.now();
            say(`waits: ${reason}`);
        },
    };
}
