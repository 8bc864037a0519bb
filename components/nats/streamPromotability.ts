/** Settings of a live stream that decide whether a copy can take its place, as the JetStream API gives them. */
export interface LiveSettings {
    readonly name: string;
    readonly retention?: string;
    readonly storage?: string;
    readonly discard?: string;
    readonly max_msgs?: number;
    readonly max_bytes?: number;
    readonly max_msgs_per_subject?: number;
    readonly no_ack?: boolean;
    readonly sealed?: boolean;
}

interface Rule {
    /** Whether it also keeps the writes from going back. */
    readonly failback: boolean;
    /** Whether the stream breaks it. */
    readonly broken: (settings: LiveSettings) => boolean;
    readonly why: (settings: LiveSettings) => string;
}

const limited = (value: number | undefined) => value !== undefined && value > 0;

const rules: readonly Rule[] = [
    {
        failback: true,
        broken: ({ retention }) => retention === "workqueue" || retention === "interest",
        why: ({ name, retention }) =>
            `${name} has retention "${retention}": its mirror acknowledges for its consumers or holds back what they are done with, ` +
            'and a failback never ends. Recreate it with retention "limits" and durable consumers',
    },
    {
        failback: false,
        broken: ({ storage }) => storage === "memory",
        why: ({ name }) =>
            `${name} is stored in memory: it is in no backup, and its servers' restart empties it. Recreate it with file storage`,
    },
    {
        failback: true,
        broken: ({ max_msgs_per_subject: limit }) => limited(limit),
        why: ({ name, max_msgs_per_subject: limit }) =>
            `${name} keeps ${limit} messages a subject: origin and mirror drop messages at different moments, so a failback finds them ` +
            "different and is refused. Set max_msgs_per_subject to -1, and limit by age",
    },
    {
        failback: true,
        broken: ({ discard, max_msgs: messages, max_bytes: bytes }) =>
            discard === "new" && (limited(messages) || limited(bytes)),
        why: ({ name }) =>
            `${name} refuses new messages when it is full (discard "new"): full, it cannot take the standby's messages back. ` +
            'Set discard to "old", or lift max_msgs and max_bytes',
    },
    {
        failback: false,
        broken: ({ no_ack: noAck }) => noAck === true,
        why: ({ name }) =>
            `${name} acknowledges nothing (no_ack): its publishers cannot know what a failover lost. Set no_ack to false, ` +
            "unless a service answers requests on its subject",
    },
    {
        failback: true,
        broken: ({ sealed }) => sealed === true,
        why: ({ name }) =>
            `${name} is sealed: nothing can be published to it, nor to a copy that is promoted. Leave it out`,
    },
];

/**
 * Why a stream cannot be promoted and failed back, with the way out; empty if it can be both. The same answer for status, promotion and
 * failback, from the settings of the live stream.
 */
export function promotionObstacles(settings: LiveSettings): string[] {
    return rules.filter(({ broken }) => broken(settings)).map(({ why }) => why(settings));
}

/** Those of them for which the writes of a promoted stream cannot go back to its origin either. */
export function failbackObstacles(settings: LiveSettings): string[] {
    return rules.filter(({ broken, failback }) => failback && broken(settings)).map(({ why }) => why(settings));
}
