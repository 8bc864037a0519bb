/**
 * AWS services that are not bound to a region. A stack may use them from any region, because their resources
 * live in none; everything else has to be in the stack's own region (design, section 3).
 * Prefixes of Pulumi type tokens.
 */
export const globalServices = [
    "aws:iam/",
    "aws:route53/",
    "aws:cloudfront/",
    "aws:globalaccelerator/",
    "aws:organizations/",
] as const;

export function isGlobalService(type: string): boolean {
    return globalServices.some((prefix) => type.startsWith(prefix));
}
