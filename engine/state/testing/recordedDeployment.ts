import { record } from "../../../components/testing/record";
import { Deployment, type DeployedResource } from "../deployment";

/** What `build` registers, in the form of the engine's export: for tests of what reads a deployment, without an engine. */
export async function recordedDeployment(stack: string, build: () => unknown): Promise<Deployment> {
    const { resources } = await record(build, { stack });
    const deployed = resources.map(({ type, name, custom, inputs }): DeployedResource => ({
        urn: `urn:pulumi:${stack}::fixture::${type}::${name}`,
        type,
        name,
        custom,
        protect: false,
        dependencies: [],
        inputs,
        outputs: {},
    }));
    return new Deployment(stack, deployed);
}
