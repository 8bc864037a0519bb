import type { NatsChartValues } from "../nats/natsChart";

/**
 * The pod that the chart's templates make of values, as far as Pod Security looks at it: read in `files/stateful-set/*.yaml` of chart 2.14.2.
 * Whatever is under `merge` goes over what the template says.
 */
export function natsChartPod(values: NatsChartValues): Record<string, any> {
    const { config, container, reloader, promExporter, podTemplate, tlsCA } = values;
    const http = (path: string) => ({ httpGet: { path, port: "monitor" } });
    const secrets = [tlsCA?.secretName, config.gateway?.tls.secretName].filter((name) => name !== undefined);
    const containers = [
        {
            name: "nats",
            ports: [config.nats.port, config.cluster.port, config.gateway?.port, config.monitor.port]
                .filter((port) => port !== undefined)
                .map((containerPort) => ({ containerPort })),
            lifecycle: { preStop: { exec: { command: ["nats-server", "-sl=ldm=/var/run/nats/nats.pid"] } } },
            startupProbe: http("/healthz"),
            readinessProbe: http("/healthz?js-server-only=true"),
            livenessProbe: http("/healthz?js-enabled-only=true"),
            ...container.merge,
        },
        ...(reloader.enabled ? [{ name: "reloader", ...reloader.merge }] : []),
        ...(promExporter.enabled
            ? [{ name: "prom-exporter", ports: [{ containerPort: 7777 }], ...promExporter.merge }]
            : []),
    ];
    return {
        containers,
        ...(reloader.enabled && { shareProcessNamespace: true }),
        volumes: [
            { name: "config", configMap: {} },
            { name: "pid", emptyDir: {} },
            ...secrets.map((secretName) => ({ name: secretName, secret: { secretName } })),
            // Claimed by the StatefulSet.
            { name: "nats-js", persistentVolumeClaim: {} },
        ],
        ...podTemplate.merge?.spec,
    };
}
