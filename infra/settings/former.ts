/** Keys of earlier versions, each with the one that took its place. A key stands for all that is below it; the longest one decides. */
const successors: Readonly<Record<string, string>> = {
    vpcCidr: "network.vpcCidr",
    prometheusOperator: "alerts.prometheus.operator",
    "dns.pages": "alerts.subscribers",
    "dns.loadBalancer": "ingress.loadBalancer",
    "dns.addresses": "ingress.addresses",
    "dns.healthService": "ingress.healthService",
    "dns.checkInterval": "dns.healthCheck.intervalSeconds",
    "dns.failureThreshold": "dns.healthCheck.failureThreshold",
    "backup.schedule": "nats.backup.schedule",
    "backup.deadlineMinutes": "nats.backup.deadlineMinutes",
    "backup.lock": "nats.backup.objectLock",
    "backup.roomGib": "nats.backup.volumeGib",
    "backup.snapshotController": "cluster.snapshotController",
    "backup.nats": "nats.access",
    "standby.git": "gitops",
    "standby.imagePrefixes": "standby.images.prefixes",
    "standby.imageArchitectures": "standby.images.architectures",
    "standby.prometheus": "alerts.prometheus",
    "standby.prometheus.alertsUrl": "alerts.prometheus.runbookUrl",
    "standby.secrets": "secrets",
    "standby.kong": "ingress.kong",
    "standby.routeTableIds": "network.routeTableIds",
    "standby.privateSubnetIds": "network.privateSubnetIds",
    "standby.publicSubnetIds": "network.publicSubnetIds",
    "standby.loadBalancerController": "cluster.loadBalancerController",
    "standby.nats.version": "nats.found.version",
    "standby.nats.gateways": "nats.patched",
    "standby.nats.url": "nats.access.url",
    "standby.nats.authSecret": "nats.access.authSecret",
    "standby.witness": "witness",
};

export const formerKeys: readonly string[] = Object.keys(successors);

type Path = readonly PropertyKey[];
const dotted = (path: Path) => path.map(String).join(".");

/** The path that took the place of another one; undefined if that one, or what is above it, was never a key. */
export function successorOf(path: Path): PropertyKey[] | undefined {
    for (let length = path.length; length > 0; length--) {
        const successor = successors[dotted(path.slice(0, length))];
        if (successor !== undefined) return [...successor.split("."), ...path.slice(length)];
    }
    return undefined;
}

/** Whether a path was a key, or a section with keys. */
export function isFormer(path: Path): boolean {
    const key = dotted(path);
    return successorOf(path) !== undefined || formerKeys.some((former) => former.startsWith(`${key}.`));
}

/** A value of a section or a list by its single values: "alerts.subscribers[0].protocol". */
export function leavesOf(path: Path, value: unknown): { readonly path: Path; readonly value: unknown }[] {
    if (typeof value !== "object" || value === null) return [{ path, value }];
    const entries: [PropertyKey, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    return entries.flatMap(([key, inner]) => leavesOf([...path, key], inner));
}
