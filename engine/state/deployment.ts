/** One resource of the engine's exported state. */
export interface DeployedResource {
    readonly urn: string;
    /** Type token: "aws:s3/bucket:Bucket". */
    readonly type: string;
    /** Logical name: the last part of the URN. */
    readonly name: string;
    readonly custom: boolean;
    readonly id?: string;
    readonly parent?: string;
    readonly provider?: string;
    readonly protect: boolean;
    readonly dependencies: readonly string[];
    readonly inputs: Readonly<Record<string, any>>;
    readonly outputs: Readonly<Record<string, any>>;
}

/**
 * What the engine deployed to one stack, read from its own export. Drills and checks judge this and
 * never the program's variables.
 */
export class Deployment {
    constructor(
        readonly stack: string,
        readonly resources: readonly DeployedResource[],
    ) {}

    /** The stack's outputs. */
    get outputs(): Readonly<Record<string, any>> {
        return this.resources.find((resource) => resource.type === "pulumi:pulumi:Stack")?.outputs ?? {};
    }

    ofType(type: string): DeployedResource[] {
        return this.resources.filter((resource) => resource.type === type);
    }

    /** The only resource of that type (and name, if given); anything else is an error that lists what there is. */
    one(type: string, name?: string): DeployedResource {
        const candidates = this.ofType(type);
        const found = name === undefined ? candidates : candidates.filter((resource) => resource.name === name);
        const [only] = found;
        if (found.length !== 1 || only === undefined) {
            const wanted = name === undefined ? type : `${type} "${name}"`;
            const names = candidates.map((resource) => resource.name).join(", ") || "none";
            throw new Error(
                `stack ${this.stack}: expected one ${wanted}, found ${found.length}; of that type there are: ${names}`,
            );
        }
        return only;
    }

    /** A copy with some resources changed; `undefined` drops the resource. For sabotage only. */
    map(change: (resource: DeployedResource) => DeployedResource | undefined): Deployment {
        return new Deployment(
            this.stack,
            this.resources.map(change).filter((resource) => resource !== undefined),
        );
    }

    /** A copy in which `change` had the inputs of every wanted resource to write to. For sabotage only. */
    withInputs(
        wanted: (resource: DeployedResource) => boolean,
        change: (inputs: Record<string, any>) => void,
    ): Deployment {
        return this.map((resource) => {
            if (!wanted(resource)) return resource;
            const inputs = structuredClone(resource.inputs) as Record<string, any>;
            change(inputs);
            return { ...resource, inputs };
        });
    }
}
