import { writable } from "../../components/nats/natsStreamConfig";
import { promotionObstacles } from "../../components/nats/streamPromotability";
import { formatDuration } from "../../components/model/duration";
import type { StreamProfile, SystemProfile } from "../../components/model/profile";
import { fenceOrigin } from "../streams/fence";
import { promote } from "../streams/promote";
import { serverRoom, type ServerRoom } from "../streams/serverRoom";
import { mayBeElecting } from "../streams/patientSurvey";
import type { Positions } from "../streams/positions";
import { untilDone, type StreamApi } from "../streams/streamApi";
import type { StreamPair } from "../streams/survey";
import { labelled, paragraph, refuse, type Command, type CommandContext } from "./command";
import { requireDecision, yesOption } from "./decide";
import { hasSystemLogin } from "./natsEnvironment";
import { forEachStream, progressOf, settledSurvey, streamOption, withStreams, type StreamSession } from "./session";
import { describePositions, findPositions, givenPositions, positionsOption } from "./positions";
import { runFence } from "./streamsFence";
import { writeFenceLines } from "./writeFence";

export const streamsPromote: Command = {
    name: "streams promote",
    summary: "Makes the standby's mirrors take the writes, then fences the lost origins until they are parked.",
    details: [
        "A person's decision. Connect to the standby (NATS_URL). Each mirror first takes nothing, its last sequence is read until it stands " +
            "still and is kept in its metadata, then it takes the standby region's subjects. Clients change nothing.",
        "Afterwards the fence runs: it parks each origin as soon as its region answers, so that it takes no writes beside the promoted " +
            "stream. It has to run until the lost region is back, for hours or days: leave the command running, or end it and run " +
            "streams fence somewhere that stays.",
        "If an origin answers, its region is not lost, and the promotion is refused; one that its mirror heard a moment ago is asked " +
            "for 20 s. With --planned (a drill, an evacuation) the origin is parked first, the mirror gets the rest, and nothing is left behind.",
    ],
    options: {
        stream: streamOption,
        yes: yesOption,
        "dry-run": { help: "only look, and say what would be done" },
        planned: { help: "the origin answers, and the writes are to move all the same" },
        reopen: { help: "the standby was parked by a failback that is given up: let it take writes again" },
        file: positionsOption,
        "no-fence": { help: "end after the promotion; streams fence is run elsewhere" },
    },
    run: (context) => {
        givenPositions(context);
        return withStreams(context, "streams promote", async (session) => {
            const pairs = await settledSurvey(context, session, mayBeElecting);
            for (const pair of pairs) for (const line of planOf(pair, context.profile)) context.out(line);
            const found = await findPositions(context, session.api);
            for (const line of paragraph(`Consumers: ${describePositions(found)}.`, 0, 2)) context.out(line);
            const { standbyFull } = await roomOf(context, session);
            refuse("Not promoted", allRefusals(pairs, context.options, standbyFull));
            for (const line of standbyFull.flatMap((full) => labelled("ATTENTION", `${full}.`))) context.out(line);
            for (const line of attentionLines(pairs, found.positions)) context.out(line);
            const todo = pairs.filter(({ standby }) => standby.duty !== "takes writes");
            if (context.options["dry-run"] === true) {
                context.out(
                    todo.length > 0
                        ? "Dry run: nothing was changed."
                        : "Dry run: nothing to promote; the fence would be checked.",
                );
                return true;
            }
            if (todo.length > 0) {
                await requireDecision(context, "streams promote", "promote");
                await promoteAll(context, session, todo, found.positions?.origins ?? {});
            }
            for (const line of labelled(
                "NEXT",
                "Kong still answers the API's writes with 503, until you run in the standby's cluster:",
            ))
                context.out(line);
            for (const line of writeFenceLines(context.profile, true)) context.out(line);
            if (context.options["no-fence"] === true) {
                for (const line of labelled(
                    "NO FENCE",
                    "Run streams fence now, and keep it running until the lost region is back.",
                ))
                    context.out(line);
                return true;
            }
            return runFence(context, session);
        });
    },
};

/** What the servers have room for, as far as the system account may be asked. */
async function roomOf(
    { env }: CommandContext,
    { system, profile }: StreamSession,
): Promise<Pick<ServerRoom, "standbyFull">> {
    return hasSystemLogin(env) ? serverRoom(await system(), profile) : { standbyFull: [] };
}

/** What the settings of the lost origins, as the standby keeps them, will stand in the way of later. */
function attentionLines(pairs: readonly StreamPair[], positions: Positions | undefined): string[] {
    return pairs.flatMap(({ stream, origin }) => {
        const settings = origin.settings ?? positions?.origins[stream.name];
        const obstacles = settings ? promotionObstacles(settings) : [];
        return obstacles.flatMap((obstacle) => labelled("ATTENTION", `${obstacle}.`));
    });
}

/**
 * Why nothing is promoted, and which streams could be promoted alone; empty if all may be. A planned move can wait until a full standby has
 * room; in an incident a person decides.
 */
export function allRefusals(
    pairs: readonly StreamPair[],
    options: CommandContext["options"],
    standbyFull: readonly string[] = [],
): string[] {
    const isToMove = pairs.some(({ standby }) => standby.duty !== "takes writes");
    if (options.planned === true && isToMove && standbyFull.length > 0)
        return [
            ...standbyFull,
            'A stream that is promoted there takes no writes. Make room first (docs/runbook-streams.md, "A full standby")',
        ];
    const refusals = pairs.map((pair) => promotionRefusals(pair, options));
    const free = pairs
        .filter((_, index) => refusals[index]?.length === 0)
        .map(({ stream }) => `--stream ${stream.name}`);
    const found = refusals.flat();
    return found.length > 0 && free.length > 0
        ? [...found, `Nothing stands against the others, alone: ${free.join(" ")}`]
        : found;
}

/** Why a stream is not to be promoted as things stand; empty if it may be. */
export function promotionRefusals(pair: StreamPair, options: CommandContext["options"]): string[] {
    const { origin, standby } = pair;
    const { name, mirror } = pair.stream;
    if (standby.duty === "takes writes") return [];
    if (standby.duty === "absent")
        return [
            `${mirror} does not exist: there is nothing to promote. Restore from the backup (docs/runbook-restore.md)`,
        ];
    if (standby.duty === "no answer") {
        return [
            `${mirror} does not answer (${standby.reason}). Is NATS_URL the standby's, and are its servers up? See streams status`,
        ];
    }
    if (standby.duty === "other subjects")
        return [`${mirror} is neither a mirror nor parked: it was changed by hand. See streams status`];
    // A planned move can wait; in an incident a person decides, and is told below.
    const issues: string[] = options.planned === true ? [...pair.obstacles] : [];
    const failedBack = standby.duty === "parked" && standby.lastMirrored !== undefined;
    if (failedBack && origin.duty === "takes writes") {
        issues.push(
            `${mirror} is parked and no mirror: ${name} has had the writes back since, which it lacks. Run streams rebuild-mirror`,
        );
    } else if (failedBack && options.reopen !== true) {
        issues.push(
            `${mirror} was parked by a failback. If that never came to its end, add --reopen: it goes on where it stopped. If it did, and the ` +
                `mirror was never rebuilt, ${mirror} lacks what ${name} took since: see docs/runbook-streams.md, "Lost before the mirror was rebuilt"`,
        );
    } else if (origin.duty === "takes writes" && options.planned !== true) {
        issues.push(
            `${name} answers from cluster ${origin.cluster} and takes writes: its region is not lost. To move the writes all the same ` +
                "(a drill, an evacuation), add --planned: it is parked first, and its clients get errors until they reach the standby",
        );
    } else if (origin.duty === "takes writes" && (pair.divergence || (pair.lag?.messages ?? 0) < 0)) {
        issues.push(
            `${mirror} is no copy of ${name} (streams status): what it would promote is something else. Run streams rebuild-mirror first`,
        );
    }
    return issues;
}

function planOf({ stream, origin, standby, lag }: StreamPair, { contracts }: SystemProfile): string[] {
    const { name, mirror } = stream;
    if (standby.duty === "takes writes")
        return paragraph(
            `${mirror} takes writes already, after message ${standby.lastMirrored ?? "?"} of ${name}.`,
            0,
            2,
        );
    const heard =
        lag?.heardAgo === undefined
            ? "it is not known when it last heard from it"
            : `it last heard from it ${lag.heardAgo.toFixed(1)} s ago`;
    const rpo = `(RPO contract ${formatDuration(contracts.natsRpo.limit)})`;
    const behind = `${mirror} is at message ${standby.lastSeq ?? "?"}; ${lag ? heard : "it is no mirror any more"} ${rpo}.`;
    const rest =
        origin.duty === "no answer" ? "What the region took after that stays on its disks until it is back." : "";
    return paragraph(`${name}: ${origin.duty}. ${behind} ${rest}`, 0, 2);
}

async function promoteAll(
    context: CommandContext,
    { api, profile }: StreamSession,
    pairs: readonly StreamPair[],
    kept: Positions["origins"],
): Promise<void> {
    const streams = pairs.map(({ stream }) => stream);
    await forEachStream(streams, context.signal, async (stream) => {
        const { onStep, onRefusal } = progressOf(context, stream.mirror);
        const pair = pairs.find((candidate) => candidate.stream === stream);
        if (pair?.origin.duty === "takes writes") {
            onStep(`${stream.name} is parked first`);
            await fenceOrigin(api, profile, stream, { seconds: 60, onRefusal });
        }
        if (pair?.standby.duty === "mirror" && pair.origin.duty !== "no answer") {
            onStep("gets the rest");
            await caughtUp(api, profile, stream, onRefusal);
        }
        const origin = pair?.origin.settings ?? kept[stream.name];
        const { lastMirrored } = await promote(api, profile, stream, { onStep, onRefusal, origin });
        // Told at once: another stream may fail, and this one has to be fenced all the same.
        for (const line of labelled(
            "PROMOTED",
            `${stream.mirror} takes writes; its own messages begin at ${lastMirrored + 1}.`,
        ))
            context.out(line);
    }).catch((error: unknown) => {
        context.signal.throwIfAborted();
        const hint = "Run it again for the rest; meanwhile fence what is PROMOTED: streams fence --stream NAME";
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n${hint}`, { cause: error });
    });
}

/**
 * Waits until the mirror of a parked origin has its last message; no answer is none yet. Where it does not get it, the
 * origin takes writes again: until then nobody does.
 */
export async function caughtUp(
    api: StreamApi,
    profile: SystemProfile,
    stream: StreamProfile,
    onRefusal?: (reason: string) => void,
    seconds = 60,
): Promise<void> {
    const { name, mirror } = stream;
    const { signal } = api;
    const follows = async () => {
        const [origin, standby] = await Promise.all([api.existing(name), api.existing(mirror)]);
        if (standby.state.last_seq < origin.state.last_seq)
            throw new Error(`${mirror} is at ${standby.state.last_seq} of ${origin.state.last_seq}`);
    };
    const reopens = async () =>
        api.update(writable((await api.existing(name)).config, profile.regions.primary, stream));
    try {
        await untilDone(`${mirror} gets the rest`, follows, { seconds, signal, onRefusal });
    } catch (error) {
        signal?.throwIfAborted();
        await untilDone(`${mirror} is not promoted, and ${name} takes writes again`, reopens, { signal, onRefusal });
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(
            `${reason}. So it is not promoted, and ${name} takes writes again. See streams status (with NATS_SYS_*, which names full servers): a mirror that does not follow has to be repaired first`,
            { cause: error },
        );
    }
}
