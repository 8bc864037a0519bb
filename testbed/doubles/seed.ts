import type { Cloud, CloudObject } from "./cloud";
import type { ProviderDouble } from "./wire/provider";
import type { Properties } from "./wire/values";

/** Where something is to exist. */
export interface SeedOptions {
    /** AWS region; "us-east-1" unless told. */
    readonly region?: string;
    /** Name of the EKS cluster, for Kubernetes objects. */
    readonly cluster?: string;
}

/** Puts things into the pretend cloud that nobody's program has made, by the same rules as the engine's. */
export class Seeder {
    constructor(
        private readonly cloud: Cloud,
        private readonly doubles: Readonly<Record<string, ProviderDouble>>,
    ) {}

    async seed(
        type: string,
        inputs: Properties,
        { region = "us-east-1", cluster }: SeedOptions = {},
    ): Promise<CloudObject> {
        const double = this.doubles[type.split(":")[0]!];
        if (double === undefined) {
            throw new Error(`${type} cannot be seeded; packages that can: ${Object.keys(this.doubles).join(", ")}`);
        }
        const provider = double.configure(
            cluster === undefined ? { region } : { kubeconfig: this.#kubeconfig(cluster, region) },
        );
        const identity = { urn: `urn:pulumi:seed::seed::${type}::seed`, type, name: "seed" };
        const checked = await provider.check({ ...identity, olds: {}, news: inputs, randomSeed: new Uint8Array() });
        if (checked.failures.length > 0) {
            throw new Error(
                `${type} to be seeded: ${checked.failures.map(({ property, reason }) => `${property}: ${reason}`).join("; ")}`,
            );
        }
        const { id } = await provider.create({ ...identity, preview: false, inputs: checked.inputs });
        return this.cloud.objects().findLast((object) => object.type === type && object.id === id)!;
    }

    #kubeconfig(name: string, region: string): string {
        const found = this.cloud.find(
            "aws:eks/cluster:Cluster",
            (object) => object.id === name && object.region === region,
        );
        if (found === undefined) {
            throw new Error(`no cluster "${name}" in ${region} to seed`);
        }
        const { endpoint: server } = found.properties;
        return JSON.stringify({
            clusters: [{ name, cluster: { server } }],
            contexts: [{ name, context: { cluster: name } }],
            "current-context": name,
        });
    }
}
