import { createHash } from "node:crypto";
import type { Registered } from "../wire/monitor";
import type { Value } from "../wire/values";
import { given, type Component } from "./component";

export interface ServiceRoleArgs {
    readonly service: string;
    readonly policies: readonly string[];
    readonly description?: string;
    readonly actions?: readonly string[];
    readonly tags?: Value;
}

/** A role for an AWS service with AWS's own policies attached, as pulumi-eks makes it (servicerole.ts). */
export async function createServiceRole(
    component: Component,
    name: string,
    args: ServiceRoleArgs,
): Promise<{ role: Registered; ready: string[] }> {
    const own = await component.child("eks:index:ServiceRole", name, {}, { component: true });
    const assumeRolePolicy = JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            { Action: args.actions ?? ["sts:AssumeRole"], Effect: "Allow", Principal: { Service: [args.service] } },
        ],
    });
    const role = await component.child(
        "aws:iam/role:Role",
        `${name}-role`,
        given({ description: args.description, assumeRolePolicy, tags: args.tags }),
        { parent: own.urn },
    );
    const ready = [role.urn];
    for (const policy of args.policies) {
        const policyArn = `arn:aws:iam::aws:policy/${policy}`;
        const suffix = createHash("sha1").update(policyArn).digest("hex").slice(0, 8);
        const inputs = { policyArn, role: role.properties.name };
        ready.push(
            (
                await component.child(
                    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                    `${name}-${suffix}`,
                    inputs,
                    {
                        parent: own.urn,
                        dependsOn: [role.urn],
                    },
                )
            ).urn,
        );
    }
    await component.monitor.registerOutputs(own.urn, {});
    return { role, ready };
}
