import type { Recording } from "./record";

/** The security groups and rules of a recording whose description EC2 refuses: an apostrophe, for one (API reference, "CreateSecurityGroup"). */
export function refusedDescriptions({ resources }: Recording): string[] {
    return resources
        .filter(({ type }) => /:(SecurityGroup|SecurityGroup(In|E)gressRule)$/.test(type))
        .filter(({ inputs }) => !/^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(inputs["description"] ?? ""))
        .map(({ name, inputs }) => `${name}: ${inputs["description"]}`);
}
