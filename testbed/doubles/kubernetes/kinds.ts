/** Built-in kinds that belong to no namespace. */
const clusterScoped = new Set([
    "APIService",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CSIDriver",
    "CSINode",
    "CustomResourceDefinition",
    "DeviceClass",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "ServiceCIDR",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
]);

/** Whether a built-in kind lives in a namespace. */
export function isNamespaced(kind: string): boolean {
    return !clusterScoped.has(kind);
}

/**
 * Inputs whose change needs a new object, by kind (pulumi-kubernetes 4.34, provider/diff.go, and the API server's
 * immutable fields that it knows of). Name and namespace always do.
 */
const replaceOnByKind: Readonly<Record<string, readonly string[]>> = {
    StatefulSet: [
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ],
    Deployment: ["spec.selector"],
    DaemonSet: ["spec.selector"],
    RoleBinding: ["roleRef"],
    ClusterRoleBinding: ["roleRef"],
    StorageClass: ["parameters", "provisioner"],
    Job: ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    PersistentVolumeClaim: ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
    ResourceQuota: ["spec.scopes"],
    Secret: ["type"],
    Service: ["spec.clusterIP"],
    Pod: ["spec"],
};

/** Settings of the provider that decide whether data is changed in place. */
export interface Mutability {
    readonly configMap: boolean;
    readonly secret: boolean;
}

/** The inputs of a kind whose change needs a new object. */
export function replaceOn(kind: string, mutable: Mutability): readonly string[] {
    const data =
        kind === "ConfigMap" && !mutable.configMap
            ? ["binaryData", "data"]
            : kind === "Secret" && !mutable.secret
              ? ["stringData", "data"]
              : [];
    return ["apiVersion", "kind", "metadata.name", "metadata.namespace", ...(replaceOnByKind[kind] ?? []), ...data];
}

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Kinds whose names must be one DNS label, with the longest that is allowed. */
const labelNames: Readonly<Record<string, number>> = {
    Namespace: 63,
    Service: 63,
    StatefulSet: 63,
    Job: 63,
    CronJob: 52,
};

/** What is wrong with an object's name: the API server's rules. */
export function nameFaults(kind: string, name: string): string[] {
    if (/^(Cluster)?Role(Binding)?$/.test(kind)) {
        return /[/%]/.test(name) || name === "." || name === ".." ? [`"${name}" must not hold "/" or "%"`] : [];
    }
    const longest = labelNames[kind];
    if (longest !== undefined) {
        return label.test(name) && name.length <= longest && !(kind === "Service" && /^\d/.test(name))
            ? []
            : [`"${name}": a ${kind}'s name is one DNS label: lower-case letters, digits and "-", at most ${longest}`];
    }
    return subdomain.test(name) && name.length <= 253
        ? []
        : [`"${name}": lower-case letters, digits, "-" and "."; at most 253`];
}
