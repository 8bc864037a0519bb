import type { DeployedResource } from "../../engine/state/deployment";

/** A resource as an export has it, with nothing but its inputs. */
export function resource(type: string, name: string, inputs: Record<string, any>): DeployedResource {
    return {
        urn: `urn:pulumi:s::p::${type}::${name}`,
        type,
        name,
        custom: true,
        protect: false,
        dependencies: [],
        inputs,
        outputs: {},
    };
}
