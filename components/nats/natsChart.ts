import { unknownKeys } from "../cluster/chartKeys";
import { charts, images, type PinnedImage } from "../model/versions";

/** The official chart, and the versions this program was tried with. */
export const natsChart = charts.nats;

/**
 * Pinned images. The server is newer than the chart's default: 2.14.7 is the oldest that a live cluster may join a
 * super-cluster with (`docs/decisions`), 2.14.9 is the one that was tried.
 */
export const natsImages = {
    server: chartImage(images.natsServer),
    reloader: chartImage(images.natsReloader),
    exporter: chartImage(images.natsExporter),
    /** Holds the `nats` CLI; the server's image does not. */
    box: chartImage(images.natsBox),
};

/** What the chart takes of an entry of the table. */
function chartImage({ repository, tag }: PinnedImage): ChartImage {
    return { repository, tag };
}

export interface ChartImage {
    readonly repository: string;
    readonly tag: string;
}

interface TlsValues {
    readonly enabled: boolean;
    readonly secretName?: string;
    /** Merged into the server's `tls` block. */
    readonly merge?: Readonly<Record<string, unknown>>;
}

interface ListenerValues {
    readonly enabled: boolean;
    readonly port: number;
    readonly tls?: TlsValues;
}

/** Goes over a container that the chart makes, which says nothing about its security. */
interface ContainerMerge {
    readonly securityContext: Readonly<Record<string, unknown>>;
}

/** The values of the chart that this program sets, and no others. Where each was read: `natsChartKeys`. */
export interface NatsChartValues {
    readonly tlsCA?: { readonly enabled: boolean; readonly secretName: string; readonly key: string };
    readonly config: {
        readonly cluster: {
            readonly enabled: boolean;
            readonly port: number;
            readonly replicas: number;
            readonly merge: { readonly name: string };
        };
        readonly jetstream: {
            readonly enabled: boolean;
            readonly fileStore: {
                readonly enabled: boolean;
                readonly dir: string;
                readonly pvc: { readonly enabled: boolean; readonly size: string; readonly storageClassName: string };
            };
            readonly merge: Readonly<Record<string, unknown>>;
        };
        readonly nats: { readonly port: number; readonly tls?: TlsValues };
        readonly websocket?: ListenerValues;
        readonly mqtt?: ListenerValues;
        readonly leafnodes?: ListenerValues;
        readonly gateway?: {
            readonly enabled: boolean;
            readonly port: number;
            readonly tls: TlsValues;
            readonly merge: Readonly<Record<string, unknown>>;
        };
        readonly monitor: { readonly enabled: boolean; readonly port: number };
        readonly serverNamePrefix?: string;
        /** Merged into nats.conf. */
        readonly merge: Readonly<Record<string, unknown>>;
    };
    readonly container: {
        readonly image: ChartImage;
        readonly env: Readonly<Record<string, string | { readonly valueFrom: Readonly<Record<string, unknown>> }>>;
        readonly resources: Readonly<Record<string, Readonly<Record<string, string>>>>;
        readonly merge: ContainerMerge;
    };
    readonly reloader: { readonly enabled: boolean; readonly image: ChartImage; readonly merge: ContainerMerge };
    readonly promExporter: {
        readonly enabled: boolean;
        readonly image: ChartImage;
        /** `merge` goes over the whole object. */
        readonly podMonitor: { readonly enabled: boolean; readonly merge?: Readonly<Record<string, unknown>> };
        readonly merge: ContainerMerge;
    };
    readonly podTemplate: {
        readonly configChecksumAnnotation: boolean;
        readonly topologySpreadConstraints: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
        readonly merge: { readonly spec: { readonly securityContext: Readonly<Record<string, unknown>> } };
    };
    readonly podDisruptionBudget: { readonly enabled: boolean };
    readonly natsBox: { readonly enabled: boolean };
}

/**
 * Every chart key in use, with the chart version whose values.yaml and templates it was read in. `.*` marks a part
 * that the chart passes on as it is. The rehearsal renders these and refuses any other.
 */
export const natsChartKeys: Readonly<Record<string, string>> = {
    "tlsCA.enabled": "2.14.2",
    "tlsCA.secretName": "2.14.2",
    "tlsCA.key": "2.14.2",
    "config.cluster.enabled": "2.14.2",
    "config.cluster.port": "2.14.2",
    "config.cluster.replicas": "2.14.2",
    "config.cluster.merge.*": "2.14.2",
    "config.jetstream.enabled": "2.14.2",
    "config.jetstream.fileStore.enabled": "2.14.2",
    "config.jetstream.fileStore.dir": "2.14.2",
    "config.jetstream.fileStore.pvc.enabled": "2.14.2",
    "config.jetstream.fileStore.pvc.size": "2.14.2",
    "config.jetstream.fileStore.pvc.storageClassName": "2.14.2",
    "config.jetstream.merge.*": "2.14.2",
    "config.nats.port": "2.14.2",
    "config.nats.tls.enabled": "2.14.2",
    "config.nats.tls.secretName": "2.14.2",
    "config.websocket.enabled": "2.14.2",
    "config.websocket.port": "2.14.2",
    "config.websocket.tls.enabled": "2.14.2",
    "config.websocket.tls.secretName": "2.14.2",
    "config.mqtt.enabled": "2.14.2",
    "config.mqtt.port": "2.14.2",
    "config.mqtt.tls.enabled": "2.14.2",
    "config.mqtt.tls.secretName": "2.14.2",
    "config.leafnodes.enabled": "2.14.2",
    "config.leafnodes.port": "2.14.2",
    "config.gateway.enabled": "2.14.2",
    "config.gateway.port": "2.14.2",
    "config.gateway.tls.enabled": "2.14.2",
    "config.gateway.tls.secretName": "2.14.2",
    "config.gateway.tls.merge.*": "2.14.2",
    "config.gateway.merge.*": "2.14.2",
    "config.monitor.enabled": "2.14.2",
    "config.monitor.port": "2.14.2",
    "config.serverNamePrefix": "2.14.2",
    "config.merge.*": "2.14.2",
    "container.image.repository": "2.14.2",
    "container.image.tag": "2.14.2",
    "container.env.*": "2.14.2",
    "container.resources.*": "2.14.2",
    "container.merge.securityContext.*": "2.14.2",
    "reloader.enabled": "2.14.2",
    "reloader.image.repository": "2.14.2",
    "reloader.image.tag": "2.14.2",
    "reloader.merge.securityContext.*": "2.14.2",
    "promExporter.enabled": "2.14.2",
    "promExporter.image.repository": "2.14.2",
    "promExporter.image.tag": "2.14.2",
    "promExporter.podMonitor.enabled": "2.14.2",
    "promExporter.podMonitor.merge.*": "2.14.2",
    "promExporter.merge.securityContext.*": "2.14.2",
    "podTemplate.configChecksumAnnotation": "2.14.2",
    "podTemplate.topologySpreadConstraints.*": "2.14.2",
    "podTemplate.merge.spec.securityContext.*": "2.14.2",
    "podDisruptionBudget.enabled": "2.14.2",
    "natsBox.enabled": "2.14.2",
};

/** Paths of the values that `natsChartKeys` does not list. */
export function unknownChartKeys(values: unknown): string[] {
    return unknownKeys(values, new Set(Object.keys(natsChartKeys)));
}
