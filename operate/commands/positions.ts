import { positionsJob, positionsStore } from "../../components/nats/durablePositionsStore";
import type { Positions } from "../streams/positions";
import { storedPositions } from "../streams/storedPositions";
import type { StreamApi } from "../streams/streamApi";
import type { CommandContext, OptionSpec } from "./command";
import { readDurablesFile } from "./durablesFile";

export const positionsOption: OptionSpec = {
    value: "PATH",
    help: "positions and settings of the origins, from a file of streams durables export (default: what the standby keeps)",
};

/** What was found where positions are kept. */
export interface FoundPositions {
    /** A file, or the standby's stream. */
    readonly source: string;
    readonly positions?: Positions;
    /** Why there are none, where there are none. */
    readonly none?: string;
}

/** The file that `--file` names, undefined without it. Throws a UsageError for one that cannot be read. */
export function givenPositions({ options }: Pick<CommandContext, "options">): FoundPositions | undefined {
    return typeof options.file === "string"
        ? { source: options.file, positions: readDurablesFile(options.file) }
        : undefined;
}

/** What `--file` names, else what the standby keeps. That it cannot be read is no error here: who cannot go on without refuses. */
export async function findPositions(context: Pick<CommandContext, "options">, api: StreamApi): Promise<FoundPositions> {
    const given = givenPositions(context);
    if (given) return given;
    const source = `stream ${positionsStore.stream}`;
    try {
        const positions = await storedPositions(api);
        return positions
            ? { source, positions }
            : {
                  source,
                  none: `the standby keeps no positions, ${source} is absent or empty (CronJob ${positionsJob} makes it)`,
              };
    } catch (error) {
        api.signal?.throwIfAborted();
        return {
            source,
            none: `the standby's positions cannot be read, ${source}: ${error instanceof Error ? error.message : String(error)}`,
        };
    }
}

/** For whoever decides: "positions of 2026-01-31T03:00:00Z, 42 s ago, in stream X", or why there are none. */
export function describePositions({ source, positions, none }: FoundPositions, now = Date.now()): string {
    if (!positions) return none ?? "";
    const age = Math.max(0, Math.round((now - Date.parse(positions.exportedAt)) / 1000));
    return `positions of ${positions.exportedAt}, ${spoken(age)} ago, in ${source}`;
}

/** Seconds while they say something, then minutes, hours and days. */
function spoken(age: number): string {
    if (age < 120) return `${age} s`;
    if (age < 7_200) return `${Math.floor(age / 60)} min`;
    return age < 172_800 ? `${Math.floor(age / 3_600)} h` : `${Math.floor(age / 86_400)} d`;
}
