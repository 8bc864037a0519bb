import type { Fence } from "../../../operate/streams/fence";
import type { Positions } from "../../../operate/streams/positions";
import type { Check } from "../../../report/result";
import { eventSeconds } from "../environments/superCluster";
import { check, same } from "./check";

/** What clients were told by a standby that no one had promoted. */
export interface Refusals {
    /** Whether every publisher was refused. */
    readonly refused: boolean;
    /** Messages that were begun after the loss and acknowledged. */
    readonly acknowledged: number;
}

export function refusesBeforePromotion({ refused, acknowledged }: Refusals): Check {
    return same(
        "standby-refuses-before-promotion",
        "Until a person decides, the standby refuses writes",
        "refused, 0 acknowledged",
        `${refused ? "refused" : "not refused"}, ${acknowledged} acknowledged`,
    );
}

/** @param refusal why the promotion, or the first write after it, was refused; undefined if it was not */
export function promotionAccepted(refusal: string | undefined): Check {
    const accepted = "writes accepted in the standby";
    return same("promotion-accepted", "The surviving region can promote its mirrors", accepted, refusal ?? accepted);
}

/** Runs of the deployed job that saves the consumers' positions: the last one before the loss, and one that began after it. */
export type PositionRuns = readonly ({ readonly exitCode: number } | undefined)[];

export function positionsKept(
    runs: PositionRuns,
    positions: Positions | undefined,
    streams: readonly string[],
    durable: string,
): Check {
    const told = runs.map((run) => (run ? `exit status ${run.exitCode}` : "not deployed")).join(", then ");
    const kept = (of: (stream: string) => readonly string[]) =>
        streams.map((stream) => `${stream}: ${of(stream).join(" ") || "none"}`).join(", ");
    return same(
        "positions-kept",
        "The deployed job keeps the consumers' positions in the standby, and a run after the loss leaves them there",
        `exit status 0, then exit status 1; ${kept(() => [durable])}`,
        `${told}; ${kept((stream) => positions?.streams[stream]?.map((one) => one.durable) ?? [])}`,
    );
}

/** @param fences undefined if the origins were not fenced in time */
export function originFenced(fences: readonly Fence[] | undefined, streams: readonly string[]): Check {
    return check(
        "origin-fenced",
        "The region that returns takes no write beside the promoted streams",
        streams.length > 0 && fences?.length === streams.length && fences.every(({ outcome }) => outcome === "parked"),
        streams.map(() => "parked").join(", "),
        fences?.map(({ outcome }) => outcome).join(", ") ?? `not within ${eventSeconds} s of its return`,
    );
}
