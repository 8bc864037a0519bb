import type { Publisher } from "../../../testbed/nats/publisher";
import type { StreamLoss } from "./checks";
import { differences, type StreamPicture } from "./streams";

/** What a restored stream lost of what was acknowledged, and whether what it kept is what it was. */
export function lossOf(
    restored: StreamPicture,
    before: StreamPicture,
    atBackup: StreamPicture,
    publishers: readonly Publisher[],
): StreamLoss {
    const acked = new Map(publishers.flatMap((publisher) => [...publisher.acked]));
    const recovered = new Set(restored.messages.map((message) => message.id));
    const recoveredTimes = [...acked].filter(([message]) => recovered.has(message)).map(([, at]) => at);
    const lastAcked = Math.max(...acked.values());
    return {
        stream: restored.stream,
        acked: acked.size,
        recovered: recoveredTimes.length,
        lost: acked.size - recoveredTimes.length,
        lostSeconds: (lastAcked - Math.max(...recoveredTimes)) / 1000,
        missingFromBackup: atBackup.messages.filter((message) => !recovered.has(message.id)).length,
        differences: differences(restored, before),
        ackFloor: { expected: atBackup.ackFloor, found: restored.ackFloor },
    };
}

/** As `differences`, and nothing more or less than was there. */
export function exactly(restored: StreamPicture, was: StreamPicture): string[] {
    return [
        ...differences(restored, was),
        ...(restored.lastSeq === was.lastSeq
            ? []
            : [`${was.stream}: ends at ${restored.lastSeq} instead of ${was.lastSeq}`]),
        ...(restored.ackFloor === was.ackFloor
            ? []
            : [`${was.stream}: the consumer is at ${restored.ackFloor} instead of ${was.ackFloor}`]),
    ];
}
