import type { addOns } from "./versions";

/** A version of Kubernetes that a cluster may have: one that add-ons are pinned for. */
export type KubernetesVersion = keyof typeof addOns;

export const defaultKubernetesVersion: KubernetesVersion = "1.35";

/** Whether version `found` ("1.36") is at least `oldest`. */
export function isAtLeast(found: string, oldest: string): boolean {
    const minor = (version: string) => Number(/^1\.(\d+)/.exec(version)?.[1] ?? -1);
    return minor(found) >= minor(oldest);
}
