import { parseCidr } from "../model/cidr";
import type { Seconds } from "../model/duration";

/** AWS's policy for TLS 1.3 and 1.2 with forward secrecy and authenticated encryption only. */
export const ingressTlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";

/**
 * How long a client may keep one connection, in seconds. AWS's default of 3600 is hidden recovery time: a client that keeps its
 * connection never asks DNS again.
 */
export const clientKeepAlive: Seconds = 300;

export const ingressDefaults = {
    healthPath: "/health",
    idleTimeout: 60,
    allowedCidrs: ["0.0.0.0/0"],
    deletionProtection: true,
} as const;

/** What the rules look at: plain values. */
export interface RegionIngressPlan {
    /** Physical name of the balancer and its target group; at most 32 characters. */
    readonly ingressName: string;
    /** Path that answers 200 once a pod can serve. @default "/health" */
    readonly healthPath?: string;
    /** How long a connection may be silent, in seconds: longer than the slowest answer. @default 60 */
    readonly idleTimeout?: Seconds;
    /** Who may connect. A narrower list has to hold Route 53's health checkers. @default everybody */
    readonly allowedCidrs?: readonly string[];
}

/** What is wrong with an ingress's settings, all at once; empty if nothing is. */
export function validateRegionIngress(plan: RegionIngressPlan): string[] {
    const { ingressName } = plan;
    const { healthPath, idleTimeout, allowedCidrs } = { ...ingressDefaults, ...plan };
    const issues: string[] = [];
    if (
        !/^[A-Za-z0-9](-?[A-Za-z0-9])*$/.test(ingressName) ||
        ingressName.length > 32 ||
        ingressName.startsWith("internal-")
    ) {
        issues.push(
            `ingressName: "${ingressName}" found; allowed are 1 to 32 letters, digits and single hyphens, not beginning with "internal-"`,
        );
    }
    if (!healthPath.startsWith("/")) issues.push(`healthPath: "${healthPath}" found; it has to begin with "/"`);
    if (!Number.isInteger(idleTimeout) || idleTimeout < 1 || idleTimeout > 4000) {
        issues.push(`idleTimeout: ${idleTimeout} found; AWS allows whole seconds from 1 to 4000`);
    }
    if (allowedCidrs.length === 0)
        issues.push("allowedCidrs: empty, so nobody could connect; leave it out for everybody");
    for (const cidr of allowedCidrs) {
        if (!parseCidr(cidr)) issues.push(`allowedCidrs: "${cidr}" found; allowed is a range such as 203.0.113.0/24`);
    }
    return issues;
}
