import { errors, type NatsConnection } from "@nats-io/transport-node";
import { destinationPattern } from "../../components/nats/natsSubjects";
import type { AccountReactions } from "../../components/nats/scopedSubjectRules";
import { askEveryServer } from "./everyServer";
import type { StreamApi, StreamInfo } from "./streamApi";

/** What a server says of an account; the system account's own services are imported by every other. */
interface AccountDetail {
    readonly leafnode_connections?: number;
    readonly imports?: readonly { readonly local_subject?: string }[];
    readonly mappings?: Readonly<Record<string, readonly { readonly subject: string }[]>>;
}

/** Streams in which MQTT keeps what it delivers. */
const mqttStream = "$MQTT_msgs";

/** Reads what in an account reacts to published subjects, from its servers, its streams and its services. */
export async function readAccountReactions(
    api: StreamApi,
    system: NatsConnection,
    account: string,
): Promise<AccountReactions> {
    const [details, mqtt, services, streams] = await Promise.all([
        askEveryServer<{ readonly account_detail?: AccountDetail }>(
            system,
            "ACCOUNTZ",
            { account },
            { stallMs: 1_000 },
        ),
        api.info(mqttStream),
        servicesOf(api.connection),
        everyStream(api),
    ]);
    const found = details.flatMap(({ data }) => (data?.account_detail ? [data.account_detail] : []));
    return {
        leafNodes: found.reduce((sum, { leafnode_connections: count = 0 }) => sum + count, 0),
        mqtt: mqtt !== undefined,
        services,
        republished: streams.flatMap(({ config: { republish } }) =>
            republish && republish.src !== destinationPattern(republish.dest) ? [republish.dest] : [],
        ),
        imported: found.flatMap(({ imports = [] }) =>
            imports.flatMap(({ local_subject: subject }) => (subject === undefined ? [] : [subject])),
        ),
        mappings: found.flatMap(({ mappings = {} }) =>
            Object.entries(mappings).map(([source, destinations]) => ({
                source,
                destinations: destinations.map(({ subject }) => subject),
            })),
        ),
    };
}

/** @throws if a stream does not answer: what was not seen may be what reacts */
async function everyStream(api: StreamApi): Promise<readonly StreamInfo[]> {
    const { found, silent } = await api.streams();
    if (silent.length > 0) throw new Error(`no answer from streams ${silent.join(", ")}`);
    return found;
}

/** The subjects of all services that answer within a second. */
async function servicesOf(connection: NatsConnection): Promise<string[]> {
    const subjects: string[] = [];
    try {
        const asked = await connection.requestMany("$SRV.INFO", "", {
            strategy: "stall",
            stall: 1_000,
            maxWait: 2_000,
        });
        for await (const answer of asked) {
            const { endpoints } = answer.json<{ readonly endpoints?: readonly { readonly subject: string }[] }>();
            subjects.push(...(endpoints ?? []).map(({ subject }) => subject));
        }
    } catch (error) {
        // The account has no services.
        if (!(error instanceof errors.NoRespondersError)) throw error;
    }
    return subjects;
}
