import { Sdk } from "../model/sdk";
import type { ConfiguredProvider, ConstructCall, Constructed, ProviderDouble } from "../wire/provider";
import type { Properties } from "../wire/values";
import { buildCluster } from "./cluster";
import { Component } from "./component";
import { buildManagedNodeGroup } from "./nodeGroup";

type Build = (component: Component, name: string, args: Properties) => Promise<Properties>;

const components: Readonly<Record<string, Build>> = {
    "eks:index:Cluster": buildCluster,
    "eks:index:ManagedNodeGroup": buildManagedNodeGroup,
};

/** Stands in for the EKS component package: everything in it is a remote component. */
export class EksDouble implements ProviderDouble, ConfiguredProvider {
    readonly package = "eks";
    readonly npm = "@pulumi/eks";
    readonly #sdk = new Sdk(this.npm);

    configure(): ConfiguredProvider {
        return this;
    }

    construct(call: ConstructCall): Promise<Constructed> {
        const build = components[call.type];
        if (build === undefined) {
            throw new Error(
                `${call.type} is not modelled by the eks double: add it to testbed/doubles/eks/provider.ts`,
            );
        }
        const failures = this.#sdk
            .check(call.type, call.inputs)
            .filter(({ reason }) => reason.startsWith("missing") || reason.startsWith("unknown property"));
        if (failures.length > 0) {
            throw new Error(
                `${call.type} ${call.name}: ${failures.map(({ property, reason }) => `${property}: ${reason}`).join("; ")}`,
            );
        }
        return Component.construct(call, (component) => build(component, call.name, call.inputs));
    }

    check(): never {
        return this.#noResource();
    }

    diff(): never {
        return this.#noResource();
    }

    create(): never {
        return this.#noResource();
    }

    update(): never {
        return this.#noResource();
    }

    delete(): never {
        return this.#noResource();
    }

    read(): never {
        return this.#noResource();
    }

    invoke(token: string): Properties {
        throw new Error(`${token}: the eks package has no functions`);
    }

    #noResource(): never {
        throw new Error(
            "the eks package has components only; its resources are made by the aws and kubernetes providers",
        );
    }
}
