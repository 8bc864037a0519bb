import { jetstream, type JetStreamClient } from "@nats-io/jetstream";
import { headers as natsHeaders } from "@nats-io/transport-node";
import type { StreamProfile } from "../../../components/model/profile";
import { numberedMessage, type NumberedMessage } from "../../../testbed/nats/numberedMessages";
import { inTime } from "../../../testbed/nats/waitFor";
import type { DrillRun } from "../drillRun";
import { eventSeconds, type SuperCluster } from "../environments/superCluster";
import { clientSubject } from "./clientSubject";

type Headers = Readonly<Record<string, string>>;

/** A stream, and the headers of messages that not every stream accepts; {} is a message that any does. */
export interface Probe {
    readonly stream: StreamProfile;
    readonly headers: readonly Headers[];
}

/** Publishes each message in the region that serves, on the subject that clients know. Returns what was refused and why: "" is nothing. */
export async function refusedProbes(
    run: DrillRun,
    cluster: SuperCluster,
    role: "primary" | "dr",
    probes: readonly Probe[],
): Promise<string> {
    const js = jetstream(await cluster.connect(cluster.memberOf(role), "probe"), { timeout: 5_000 });
    const refused: string[] = [];
    for (const { stream, headers } of probes)
        for (const [place, wanted] of headers.entries()) {
            const subject = clientSubject(stream, `probe-${place}`);
            const message = numberedMessage(`probe-${stream.name}-${place}`, subject, Math.round(performance.now()));
            const publish = () => answerTo(js, message, wanted);
            const wait = { seconds: eventSeconds, everyMs: 250, signal: run.signal };
            const answer = await inTime(`an answer to a message of ${stream.name}`, publish, wait);
            const header = Object.keys(wanted)[0] ?? "no header";
            if (answer !== "accepted") refused.push(`${stream.name}, ${header}: ${answer ?? "no answer"}`);
        }
    const told = refused.join("; ");
    if (told === "") run.happened("clients", "every kind of message is accepted", "good");
    else run.happened("clients", `refused: ${told}`, "bad");
    return told;
}

/** "accepted", or why the stream refused it. @throws if no stream answered: an election may be on */
async function answerTo(js: JetStreamClient, message: NumberedMessage, wanted: Headers): Promise<string> {
    const headers = natsHeaders();
    for (const [name, value] of Object.entries(wanted)) headers.set(name, value);
    try {
        await js.publish(message.subject, message.payload, { headers, msgID: message.id, retries: 1 });
        return "accepted";
    } catch (error) {
        const { name, message } = error as Error;
        if (name === "JetStreamApiError") return message;
        throw error;
    }
}
