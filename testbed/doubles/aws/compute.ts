import type { ResourceTable } from "../model/resourceModel";

const role = { type: "aws:iam/role:Role", missing: "InvalidParameterValueException" } as const;
const lambda = { type: "aws:lambda/function:Function", missing: "ResourceNotFoundException" } as const;

/** AWS Lambda. */
export const compute: ResourceTable = {
    "aws:lambda/function:Function": {
        autoname: "name",
        maxName: 64,
        unique: (inputs) => inputs.name,
        conflict: "ResourceConflictException",
        id: (inputs) => inputs.name,
        defaults: { memorySize: 128, packageType: "Zip", publish: false, reservedConcurrentExecutions: -1, timeout: 3 },
        replaceOn: ["name", "packageType"],
        references: { role },
        refuse: ({ packageType, runtime, handler }) =>
            packageType === "Zip" && (runtime === undefined || handler === undefined)
                ? ["ValidationException: a function from an archive needs runtime and handler"]
                : [],
        outputs: (inputs, { arn, hash, region }) => {
            const own = arn("lambda", `function:${inputs.name}`);
            return {
                arn: own,
                invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${own}/invocations`,
                qualifiedArn: `${own}:$LATEST`,
                version: "$LATEST",
                lastModified: "2026-01-01T00:00:00.000+0000",
                codeSha256: hash(43, JSON.stringify(inputs.code ?? null)),
                architectures: inputs.architectures ?? ["x86_64"],
                ephemeralStorage: inputs.ephemeralStorage ?? { size: 512 },
                tracingConfig: inputs.tracingConfig ?? { mode: "PassThrough" },
                loggingConfig: { logFormat: "Text", logGroup: `/aws/lambda/${inputs.name}`, ...inputs.loggingConfig },
            };
        },
    },
    "aws:lambda/permission:Permission": {
        autoname: "statementId",
        maxName: 100,
        unique: (inputs) => `${inputs.function} ${inputs.statementId}`,
        conflict: "ResourceConflictException",
        id: (inputs) => inputs.statementId,
        replaceOn: ["*"],
        references: { function: { ...lambda, holds: true } },
    },
};
