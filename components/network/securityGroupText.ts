/** What EC2 takes in names and descriptions of security groups and in descriptions of their rules, for people. */
export const securityGroupTextRule = "up to 255 of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*";

/** Whether EC2 takes a text there: no apostrophe, for one (API reference, "CreateSecurityGroup"). */
export function isSecurityGroupText(text: string): boolean {
    return /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(text);
}
