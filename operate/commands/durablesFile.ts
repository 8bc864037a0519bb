import * as fs from "node:fs";
import { writeWhole } from "../../report/writeWhole";
import { parsePositions, positionsDocument, type OriginAnswers, type Positions } from "../streams/positions";
import { UsageError } from "./command";

/** Writes the file whole or not at all: a job that is cut off leaves the earlier one. */
export function writeDurablesFile(path: string, exportedAt: string, origins: readonly OriginAnswers[]): Promise<void> {
    return writeWhole(path, `${JSON.stringify(positionsDocument(exportedAt, origins), undefined, 2)}\n`);
}

export function readDurablesFile(path: string): Positions {
    const wanted = "it wants a file that streams durables export wrote";
    let content: unknown;
    try {
        content = JSON.parse(fs.readFileSync(path, "utf8"));
    } catch (error) {
        const reason = error instanceof SyntaxError ? "it is no JSON" : (error as NodeJS.ErrnoException).code;
        throw new UsageError(`--file is "${path}", which cannot be read (${reason}); ${wanted}`);
    }
    try {
        return parsePositions(content);
    } catch (error) {
        throw new UsageError(`--file is "${path}"; ${wanted}:\n${(error as Error).message}`);
    }
}
