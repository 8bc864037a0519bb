import type { ResourceTable } from "../model/resourceModel";

const topic = { type: "aws:sns/topic:Topic", missing: "NotFound" } as const;

/** Amazon SNS. */
export const messaging: ResourceTable = {
    "aws:sns/topic:Topic": {
        autoname: "name",
        unique: (inputs) => inputs.name,
        id: (inputs, { arn }) => arn("sns", inputs.name),
        replaceOn: ["name", "namePrefix", "fifoTopic"],
        outputs: (_inputs, { id, account }) => ({ arn: id, owner: account, beginningArchiveTime: "" }),
    },
    "aws:sns/topicSubscription:TopicSubscription": {
        id: (inputs, { random }) => `${inputs.topic}:${[8, 4, 4, 4, 12].map((length) => random(length)).join("-")}`,
        replaceOn: ["topic", "protocol", "endpoint"],
        references: { topic: { ...topic, holds: true } },
        outputs: (inputs, { id, account }) => ({
            arn: id,
            ownerId: account,
            // A person has to confirm these.
            pendingConfirmation: ["email", "http", "https"].includes(inputs.protocol),
            confirmationWasAuthenticated: false,
        }),
    },
};
