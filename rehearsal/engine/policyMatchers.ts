import { expect } from "vitest";
import { formatViolation } from "./engineError";
import type { ProgramResult } from "./programRunner";

declare module "vitest" {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- the parameters have to be those of vitest's interface
    interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
        /** The run failed, and this mandatory policy is a reason; its message matches the pattern, if one is given. */
        toBeRedFor(policy: string, pattern?: RegExp): R;
        /** The run succeeded, no policy had anything to say, and every policy could look at everything. */
        toBeGreen(): R;
    }
}

expect.extend({
    toBeRedFor(result: ProgramResult, policy: string, pattern: RegExp = /(?:)/) {
        const isReason = result.violations.some((violation) => violation.policy === policy && violation.level === "mandatory" && pattern.test(violation.message));
        return {
            pass: !result.succeeded && isReason,
            message: () => `expected a run ${this.isNot ? "not refused" : "refused"} by ${policy} with a message like ${pattern}\n${summary(result)}`,
        };
    },
    toBeGreen(result: ProgramResult) {
        return {
            pass: result.succeeded && result.violations.length === 0 && result.unlooked.length === 0,
            message: () => `expected a run ${this.isNot ? "that is not" : "that is"} green under all policies\n${summary(result)}`,
        };
    },
});

function summary({ succeeded, exitCode, message, violations, unlooked }: ProgramResult): string {
    const lines = [
        `exit status ${exitCode}${succeeded ? ", succeeded" : ""}`,
        ...violations.map((violation) => `violation: ${formatViolation(violation)}`),
        ...unlooked.map((violation) => `could not look: ${formatViolation(violation)}`),
        ...(violations.length === 0 && message !== "" ? [message] : []),
    ];
    return lines.join("\n");
}
