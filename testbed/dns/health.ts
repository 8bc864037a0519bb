import type { Seconds } from "../../components/model/duration";
import type { AlarmState, Check, EndpointCheck, ProbeResult } from "./model";

/**
 * The rules by which Route 53 judges health, as functions without state or time. Each follows a sentence of
 * "How Route 53 determines whether a health check is healthy" (AWS documentation).
 */

/** An endpoint is healthy if more than this share of the checkers say so. */
const healthyShare = 0.18;
export const patience = { connect: 4, connectTcp: 10, respond: 2, body: 2, searchedBytes: 5_120 } as const;

/** Whether a checker counts one request as passed, and after how long it knows. */
export interface Verdict {
    readonly passed: boolean;
    readonly after: Seconds;
    /** Why it failed, in the words of a timeline. */
    readonly reason?: string;
}

export function judgeProbe(check: Pick<EndpointCheck, "protocol" | "searchString">, result: ProbeResult): Verdict {
    const connectLimit = check.protocol === "TCP" ? patience.connectTcp : patience.connect;
    if (result.connect === "refused") return { passed: false, after: 0, reason: "connection refused" };
    if (result.connect === "silent" || result.connect > connectLimit) {
        return { passed: false, after: connectLimit, reason: `no connection within ${connectLimit} s` };
    }
    if (check.protocol === "TCP") return { passed: true, after: result.connect };

    const { respond } = result;
    if (respond === undefined || respond === "silent" || respond > patience.respond) {
        return {
            passed: false,
            after: result.connect + patience.respond,
            reason: `no status within ${patience.respond} s`,
        };
    }
    const answered = result.connect + respond;
    const status = result.status ?? 0;
    if (status < 200 || status > 399) return { passed: false, after: answered, reason: `status ${status}` };
    return check.searchString === undefined
        ? { passed: true, after: answered }
        : judgeBody(check.searchString, result, answered);
}

function judgeBody(searched: string, result: ProbeResult, answered: Seconds): Verdict {
    const bodyAfter = result.bodyAfter ?? 0;
    if (bodyAfter > patience.body)
        return { passed: false, after: answered + patience.body, reason: `no body within ${patience.body} s` };
    const found = Buffer.from(result.body ?? "", "utf8")
        .subarray(0, patience.searchedBytes)
        .includes(searched);
    const after = answered + bodyAfter;
    return found
        ? { passed: true, after }
        : { passed: false, after, reason: `"${searched}" is not in the first 5,120 bytes` };
}

/** The opinion of all checkers together. No checker at all counts as unhealthy. */
export function enoughCheckers(healthy: number, total: number): boolean {
    return total > 0 && healthy / total > healthyShare;
}

/** One checker's memory: its opinion, and how many answers in a row spoke against it. */
export interface Opinion {
    healthy: boolean;
    against: number;
}

/** Adds an answer. The opinion turns after `threshold` answers in a row against it. */
export function learn(opinion: Opinion, passed: boolean, threshold: number): void {
    if (passed === opinion.healthy) {
        opinion.against = 0;
        return;
    }
    opinion.against += 1;
    if (opinion.against < threshold) return;
    opinion.healthy = passed;
    opinion.against = 0;
}

/** What is observed from outside; the status of every check follows from it. */
export interface Observations {
    /** Whether enough checkers find the endpoint well, before inversion. */
    readonly endpoint: (check: EndpointCheck) => boolean;
    /** What the alarm's data says now, and the last thing it said for certain. */
    readonly alarm: (
        name: string,
        region: string,
    ) => { readonly state: AlarmState; readonly lastKnown?: "OK" | "ALARM" };
    readonly check: (id: string) => Check;
}

/** Whether Route 53 considers a check healthy. */
export function statusOf(check: Check, observed: Observations): boolean {
    // Disabled means healthy whatever else is set: "to stop routing traffic, invert it" (AWS documentation).
    if (check.disabled) return true;
    return rawStatus(check, observed) !== check.inverted;
}

function rawStatus(check: Check, observed: Observations): boolean {
    switch (check.kind) {
        case "endpoint":
            return observed.endpoint(check);
        case "calculated":
            return check.children.filter((id) => statusOf(observed.check(id), observed)).length >= check.threshold;
        case "metric": {
            const { state, lastKnown } = observed.alarm(check.alarm, check.region);
            if (state !== "INSUFFICIENT_DATA") return state === "OK";
            if (check.insufficientData !== "LastKnownStatus") return check.insufficientData === "Healthy";
            // A new check without a last known status is healthy (AWS documentation).
            return (lastKnown ?? "OK") === "OK";
        }
    }
}
