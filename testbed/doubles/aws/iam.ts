import type { InvokeTable, ResourceModel, ResourceTable } from "../model/resourceModel";
import type { Properties } from "../wire/values";

const role = { type: "aws:iam/role:Role", missing: "NoSuchEntity", holds: true } as const;

/** Inline documents must be JSON with statements; what they allow is not judged. */
function validDocument(property: string): NonNullable<ResourceModel["refuse"]> {
    return (inputs) => {
        try {
            const document: unknown =
                typeof inputs[property] === "string" ? JSON.parse(inputs[property]) : inputs[property];
            const statements = (document as { Statement?: unknown })?.Statement;
            return statements === undefined ? [`MalformedPolicyDocument: ${property} has no Statement`] : [];
        } catch (error) {
            return [`MalformedPolicyDocument: ${property} is not JSON: ${(error as Error).message}`];
        }
    };
}

/** AWS Identity and Access Management: of the account, in no region. */
export const iam: ResourceTable = {
    "aws:iam/role:Role": {
        autoname: "name",
        maxName: 64,
        reach: "account",
        unique: (inputs) => inputs.name,
        conflict: "EntityAlreadyExists",
        id: (inputs, { random }) => inputs.name ?? `${inputs.namePrefix}${random(26)}`,
        defaults: { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
        replaceOn: ["name", "namePrefix", "path"],
        refuse: validDocument("assumeRolePolicy"),
        outputs: (inputs, { id, arn, hash }) => ({
            name: id,
            arn: arn("iam", `role${inputs.path ?? "/"}${id}`, { global: true }),
            uniqueId: `AROA${hash(17).toUpperCase()}`,
            createDate: "2026-01-01T00:00:00Z",
        }),
    },
    "aws:iam/policy:Policy": {
        autoname: "name",
        maxName: 128,
        reach: "account",
        unique: (inputs) => inputs.name,
        conflict: "EntityAlreadyExists",
        id: (inputs, { arn, random }) =>
            arn("iam", `policy${inputs.path ?? "/"}${inputs.name ?? `${inputs.namePrefix}${random(26)}`}`, {
                global: true,
            }),
        defaults: { path: "/" },
        replaceOn: ["name", "namePrefix", "path", "description"],
        refuse: validDocument("policy"),
        outputs: (inputs, { id, hash }) => ({
            arn: id,
            name: id.split("/").at(-1),
            policyId: `ANPA${hash(17).toUpperCase()}`,
            attachmentCount: 0,
        }),
        builtIn: (id) =>
            id.startsWith("arn:aws:iam::aws:policy/")
                ? { arn: id, name: id.split("/").at(-1), path: "/", policy: "{}", tagsAll: {} }
                : undefined,
    },
    "aws:iam/rolePolicy:RolePolicy": {
        autoname: "name",
        maxName: 128,
        reach: "account",
        unique: (inputs) => `${inputs.role}:${inputs.name}`,
        id: (inputs, { random }) => `${inputs.role}:${inputs.name ?? `${inputs.namePrefix}${random(26)}`}`,
        replaceOn: ["name", "namePrefix", "role"],
        references: { role },
        refuse: validDocument("policy"),
        outputs: (_inputs, { id }) => ({ name: id.split(":").at(-1) }),
    },
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
        reach: "account",
        id: (inputs, { random }) => `${inputs.role}-${random(26)}`,
        replaceOn: ["role", "policyArn"],
        references: { role, policyArn: { type: "aws:iam/policy:Policy", missing: "NoSuchEntity", holds: true } },
    },
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
        reach: "account",
        unique: (inputs) => issuerHost(inputs),
        conflict: "EntityAlreadyExists",
        id: (inputs, { arn }) => arn("iam", `oidc-provider/${issuerHost(inputs)}`, { global: true }),
        replaceOn: ["url"],
        outputs: (inputs, { id, hash }) => ({
            arn: id,
            thumbprintLists: inputs.thumbprintLists ?? [hash(40)],
            url: issuerHost(inputs),
        }),
    },
    "aws:iam/instanceProfile:InstanceProfile": {
        autoname: "name",
        maxName: 128,
        reach: "account",
        unique: (inputs) => inputs.name,
        conflict: "EntityAlreadyExists",
        id: (inputs, { random }) => inputs.name ?? `${inputs.namePrefix}${random(26)}`,
        defaults: { path: "/" },
        replaceOn: ["name", "namePrefix", "path"],
        references: { role },
        outputs: (inputs, { id, arn, hash }) => ({
            name: id,
            arn: arn("iam", `instance-profile${inputs.path ?? "/"}${id}`, { global: true }),
            uniqueId: `AIPA${hash(17).toUpperCase()}`,
            createDate: "2026-01-01T00:00:00Z",
        }),
    },
};

function issuerHost(inputs: Properties): string {
    return String(inputs.url).replace(/^https:\/\//, "");
}

/** A list of one is written as its only value, as AWS's provider does. */
function compact(values: readonly string[]): string | readonly string[] {
    return values.length === 1 ? values[0]! : values;
}

function principals(list: readonly Properties[]): unknown {
    if (list.some(({ type }) => type === "*")) {
        return "*";
    }
    const byType = new Map<string, string[]>();
    for (const { type, identifiers } of list) {
        byType.set(type, [...(byType.get(type) ?? []), ...identifiers]);
    }
    return Object.fromEntries([...byType].map(([type, identifiers]) => [type, compact(identifiers)]));
}

function conditions(list: readonly Properties[]): Record<string, Record<string, unknown>> {
    const byTest: Record<string, Record<string, unknown>> = {};
    for (const { test, variable, values } of list) {
        byTest[test] = { ...byTest[test], [variable]: compact(values) };
    }
    return byTest;
}

function statement(one: Properties): Properties {
    const entries: [string, unknown][] = [
        ["Sid", one.sid],
        ["Effect", one.effect ?? "Allow"],
        ["Principal", one.principals?.length > 0 ? principals(one.principals) : undefined],
        ["NotPrincipal", one.notPrincipals?.length > 0 ? principals(one.notPrincipals) : undefined],
        ["Action", one.actions && compact(one.actions)],
        ["NotAction", one.notActions && compact(one.notActions)],
        ["Resource", one.resources && compact(one.resources)],
        ["NotResource", one.notResources && compact(one.notResources)],
        ["Condition", one.conditions?.length > 0 ? conditions(one.conditions) : undefined],
    ];
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

export const iamInvokes: InvokeTable = {
    "aws:iam/getPolicyDocument:getPolicyDocument": (args) => {
        const sources = [...(args.sourcePolicyDocuments ?? []), ...(args.overridePolicyDocuments ?? [])];
        const merged = sources.flatMap((source: string) => [JSON.parse(source).Statement].flat());
        const document = {
            Version: args.version ?? "2012-10-17",
            Statement: [...merged, ...(args.statements ?? []).map(statement)],
        };
        const json = JSON.stringify(document, null, 2);
        return {
            ...args,
            id: String(json.length),
            version: document.Version,
            json,
            minifiedJson: JSON.stringify(document),
        };
    },
};
