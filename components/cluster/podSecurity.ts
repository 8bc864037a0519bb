/** The levels of Kubernetes' Pod Security Standards, the loosest first. */
export const podSecurityLevels = ["privileged", "baseline", "restricted"] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

/**
 * Labels by which a namespace refuses pods that do not keep `enforce`, and warns of those that do not keep `aim`.
 *
 * @param enforce what every pod of the namespace keeps: a level above that stops pods at their next start
 * @param aim what pods should keep, in warnings and in the audit log. @default the same
 */
export function podSecurityLabels(
    enforce: PodSecurityLevel,
    aim: PodSecurityLevel = enforce,
): Readonly<Record<string, string>> {
    const label = (mode: string) => `pod-security.kubernetes.io/${mode}`;
    return { [label("enforce")]: enforce, [label("audit")]: aim, [label("warn")]: aim };
}

/** Of a pod that keeps "restricted". The user is the one of the volumes that `fsGroup` hands over. */
export const restrictedPod = {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    seccompProfile: { type: "RuntimeDefault" },
} as const;

/** Of a container that keeps "restricted". */
export const restrictedContainer = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
};
