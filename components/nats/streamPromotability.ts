import { filled } from "./ruleText";

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

/** Holds if the setting is one of these values, or is a number above 0, which limits something; an absent setting is neither. */
type Condition =
    | { readonly setting: keyof LiveSettings; readonly is: readonly (string | boolean)[] }
    | { readonly setting: keyof LiveSettings; readonly limits: true };

/** Plain data, so that the deployed gate goes by the same rules as the `dr` command. */
interface PromotabilityRule {
    /** Whether it also keeps the writes from going back. */
    readonly failback: boolean;
    /** A stream breaks the rule if all conditions of one of these lists hold. */
    readonly broken: readonly (readonly Condition[])[];
    /** The reason and the way out; `{setting}` stands for a setting's value. */
    readonly why: string;
}

const promotabilityRules: readonly PromotabilityRule[] = [
    {
        failback: true,
        broken: [[{ setting: "retention", is: ["workqueue", "interest"] }]],
        why:
            '{name} has retention "{retention}": its mirror acknowledges for its consumers or holds back what they are done with, ' +
            'and a failback never ends. Recreate it with retention "limits" and durable consumers',
    },
    {
        failback: false,
        broken: [[{ setting: "storage", is: ["memory"] }]],
        why: "{name} is stored in memory: it is in no backup, and its servers' restart empties it. Recreate it with file storage",
    },
    {
        failback: true,
        broken: [[{ setting: "max_msgs_per_subject", limits: true }]],
        why:
            "{name} keeps {max_msgs_per_subject} messages a subject: origin and mirror drop messages at different moments, so a failback finds them " +
            "different and is refused. Set max_msgs_per_subject to -1, and limit by age",
    },
    {
        failback: true,
        broken: [
            [
                { setting: "discard", is: ["new"] },
                { setting: "max_msgs", limits: true },
            ],
            [
                { setting: "discard", is: ["new"] },
                { setting: "max_bytes", limits: true },
            ],
        ],
        why:
            '{name} refuses new messages when it is full (discard "new"): full, it cannot take the standby\'s messages back. ' +
            'Set discard to "old", or lift max_msgs and max_bytes',
    },
    {
        failback: false,
        broken: [[{ setting: "no_ack", is: [true] }]],
        why:
            "{name} acknowledges nothing (no_ack): its publishers cannot know what a failover lost. Set no_ack to false, " +
            "unless a service answers requests on its subject",
    },
    {
        failback: true,
        broken: [[{ setting: "sealed", is: [true] }]],
        why: "{name} is sealed: nothing can be published to it, nor to a copy that is promoted. Leave it out",
    },
];

/**
 * Why a stream cannot be promoted and failed back, with the way out; empty if it can be both. The same answer for the gate of phase 13,
 * status, promotion and failback, from the settings of the live stream.
 */
export function promotionObstacles(settings: LiveSettings): string[] {
    return promotabilityRules.filter((rule) => breaks(settings, rule)).map(({ why }) => filled(why, { ...settings }));
}

/** Those of them for which the writes of a promoted stream cannot go back to its origin either. */
export function failbackObstacles(settings: LiveSettings): string[] {
    return promotabilityRules
        .filter((rule) => rule.failback && breaks(settings, rule))
        .map(({ why }) => filled(why, { ...settings }));
}

function breaks(settings: LiveSettings, { broken }: PromotabilityRule): boolean {
    return broken.some((conditions) => conditions.every((condition) => holds(settings[condition.setting], condition)));
}

function holds(value: LiveSettings[keyof LiveSettings], condition: Condition): boolean {
    if ("is" in condition) return condition.is.some((one) => one === value);
    return typeof value === "number" && value > 0;
}

/**
 * The rules as a table for `natsGate/judge.awk`, a line for each list of conditions: the text, then each setting with its test, which is "+" or
 * the values as JSON, one beside the other.
 */
export function obstacleTable(): string {
    const test = (condition: Condition) =>
        "is" in condition ? condition.is.map((value) => JSON.stringify(value)).join("|") : "+";
    return promotabilityRules
        .flatMap(({ why, broken }) =>
            broken.map((conditions) =>
                [why, ...conditions.flatMap((condition) => [condition.setting, test(condition)])].join("\t"),
            ),
        )
        .join("\n");
}
