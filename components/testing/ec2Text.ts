import { isSecurityGroupText } from "../network/securityGroupText";
import type { Recording } from "./record";

/** The security groups and rules of a recording whose description EC2 refuses. */
export function refusedDescriptions({ resources }: Recording): string[] {
    return resources
        .filter(({ type }) => /:(SecurityGroup|SecurityGroup(In|E)gressRule)$/.test(type))
        .filter(({ inputs }) => !isSecurityGroupText(inputs["description"] ?? ""))
        .map(({ name, inputs }) => `${name}: ${inputs["description"]}`);
}
