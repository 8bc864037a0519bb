import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { writeWhole } from "../../report/writeWhole";
import type { RehearsalOptions } from "../options";

/** How long a finished run took: as a whole, and each of its steps by its id. In seconds. */
export interface Durations {
    readonly seconds: number;
    readonly steps: Readonly<Record<string, number>>;
}

const measured = z.number().nonnegative();
const schema = z.record(z.string(), z.object({ seconds: measured, steps: z.record(z.string(), measured) }));

const fileIn = (outDir: string) => path.join(outDir, "durations.json");

/** Runs of one kind have the same steps of the same size. */
export function kindOfRun({
    phase,
    quick,
    drill,
    allDrills,
    sabotage,
}: Pick<RehearsalOptions, "phase" | "quick" | "drill" | "allDrills" | "sabotage">): string {
    return [
        `phase ${phase}`,
        ...(quick ? ["quick"] : []),
        ...(allDrills ? ["all drills"] : []),
        ...(drill ? [`drill ${drill}`] : []),
        ...(sabotage ? [`sabotage ${sabotage}`] : []),
    ].join(", ");
}

/** The durations of the last finished run of each kind. None if the file is absent or holds anything else: it only serves estimates. */
export function readDurations(outDir: string): Readonly<Record<string, Durations>> {
    try {
        return schema.parse(JSON.parse(readFileSync(fileIn(outDir), "utf8")));
    } catch {
        return {};
    }
}

/** Keeps the durations of a finished run beside those of the other kinds. */
export async function writeDurations(outDir: string, kind: string, durations: Durations): Promise<void> {
    await mkdir(outDir, { recursive: true });
    const all = { ...readDurations(outDir), [kind]: durations };
    await writeWhole(fileIn(outDir), `${JSON.stringify(all, undefined, 4)}\n`);
}
