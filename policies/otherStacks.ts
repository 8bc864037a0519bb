import type { PolicyResource } from "@pulumi/policy";
import { roles, type Role } from "../infra/profile";

/** What another stack exports, as far as this one refers to it; undefined where it does not. */
export function outputsOf(resources: readonly PolicyResource[], role: Role): Readonly<Record<string, any>> | undefined {
    const reference = resources.find(
        ({ type, props }) => type === "pulumi:pulumi:StackReference" && roleOf(String(props.name)) === role,
    );
    return reference?.props.outputs;
}

/** The role of a stack's full name: "organization/kgents-dr/dr" is "dr". */
function roleOf(address: string): Role | undefined {
    const stack = address.split("/").at(-1);
    return roles.find((role) => role === stack);
}
