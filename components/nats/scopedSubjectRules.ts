import type { StreamProfile } from "../model/profile";
import { republishes } from "./natsStreamConfig";
import { destinationPattern, subjectsOverlap } from "./natsSubjects";

/** What in an account reacts to published subjects, besides its streams and their consumers. */
export interface AccountReactions {
    readonly leafNodes: number;
    /** Whether MQTT clients ever used the account. */
    readonly mqtt: boolean;
    /** Subjects on which services (NATS micro) answer. */
    readonly services: readonly string[];
    /** Subjects that streams republish to under another name. */
    readonly republished: readonly string[];
    /** Subjects under which the account has what it imports. */
    readonly imported: readonly string[];
    /** The account's subject mappings. */
    readonly mappings: readonly { readonly source: string; readonly destinations: readonly string[] }[];
}

/** Settings of a live stream that the region's subjects would change the meaning of. */
interface MovingSettings {
    readonly no_ack?: boolean;
    readonly allow_msg_schedules?: boolean;
    readonly sources?: readonly unknown[];
    readonly republish?: { readonly src: string; readonly dest: string };
}

/** Why a stream cannot take its region's subjects in place of the clients' and be served as before, by its own settings. */
export function movingStreamIssues(settings: MovingSettings, stream: StreamProfile): string[] {
    const { name, subject } = stream;
    const { sources, republish } = settings;
    return [
        ...(sources && sources.length > 0
            ? [`${name} has sources: what it takes from them would be transformed as well. Leave it out`]
            : []),
        ...(republish && (republish.src !== subject || destinationPattern(republish.dest) !== subject)
            ? [
                  `${name} republishes ${republish.src} to ${republish.dest} already; a stream has one republish, and core subscribers of ${subject} need it`,
              ]
            : []),
        ...(settings.no_ack && republishes(stream)
            ? [
                  `${name} acknowledges nothing (no_ack), so services may answer requests on its subject, and would get copies without a reply subject. ` +
                      `If no core subscriber has it, say nats.republish.${name}: false in stacks primary and dr`,
              ]
            : []),
        ...(settings.allow_msg_schedules
            ? [
                  `${name} takes scheduled messages (allow_msg_schedules), whose targets name the clients' subjects; the region's would not be theirs`,
              ]
            : []),
    ];
}

/** Why streams cannot move to their region's subjects, by what else lives by the clients'. `copied`: whose core subscribers get copies. */
export function reactionIssues(
    reactions: AccountReactions,
    moving: readonly StreamProfile[],
    copied: readonly StreamProfile[],
): string[] {
    const met = (subject: string) =>
        moving.find((stream) => subjectsOverlap(destinationPattern(subject), stream.subject));
    const each = (subjects: readonly string[], why: (stream: string, subject: string) => string) =>
        [...new Set(subjects)].flatMap((subject) => {
            const stream = met(subject);
            return stream ? [why(stream.name, subject)] : [];
        });
    return [
        ...(reactions.leafNodes > 0 && copied.length > 0
            ? [
                  `${reactions.leafNodes} leaf nodes are connected to the account; their core subscribers would get what is published there twice. ` +
                      `Say nats.republish: false for ${copied.map(({ name }) => name).join(", ")} if no core subscriber has its subject, or connect them to another account`,
              ]
            : []),
        ...(reactions.mqtt && moving.length > 0
            ? [
                  "MQTT clients use the account (stream $MQTT_msgs); sessions with QoS 1 and 2 would miss the streams' subjects. Move MQTT to another account",
              ]
            : []),
        ...each(
            reactions.services,
            (stream, subject) =>
                `${stream}: a service answers requests on ${subject}; it would get copies without a reply subject. Move it to a subject of no stream`,
        ),
        ...each(
            reactions.republished,
            (stream, subject) =>
                `${stream}: another stream republishes to ${subject}, which is not mapped, so ${stream} would miss it. Publish it, or source it from that stream`,
        ),
        ...each(
            reactions.imported,
            (stream, subject) =>
                `${stream}: the account imports ${subject}, which is not mapped, so ${stream} would miss it. Publish it in the account, or import it on another subject`,
        ),
        ...reactions.mappings
            .filter(({ source }) => met(source) === undefined)
            .flatMap(({ source, destinations }) =>
                each(
                    destinations,
                    (stream, subject) =>
                        `${stream}: the mapping of ${source} leads to ${subject} past the region's subjects, and the server maps once. Lead it to the region's`,
                ),
            ),
    ];
}
