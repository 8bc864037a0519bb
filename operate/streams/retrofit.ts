import { isDeepStrictEqual } from "node:util";
import type { NatsConnection } from "@nats-io/transport-node";
import { republishes, scopedSubject, without, type StreamConfig } from "../../components/nats/natsStreamConfig";
import { asDestination } from "../../components/nats/natsSubjects";
import type { StreamProfile, SystemProfile } from "../../components/model/profile";
import { askEveryServer } from "./everyServer";
import type { StreamApi } from "./streamApi";

/**
 * First step of giving a live stream its region's subjects: it takes both, the client's and the region's, so that a
 * publish is stored whether or not the server it goes through has the mappings yet. Beforehand: the clients' publish
 * permissions, which are checked after the mapping, allow both regions' subjects.
 */
export async function takeBothSubjects(api: StreamApi, profile: SystemProfile, stream: StreamProfile): Promise<void> {
    const region = profile.regions.primary;
    const scoped = scopedSubject(region, stream);
    const { config } = await api.existing(stream.name);
    if (config.subjects?.includes(scoped)) return;
    await change(api, config, {
        ...config,
        subjects: [...(config.subjects ?? []), scoped],
        subject_transform: { src: scoped, dest: asDestination(stream.subject) },
    });
}

/**
 * Last step, once every server maps: the client's subject goes from the stream, and core subscribers are served by the
 * republish, if the system's settings say so. Refused while a server does not map, because publishes through it would find no stream.
 */
export async function takeScopedSubjectOnly(
    api: StreamApi,
    system: NatsConnection,
    profile: SystemProfile,
    stream: StreamProfile,
    options: { readonly account: string; readonly servers: number },
): Promise<void> {
    const mapping = await serversThatMap(system, options.account, stream.subject);
    const lacking = [...mapping].filter(([, maps]) => !maps).map(([server]) => server);
    if (mapping.size < options.servers || lacking.length > 0) {
        throw new Error(
            `${stream.name}: ${mapping.size - lacking.length} of ${options.servers} servers map ${stream.subject}` +
                `${lacking.length > 0 ? `, not ${lacking.join(", ")}` : ""}; add the mappings to all of them first`,
        );
    }
    const { config } = await api.existing(stream.name);
    const scoped = scopedSubject(profile.regions.primary, stream);
    await change(api, config, {
        ...without(config, "republish"),
        subjects: [scoped],
        subject_transform: { src: scoped, dest: asDestination(stream.subject) },
        // Matches the transformed subject.
        ...(republishes(stream) && { republish: { src: stream.subject, dest: asDestination(stream.subject) } }),
    });
}

/** Gives a stream its settings with other subjects, transform or republish, and reads back that nothing else differs. */
async function change(api: StreamApi, before: StreamConfig, after: StreamConfig): Promise<void> {
    await api.update(after);
    const { config } = await api.existing(before.name);
    const [was, is] = [kept(before), kept(config)];
    const differing = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
        (key) => !isDeepStrictEqual(was[key], is[key]),
    );
    if (differing.length > 0) {
        const list = differing.map((key) => `${key} ${JSON.stringify(was[key])}, now ${JSON.stringify(is[key])}`);
        throw new Error(`${before.name}: settings differ from before, which nothing here changed: ${list.join("; ")}`);
    }
}

/** What the migration leaves as it is. Entries of metadata that begin with "_nats." are the server's own. */
function kept(config: StreamConfig): Readonly<Record<string, unknown>> {
    const { metadata, ...rest } = without(config, "subjects", "subject_transform", "republish");
    const own = Object.entries(metadata ?? {}).filter(([key]) => !key.startsWith("_nats."));
    return { ...rest, ...(own.length > 0 && { metadata: Object.fromEntries(own) }) };
}

/** Which servers map a subject of an account, by name, as each server itself says. All have answered when none has for `stallMs`. */
export async function serversThatMap(
    system: NatsConnection,
    account: string,
    subject: string,
    { maxWaitMs = 5_000, stallMs = 1_500 } = {},
): Promise<Map<string, boolean>> {
    const answers = await askEveryServer<{ readonly account_detail?: { readonly mappings?: object } }>(
        system,
        "ACCOUNTZ",
        { account },
        { maxWaitMs, stallMs },
    );
    return new Map(answers.map(({ server, data }) => [server.name, subject in (data?.account_detail?.mappings ?? {})]));
}
