import type { PolicyResource } from "@pulumi/policy";
import type { StreamConfig } from "../../components/nats/natsStreamConfig";

/** A stream that a Job creates, and the ConfigMap that says how. */
export interface DeclaredStream {
    readonly config: StreamConfig;
    readonly owner: PolicyResource;
}

/** The streams of all ConfigMaps: streams are no resources, so this is where a stack declares them. */
export function declaredStreams(resources: readonly PolicyResource[]): DeclaredStream[] {
    return resources
        .filter(({ type }) => type === "kubernetes:core/v1:ConfigMap")
        .flatMap((owner) =>
            Object.entries<unknown>(owner.props.data ?? {}).flatMap(([file, text]) => {
                const config = file.endsWith(".json") ? parsed(text) : undefined;
                return isStream(config) ? [{ config, owner }] : [];
            }),
        );
}

function isStream(value: any): value is StreamConfig {
    return typeof value?.name === "string" && typeof value.num_replicas === "number";
}

/** JSON, or undefined for what is none. */
export function parsed(text: unknown): unknown {
    try {
        return typeof text === "string" ? JSON.parse(text) : undefined;
    } catch {
        return undefined;
    }
}
