import { ResourceReference, type Properties } from "../wire/values";
import { given, reference, type Component } from "./component";

/** The storage classes that `eks.Cluster` makes: one of a type, or several by name. */
export async function createStorageClasses(
    component: Component,
    name: string,
    classes: string | Readonly<Record<string, Properties>> | undefined,
    provider: string,
    dependsOn: readonly string[],
): Promise<Record<string, ResourceReference>> {
    const wanted: Readonly<Record<string, Properties>> =
        typeof classes === "string" ? { [classes]: { type: classes, default: true } } : (classes ?? {});
    const made: Record<string, ResourceReference> = {};
    for (const [key, options] of Object.entries(wanted)) {
        const text = (value: unknown) => (value === undefined ? undefined : String(value));
        const annotations =
            options.default === true
                ? { ...options.metadata?.annotations, "storageclass.kubernetes.io/is-default-class": "true" }
                : options.metadata?.annotations;
        const inputs = given({
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: given({ ...options.metadata, annotations }),
            provisioner: "kubernetes.io/aws-ebs",
            parameters: given({
                type: options.type,
                zones: options.zones?.join(", "),
                iopsPerGb: text(options.iopsPerGb),
                encrypted: text(options.encrypted),
                kmsKeyId: options.kmsKeyId,
            }),
            allowVolumeExpansion: options.allowVolumeExpansion,
            mountOptions: options.mountOptions,
            reclaimPolicy: options.reclaimPolicy,
            volumeBindingMode: options.volumeBindingMode,
        });
        made[key] = reference(
            await component.child("kubernetes:storage.k8s.io/v1:StorageClass", `${name.toLowerCase()}-${key}`, inputs, {
                provider,
                dependsOn,
            }),
        );
    }
    return made;
}
