import { accountsOf } from "../../components/nats/natsAccounts";
import {
    isParked,
    isWritable,
    republishes,
    scopedSubject,
    type StreamConfig,
} from "../../components/nats/natsStreamConfig";
import { memberDefaults } from "../../components/nats/natsMember";
import { movingStreamIssues, reactionIssues } from "../../components/nats/scopedSubjectRules";
import type { StreamProfile, SystemProfile } from "../../components/model/profile";
import { readAccountReactions } from "../streams/accountReactions";
import { serversThatMap, takeBothSubjects, takeScopedSubjectOnly } from "../streams/retrofit";
import { labelled, paragraph, refuse, type Command, type CommandContext } from "./command";
import { requireDecision, yesOption } from "./decide";
import { forEachStream, streamOption, wholeNumber, withStreams, type StreamSession } from "./session";

/** How far an existing stream is on its way to its region's subjects; last it serves core subscribers, or no longer, as the settings say. */
export type RetrofitStage = "client subjects" | "both" | "republish" | "done";

export const streamsRetrofit: Command = {
    name: "streams retrofit",
    summary: "Gives existing streams their region's subjects, live, without losing or doubling a message.",
    details: [
        "Looks how far each stream is and does the next step. First: the stream takes both subjects, the clients' and the region's. Then " +
            "the servers get the mappings, one by one (deploy them; this command only counts). Last, once every server maps: the clients' " +
            "subject goes from the stream, and core subscribers are served by a republish unless setting nats.republish says no.",
        "A stream that is through and differs from nats.republish, as Pulumi.dr.yaml has it, is made to follow it: an update of the stacks changes no stream.",
        "Beforehand: the clients' publish permissions allow both regions' subjects, as permissions are checked after the mapping.",
        "Refused before anything is changed: MQTT clients, services, imports, leaf nodes or another stream's republish on a stream's subject, which " +
            "would be served otherwise than before, and a stream with sources, a republish of its own, no_ack or scheduled messages.",
        "Ends with 1 while servers without mappings are left: run it again after they have them.",
    ],
    options: {
        stream: streamOption,
        yes: yesOption,
        account: {
            value: "NAME",
            help: "the account that holds the streams (default: the profile's; a cluster without accounts has $G)",
        },
        servers: {
            value: "N",
            help: `servers that have to map: all that clients reach (default ${memberDefaults.servers})`,
        },
    },
    run: (context) => withStreams(context, "streams retrofit", (session) => retrofit(context, session), 5_000),
};

async function retrofit(context: CommandContext, { api, profile, streams, system }: StreamSession): Promise<boolean> {
    const account = typeof context.options.account === "string" ? context.options.account : accountsOf(profile).account;
    const servers = wholeNumber(context.options, "servers", memberDefaults.servers);
    const found = await forEachStream(streams, context.signal, async (stream) => {
        const { config } = await api.existing(stream.name);
        return {
            stream,
            stage: retrofitStage(config, profile, stream),
            issues: retrofitRefusals(config, profile, stream),
        };
    });
    refuse(
        "Not retrofitted",
        found.flatMap(({ issues }) => issues),
    );
    const todo = found.filter(({ stage }) => stage !== "done");
    for (const { stream, stage } of found) context.out(`${stream.name}: ${stageText(stage, profile, stream)}`);
    if (todo.length === 0) return true;
    const connection = await system();
    const moving = todo.filter(({ stage }) => stage !== "republish").map(({ stream }) => stream);
    refuse(
        "Not retrofitted",
        reactionIssues(
            await readAccountReactions(api, connection, account),
            moving,
            todo.map(({ stream }) => stream).filter(republishes),
        ),
    );
    await requireDecision(context, "streams retrofit", "retrofit");
    for (const { stream } of todo.filter(({ stage }) => stage === "client subjects")) {
        await takeBothSubjects(api, profile, stream);
        for (const line of labelled(
            "BOTH",
            `${stream.name} takes ${stream.subject} and ${scopedSubject(profile.regions.primary, stream)}.`,
        ))
            context.out(line);
    }
    let whole = true;
    for (const { stream } of todo) {
        const mapping = await serversThatMap(connection, account, stream.subject);
        const lacking = [...mapping].filter(([, maps]) => !maps).map(([server]) => server);
        if (lacking.length > 0 || mapping.size < servers) {
            whole = false;
            const missing =
                lacking.length > 0
                    ? `not ${lacking.join(", ")}`
                    : `${mapping.size} servers answered for account ${account}`;
            const maps = `${mapping.size - lacking.length} of ${Math.max(servers, mapping.size)} servers map ${stream.subject}`;
            const text = `${stream.name}: ${maps}, ${missing}.`;
            for (const line of labelled("WAITS", text)) context.out(line);
            continue;
        }
        await takeScopedSubjectOnly(api, connection, profile, stream, { account, servers });
        const subscribers = republishes(stream) ? "Core subscribers get a copy." : "Core subscribers get nothing.";
        const done = `${stream.name} takes ${scopedSubject(profile.regions.primary, stream)} only. ${subscribers}`;
        for (const line of labelled("DONE", done)) context.out(line);
    }
    if (!whole)
        for (const line of paragraph(
            "Deploy the mappings to all servers, a rolling restart or reload, then run this again.",
        ))
            context.out(line);
    return whole;
}

export function retrofitStage(config: StreamConfig, profile: SystemProfile, stream: StreamProfile): RetrofitStage {
    if (!isWritable(config, profile.regions.primary, stream)) return "client subjects";
    if (config.subjects?.includes(stream.subject)) return "both";
    return republishes(stream) === (config.republish !== undefined) ? "done" : "republish";
}

/** Why a stream is not one that this sequence is for. */
export function retrofitRefusals(config: StreamConfig, profile: SystemProfile, stream: StreamProfile): string[] {
    if (config.mirror) return [`${stream.name} is a mirror of ${config.mirror.name}; it takes nobody's writes`];
    if (isParked(config)) return [`${stream.name} is parked: finish the failback first (streams status)`];
    const known = [stream.subject, scopedSubject(profile.regions.primary, stream)];
    const others = (config.subjects ?? []).filter((subject) => !known.includes(subject));
    if (others.length > 0) {
        return [
            `${stream.name} takes ${others.join(", ")}; the profile knows ${known.join(" and ")}. ` +
                "Give those subjects a stream of their own, or add them to the streams of the system",
        ];
    }
    const transform = config.subject_transform;
    if (transform && transform.src !== known[1])
        return [`${stream.name} transforms ${transform.src} to ${transform.dest} already; a stream has one transform`];
    return retrofitStage(config, profile, stream) === "done" ? [] : movingStreamIssues(config, stream);
}

function stageText(stage: RetrofitStage, profile: SystemProfile, stream: StreamProfile): string {
    const scoped = scopedSubject(profile.regions.primary, stream);
    const texts: Record<RetrofitStage, string> = {
        "client subjects": `takes ${stream.subject}; to take ${scoped}`,
        both: `takes ${stream.subject} and ${scoped}`,
        republish: `takes ${scoped}; core subscribers ${republishes(stream) ? "to get a copy" : "to get nothing any more"}`,
        done: `takes ${scoped}; nothing to do`,
    };
    return texts[stage];
}
