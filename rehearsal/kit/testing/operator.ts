import type { JetStreamClient, PubAck } from "@nats-io/jetstream";
import { applicationAccount, systemAccount } from "../../../components/nats/natsAccounts";
import type { SuperCluster } from "../environments/superCluster";
import { loginOf } from "../../../testbed/nats/client";
import type { numberedMessage } from "../../../testbed/nats/numberedMessages";
import { primaryFixture } from "../../testing/fixtureDeployment";
import { waitFor } from "../../../testbed/nats/waitFor";

/** What the runbook has the operator export: the standby's servers, and the logins of both accounts. */
export async function operatorEnvironment(cluster: SuperCluster): Promise<Record<string, string>> {
    const plain = await primaryFixture();
    const [application, system] = [applicationAccount, systemAccount].map((account) => loginOf(plain, account));
    return {
        NATS_URL: cluster.standby.servers.map((server) => server.url).join(","),
        NATS_USER: application!.user,
        NATS_PASSWORD: application!.pass,
        NATS_SYS_USER: system!.user,
        NATS_SYS_PASSWORD: system!.pass,
    };
}

/** Sends a message again until it is acknowledged: its identifier keeps it from being stored twice. */
export function store(
    js: JetStreamClient,
    { id, subject, payload }: ReturnType<typeof numberedMessage>,
): Promise<PubAck> {
    return waitFor(`${id} stored`, () => js.publish(subject, payload, { msgID: id }));
}
