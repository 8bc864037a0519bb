import { headers as natsHeaders } from "@nats-io/transport-node";
import { jetstream } from "@nats-io/jetstream";
import type { StreamProfile } from "../../../components/model/profile";
import { inTime } from "../../../testbed/nats/waitFor";
import type { DrillRun } from "../drillRun";
import { eventSeconds, type SuperCluster } from "../environments/superCluster";
import { clientSubject } from "./clientSubject";

/** A stream, and the headers of messages that not every stream accepts; undefined is a message without any. */
export interface Probe {
    readonly stream: StreamProfile;
    readonly headers: readonly (Readonly<Record<string, string>> | undefined)[];
}

/** Publishes each message once in the region that serves, on the subject that clients know. Returns what was refused and why: "" is nothing. */
export async function refusedProbes(
    run: DrillRun,
    cluster: SuperCluster,
    role: "primary" | "dr",
    probes: readonly Probe[],
): Promise<string> {
    const js = jetstream(await cluster.connect(cluster.memberOf(role), "probe"), { timeout: 5_000 });
    const refused: string[] = [];
    for (const { stream, headers } of probes)
        for (const [place, wanted = {}] of headers.entries()) {
            const message = natsHeaders();
            for (const [name, value] of Object.entries(wanted)) message.set(name, value);
            const told = Object.keys(wanted)[0] ?? "no header";
            let why = "";
            const publish = async () => {
                try {
                    await js.publish(clientSubject(stream, `probe-${place}`), "probe", {
                        headers: message,
                        retries: 1,
                    });
                    return true;
                } catch (error) {
                    why = (error as Error).message;
                    // An answer is final; none may be an election.
                    return /no responders|timeout|503/i.test(why) ||
                        /NoResponders|Timeout|NotEnabled/.test((error as Error).name)
                        ? undefined
                        : false;
                }
            };
            const took = await inTime(`a message with ${told} accepted`, publish, {
                seconds: eventSeconds,
                everyMs: 250,
                signal: run.signal,
            });
            if (!took) refused.push(`${stream.name}, ${told}: ${why}`);
        }
    run.happened(
        "clients",
        refused.length === 0 ? "every kind of message is accepted" : `refused: ${refused.join("; ")}`,
        refused.length === 0 ? "good" : "bad",
    );
    return refused.join("; ");
}
