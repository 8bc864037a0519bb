import type { Check } from "../../../report/result";
import { check } from "../../kit/checkers/check";
import { messages, seconds, type Unreplicated } from "../../kit/checkers/messages";
import type { Outcome } from "../../kit/drill";
import type { Takeover } from "../../kit/operator";

/** Whether clients recovered for good, and after how long; undefined if they never did. */
export function recovered(id: string, title: string, after: number | undefined): Check {
    const told = after === undefined ? "flapping, or never" : `after ${after.toFixed(1)} s`;
    return check(id, title, after !== undefined, "recovered for good", told);
}

/** Times of the story in seconds since the drill began; outages from the loss, or from the failback's beginning. */
export interface Story {
    readonly lost: number;
    /** DNS answered with the standby. */
    readonly detected: number;
    readonly decided: number;
    readonly takeover: Takeover;
    readonly readsLost: number | undefined;
    readonly writesLost: number | undefined;
    readonly readsBack: number | undefined;
    readonly writesBack: number | undefined;
    readonly tails: readonly Unreplicated[];
    /** How long the drill's operator took to decide. */
    readonly decideSeconds: number;
}

/** Everything measured in real time; what never came has no figure, and its check says so. */
export function figures(story: Story): Pick<Outcome, "measurements" | "rto"> {
    const { lost, detected, decided, takeover, readsLost, writesLost, tails } = story;
    const outage = (id: string, title: string, value: number | undefined, contract?: "apiRto" | "natsRto") =>
        value === undefined ? [] : [seconds(id, title, value, contract)];
    const deciding = `${story.decideSeconds} s of it for the decision`;
    const oldest = Math.max(...tails.map((tail) => tail.seconds));
    return {
        measurements: [
            ...outage("reads-outage", "readers without an answer, from the loss", readsLost, "apiRto"),
            ...outage("writes-outage", `writers without an answer, from the loss, ${deciding}`, writesLost, "natsRto"),
            seconds("rpo", "age of the oldest acknowledged message that the standby lacked", oldest, "natsRpo"),
            messages(
                "tail",
                "acknowledged messages that the standby lacked",
                tails.reduce((sum, tail) => sum + tail.messages, 0),
            ),
            ...outage("reads-failback", "readers without an answer in the failback", story.readsBack),
            ...outage("writes-failback", "writers without an answer in the failback", story.writesBack),
        ],
        rto: {
            detect: detected - lost,
            decide: decided - detected,
            act: ((takeover.firstWriteAt ?? takeover.decidedAt) - takeover.decidedAt) / 1000,
            ...(readsLost === undefined ? {} : { dns: Math.max(0, readsLost - (detected - lost)) }),
            ...(writesLost === undefined
                ? {}
                : { clientObserved: writesLost, fromDecision: Math.max(0, lost + writesLost - decided) }),
            fromDisruption: writesLost ?? 0,
        },
    };
}
