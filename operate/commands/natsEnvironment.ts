import * as fs from "node:fs";
import { connect, credsAuthenticator, type ConnectionOptions, type NatsConnection } from "@nats-io/transport-node";
import { UsageError } from "./command";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whose login: the application's account, which holds the streams, or the servers' own. */
export type NatsAccountKind = "application" | "system";

const keysOf = {
    application: { url: "NATS_URL", user: "NATS_USER", password: "NATS_PASSWORD", creds: "NATS_CREDS" },
    system: { url: "NATS_SYS_URL", user: "NATS_SYS_USER", password: "NATS_SYS_PASSWORD", creds: "NATS_SYS_CREDS" },
} as const;

/** Whether the environment has a login of the system account. */
export function hasSystemLogin(env: Environment): boolean {
    return isSet(env.NATS_SYS_USER) || isSet(env.NATS_SYS_CREDS);
}

/**
 * How to connect, from the environment alone: a command line is seen by everybody on the machine. Throws a UsageError
 * that lists every issue; it never holds a value that may be secret.
 */
export function natsConnectionOptions(env: Environment, kind: NatsAccountKind): ConnectionOptions {
    const keys = keysOf[kind];
    const issues: string[] = [];
    const urlKey = kind === "system" && !isSet(env[keys.url]) ? keysOf.application.url : keys.url;
    const servers = (env[urlKey] ?? "")
        .split(",")
        .map((url) => url.trim())
        .filter((url) => url !== "");
    if (servers.length === 0) {
        issues.push(
            `${urlKey} is not set; set it to the standby's servers, such as nats://127.0.0.1:4222 behind kubectl port-forward`,
        );
    }
    for (const server of servers) issues.push(...urlIssues(urlKey, server));
    const [user, password, creds] = [env[keys.user], env[keys.password], env[keys.creds]];
    if (isSet(user) !== isSet(password)) {
        const [has, lacks] = isSet(user) ? [keys.user, keys.password] : [keys.password, keys.user];
        issues.push(`${has} is set and ${lacks} is not; set both, or ${keys.creds}`);
    }
    if (isSet(creds) && isSet(user)) issues.push(`${keys.user} and ${keys.creds} are both set; unset one`);
    if (kind === "system" && !isSet(user) && !isSet(creds)) {
        issues.push(
            `neither ${keys.user} nor ${keys.creds} is set; this needs the system account, set ${keys.user} and ${keys.password}`,
        );
    }
    const tls = {
        ca: file(env, "NATS_CA", issues),
        cert: file(env, "NATS_CERT", issues),
        key: file(env, "NATS_KEY", issues),
    };
    if (isSet(env.NATS_CERT) !== isSet(env.NATS_KEY))
        issues.push("NATS_CERT and NATS_KEY go together; set both or none");
    const credentials = file(env, keys.creds, issues);
    if (issues.length > 0) throw new UsageError(`environment:\n${issues.map((issue) => `- ${issue}`).join("\n")}`);
    return {
        servers,
        ...(isSet(user) && { user, pass: password }),
        ...(credentials !== undefined && { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) }),
        ...((tls.ca ?? tls.cert) !== undefined && { tls }),
    };
}

/** Connects, and goes on connecting for as long as the command lives: a fence outlives servers and port forwards. */
export async function connectFromEnvironment(
    env: Environment,
    kind: NatsAccountKind,
    name: string,
): Promise<NatsConnection> {
    const options = natsConnectionOptions(env, kind);
    const keys = keysOf[kind];
    try {
        return await connect({
            ...options,
            name,
            timeout: 5_000,
            maxReconnectAttempts: -1,
            reconnectTimeWait: 500,
            pingInterval: 2_000,
            maxPingOut: 2,
            // Behind a port forward the addresses that servers tell of lead nowhere.
            ignoreClusterUpdates: true,
            ignoreAuthErrorAbort: true,
        });
    } catch (error) {
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        const servers = [options.servers].flat().join(", ");
        if (/authoriz|authent/i.test(reason)) {
            throw new Error(
                `${servers} refused the login of the ${kind} account (${reason}): see ${keys.user} and ${keys.password}, or ${keys.creds}`,
                { cause: error },
            );
        }
        throw new Error(
            `${servers} (${keys.url}) does not answer: ${reason}. Is it the region that is up, and is its port forward running?`,
            { cause: error },
        );
    }
}

function urlIssues(key: string, server: string): string[] {
    const wanted = 'allowed: "nats://host:4222", "tls://host:4222", or several with commas';
    const bare = server.includes("://") ? server : `nats://${server}`;
    if (!URL.canParse(bare)) return [`${key} holds an address that cannot be read; ${wanted}`];
    const url = new URL(bare);
    // Said without the address: it holds a secret.
    if (url.username || url.password)
        return [
            `${key} holds a user or a password; put them into ${key.replace("URL", "USER")} and ${key.replace("URL", "PASSWORD")}`,
        ];
    if (!["nats:", "tls:"].includes(url.protocol) || url.hostname === "") return [`${key} is "${server}"; ${wanted}`];
    return [];
}

function file(env: Environment, key: string, issues: string[]): string | undefined {
    const path = env[key];
    if (!isSet(path)) return undefined;
    try {
        return fs.readFileSync(path, "utf8");
    } catch (error) {
        issues.push(`${key} is "${path}"; that file cannot be read (${(error as NodeJS.ErrnoException).code})`);
        return undefined;
    }
}

function isSet(value: string | undefined): value is string {
    return value !== undefined && value !== "";
}
