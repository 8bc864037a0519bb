import type { Seconds } from "../model/duration";
import { standbyOwnStream, type StreamConfig } from "./natsStreamConfig";

/** Name of the Deployment in the standby that closes and opens the streams of a failback. */
export const failbackLeaseName = "failback-lease";

/** The requests that it takes, by what they ask for. */
export const failbackSubjects = {
    close: "drkit.failback.close",
    open: "drkit.failback.open",
    reopen: "drkit.failback.reopen",
    expire: "drkit.failback.expire",
} as const;

/** Where the standby keeps the record of each failback: the last message of a subject for each origin. */
export const failbackStore = { stream: "FAILBACK_LEASES", subject: "drkit.failback-leases" } as const;

/** A failback may leave both regions without writes for this long, in seconds. */
export const failbackLease: Seconds = 60;

/** Before the lease ends, the standby begins to take writes again: an election of the meta group's leader fits in between. In seconds. */
export const reopeningTakes: Seconds = 10;

/** An opening of the origin that was withdrawn may still arrive for this long: a message that a server's connection holds back. In seconds. */
export const withdrawnOpening: Seconds = 120;

/** States of a record in which the last failback is over. */
const overStates = ["done", "reopened"] as const;

/** Whether a failback is under way, by the state of its record. */
export function isUnderWay(state: string | undefined): boolean {
    return state !== undefined && !(overStates as readonly string[]).includes(state);
}

/** The settings of the stream with the records: the last ones of each origin stay. */
export function failbackLeaseStream(cluster: string): StreamConfig {
    const { stream: name, subject } = failbackStore;
    return standbyOwnStream(cluster, { name, subject: `${subject}.*`, max_msgs_per_subject: 20 });
}
