import type { PolicyResource } from "@pulumi/policy";
import type { SystemConfig } from "../../components/model/policyConfig";
import type { Role } from "../../components/model/profile";
import { projectOf, roleOfStack } from "./stacks";

/** What another stack exports, as far as this one refers to it; undefined where it does not. */
export function outputsOf(
    config: SystemConfig,
    resources: readonly PolicyResource[],
    role: Role,
): Readonly<Record<string, any>> | undefined {
    const reference = resources.find(
        ({ type, urn, props }) =>
            type === "pulumi:pulumi:StackReference" && roleOfReference(config, String(props.name), urn) === role,
    );
    return reference?.props.outputs;
}

/** "organization/project/stack"; a name with less is a stack of the project that refers to it. */
function roleOfReference(config: SystemConfig, address: string, urn: string): Role | undefined {
    const parts = address.split("/");
    const project = parts.length === 3 ? parts[1]! : projectOf(urn);
    return roleOfStack(config, project, parts.at(-1)!);
}
