import type { Seconds } from "../../infra/duration";

/** Methods that change something; the others go through to the standby. */
export const writeMethods = ["POST", "PUT", "PATCH", "DELETE"] as const;

/** What a client is told to wait before it writes again, in seconds. */
export const retryAfter: Seconds = 30;

/** Name of the plugin, and what a route or Service of Kong carries to have it: `konghq.com/plugins: standby-write-fence`. */
export const writeFenceName = "standby-write-fence";

/** The operator's switch: what lets writes through at the promotion, and holds them back again after the failback. */
export function writeFenceSwitch(namespace: string, disabled: boolean): string {
    return `kubectl -n ${namespace} patch kongplugin ${writeFenceName} --type merge -p '${JSON.stringify({ disabled })}'`;
}

/**
 * The manifest by which Kong, in the standby until the promotion, answers writes with 503 and Retry-After: clients hold their
 * writes back instead of losing them. Kong comes with the manifests, so they bring it too (gitops/components/writeFence, compared with this by a test).
 *
 * The promotion sets its top-level field `disabled`, and the failback unsets it; hence it is not given here, and Argo CD leaves it
 * alone (`GitOps`). Deleting it would not do: self-heal brings it back.
 *
 * `pre-function` and not `request-termination`: the latter answers every request of its route and has no headers. It is part of
 * every Kong and runs before authentication, so a client learns of the standby whatever its key.
 */
export function kongWriteFence(namespace: string, seconds: Seconds = retryAfter): Record<string, unknown> {
    if (!Number.isInteger(seconds) || seconds < 1) throw new Error(`retryAfter: ${seconds} found; allowed are whole seconds from 1`);
    const methods = writeMethods.map((method) => `${method} = true`).join(", ");
    return {
        apiVersion: "configuration.konghq.com/v1",
        kind: "KongPlugin",
        metadata: { name: writeFenceName, namespace },
        plugin: "pre-function",
        config: {
            access: [
                [
                    `local writes = { ${methods} }`,
                    "if writes[kong.request.get_method()] then",
                    `    return kong.response.exit(503, { message = "read only until the promotion" }, { ["Retry-After"] = "${seconds}" })`,
                    "end",
                ].join("\n"),
            ],
        },
    };
}
