import type { Check } from "../../../report/result";
import type { JobOutcome } from "../../../testbed/nats/runJob";
import { check } from "./check";

export function streamsCreated({ exitCode, output }: Pick<JobOutcome, "exitCode" | "output">): Check {
    return check(
        "streams-created",
        "The deployed job creates the streams",
        exitCode === 0,
        "exit status 0",
        `exit status ${exitCode}: ${output.trim().split("\n").at(-1)}`,
    );
}

/** @param current copies of the stream that are in step, the leader's included */
export function inStep(current: number, wanted: number): Check {
    return check(
        "replicas-in-step",
        "The server that returned holds the stream again",
        current >= wanted,
        `${wanted} copies in step`,
        `${current} copies in step`,
    );
}
