import type { Seconds } from "../model/duration";

/** Methods that change nothing, by HTTP's own definition (RFC 9110, 9.2.1): what goes through to the standby, and nothing else does. */
const readMethods = ["GET", "HEAD", "OPTIONS"] as const;

/** What a client is told to wait before it writes again, in seconds. */
const retryAfter: Seconds = 30;

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
 * every Kong and runs before authentication (priority 1,000,000), so a client learns of the standby whatever its key; that is how the
 * standby's canary tries the fence without a key. Kong's `untrusted_lua` may be `sandbox`, its default, and not `off`. Calls by gRPC are
 * all POST, and held back; what a WebSocket carries is not looked at: there NATS itself refuses the write.
 */
export function kongWriteFence(namespace: string, seconds: Seconds = retryAfter): Record<string, unknown> {
    if (!Number.isInteger(seconds) || seconds < 1)
        throw new Error(`retryAfter: ${seconds} found; allowed are whole seconds from 1`);
    const methods = readMethods.map((method) => `${method} = true`).join(", ");
    return {
        apiVersion: "configuration.konghq.com/v1",
        kind: "KongPlugin",
        metadata: { name: writeFenceName, namespace },
        plugin: "pre-function",
        config: {
            access: [
                [
                    `local reads = { ${methods} }`,
                    "if not reads[kong.request.get_method()] then",
                    `    return kong.response.exit(503, { message = "read only until the promotion" }, { ["Retry-After"] = "${seconds}" })`,
                    "end",
                ].join("\n"),
            ],
        },
    };
}
