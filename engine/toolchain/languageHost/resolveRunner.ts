import { createRequire } from "node:module";
import * as path from "node:path";

/** The programs that @pulumi/pulumi brings for language hosts. */
export type Runner = "run" | "run-policy-pack" | "run-plugin";

/**
 * The path of a runner as the program in `directory` would resolve it: its own @pulumi/pulumi, of its own version.
 * The host lives in a cache shared by all checkouts and must not bring an SDK of its own.
 */
export function resolveRunner(runner: Runner, directory: string): string {
    try {
        return createRequire(path.join(directory, "package.json")).resolve(`@pulumi/pulumi/cmd/${runner}`);
    } catch (error) {
        const [reason] = (error as Error).message.split("\n");
        throw new Error(`@pulumi/pulumi was not found from ${directory}; run npm ci there. (${reason})`, {
            cause: error,
        });
    }
}
