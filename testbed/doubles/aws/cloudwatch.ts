import type { ResourceTable } from "../model/resourceModel";

/** Amazon CloudWatch: alarms, logs and EventBridge's rules. */
export const cloudwatch: ResourceTable = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        autoname: "name",
        unique: (inputs) => inputs.name,
        id: (inputs) => inputs.name,
        defaults: { actionsEnabled: true, treatMissingData: "missing" },
        replaceOn: ["name"],
        refuse: (inputs, { region }) => [
            ...[inputs.alarmActions ?? [], inputs.okActions ?? []]
                .flat()
                .filter((action: string) => action.split(":")[3] !== region && !action.startsWith("arn:aws:automate"))
                .map((action: string) => `ValidationError: action ${action} is not in the alarm's region ${region}`),
            // Health-check metrics exist in one region only (AWS documentation).
            ...(inputs.namespace === "AWS/Route53" && region !== "us-east-1"
                ? [`an alarm on AWS/Route53 in ${region} never gets data: the metrics exist in us-east-1 only`]
                : []),
        ],
        outputs: (inputs, { arn }) => ({
            arn: arn("cloudwatch", `alarm:${inputs.name}`),
            evaluateLowSampleCountPercentiles: "",
        }),
    },
    "aws:cloudwatch/logGroup:LogGroup": {
        autoname: "name",
        unique: (inputs) => inputs.name,
        conflict: "ResourceAlreadyExistsException",
        id: (inputs, { random }) => inputs.name ?? `${inputs.namePrefix}${random(26)}`,
        defaults: { retentionInDays: 0, skipDestroy: false },
        replaceOn: ["name", "namePrefix", "logGroupClass"],
        outputs: (inputs, { id, arn }) => ({
            name: id,
            arn: arn("logs", `log-group:${id}`),
            logGroupClass: inputs.logGroupClass ?? "STANDARD",
        }),
    },
    "aws:cloudwatch/eventRule:EventRule": {
        autoname: "name",
        maxName: 64,
        unique: (inputs) => inputs.name,
        id: (inputs) => inputs.name,
        defaults: { eventBusName: "default", forceDestroy: false },
        replaceOn: ["name", "namePrefix", "eventBusName"],
        refuse: ({ scheduleExpression, eventPattern }) =>
            scheduleExpression === undefined && eventPattern === undefined
                ? ["ValidationException: give a scheduleExpression or an eventPattern"]
                : [],
        outputs: (inputs, { arn }) => ({
            arn: arn("events", `rule/${inputs.name}`),
            state: inputs.state ?? "ENABLED",
            isEnabled: inputs.state !== "DISABLED",
        }),
    },
    "aws:cloudwatch/eventTarget:EventTarget": {
        id: (inputs, { random }) => `${inputs.rule}-${inputs.targetId ?? random(26)}`,
        defaults: { eventBusName: "default", forceDestroy: false },
        replaceOn: ["rule", "targetId", "eventBusName"],
        references: {
            rule: { type: "aws:cloudwatch/eventRule:EventRule", missing: "ResourceNotFoundException", holds: true },
        },
        outputs: (inputs, { id }) => ({ targetId: inputs.targetId ?? id.slice(String(inputs.rule).length + 1) }),
    },
};
