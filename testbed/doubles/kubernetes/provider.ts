import type { Cloud } from "../cloud";
import type { ConfiguredProvider, ProviderDouble } from "../wire/provider";
import { plain, same, Unknown, type Properties } from "../wire/values";
import { Cluster, serverOf } from "./cluster";
import { KubernetesObjects } from "./objects";

/** Stands in for the Kubernetes provider and the API servers behind it. */
export class KubernetesDouble implements ProviderDouble {
    readonly package = "kubernetes";
    readonly npm = "@pulumi/kubernetes";

    constructor(private readonly cloud: Cloud) {}

    /**
     * With an unchanged `clusterIdentifier` nothing is replaced, with a changed one everything; without one,
     * everything when the API server's address changes or is not known yet (pulumi-kubernetes 4.34, DiffConfig).
     */
    replacingConfig(olds: Properties, news: Properties): string[] {
        const [before, after] = [olds.clusterIdentifier, news.clusterIdentifier];
        if (after !== undefined && before !== undefined) {
            return same(before, after) ? [] : ["clusterIdentifier"];
        }
        if (news.kubeconfig instanceof Unknown) {
            return ["kubeconfig"];
        }
        return serverOf(plain(olds)) === serverOf(plain(news)) ? [] : ["kubeconfig"];
    }

    configure(config: Properties): ConfiguredProvider {
        const settings: Properties = plain(config);
        const isOn = (setting: string) => String(settings[setting]) === "true";
        return new KubernetesObjects({
            cloud: this.cloud,
            cluster: new Cluster(this.cloud, settings),
            defaultNamespace: settings.namespace ?? "default",
            mutable: { configMap: isOn("enableConfigMapMutable"), secret: isOn("enableSecretMutable") },
            deleteUnreachable: isOn("deleteUnreachable"),
        });
    }
}
