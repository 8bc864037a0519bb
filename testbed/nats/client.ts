import { connect, usernamePasswordAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import type { Deployment } from "../../engine/state/deployment";
import { planRelease, type RunTimeSecrets } from "./chartConfig";
import type { NatsServer } from "./natsServer";

/** A user of the deployed accounts. */
export interface Login {
    readonly user: string;
    readonly pass: string;
}

/** Logs in as the deployed configuration says: the user by its account, the password from the deployed Secret. */
export function loginOf(deployment: Deployment, account: string, secrets: RunTimeSecrets = {}): Login {
    const [server] = planRelease(deployment, secrets).servers;
    const user = server?.conf.accounts?.[account]?.users?.[0];
    if (!server || !user)
        throw new Error(`stack ${deployment.stack}: the deployed nats.conf has no user in the account ${account}`);
    const variable = /^<<\s+\$(\w+)\s+>>$/.exec(user.password)?.[1];
    const pass = variable === undefined ? undefined : server.env[variable];
    if (pass === undefined)
        throw new Error(`stack ${deployment.stack}: the password of ${user.user} is not taken from a variable`);
    return { user: user.user, pass };
}

/**
 * A connection to any of the servers, which goes on to the next one for as long as it lives.
 *
 * @param login a function is asked at each connect, as a client that reads a mounted Secret does; a refused login is then tried
 * again, because a server may not know the new password yet
 */
export function connectTo(
    servers: readonly Pick<NatsServer, "url">[],
    login: Login | (() => Login) | undefined,
    name: string,
): Promise<NatsConnection> {
    const asked = typeof login === "function" ? login : undefined;
    return connect({
        servers: servers.map((server) => server.url),
        name,
        // As the program's jobs connect inside a cluster; a server that offers TLS shows a certificate that nobody here knows.
        tls: null,
        ...(asked
            ? {
                  authenticator: usernamePasswordAuthenticator(
                      () => asked().user,
                      () => asked().pass,
                  ),
                  ignoreAuthErrorAbort: true,
              }
            : login),
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
        reconnectJitter: 20,
        waitOnFirstConnect: true,
        timeout: 2_000,
        pingInterval: 2_000,
        maxPingOut: 2,
    });
}
