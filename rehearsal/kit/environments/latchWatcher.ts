import { join } from "node:path";
import type { SystemProfile } from "../../../components/model/profile";
import type { AwsEndpoint } from "../../../testbed/dns/awsEndpoint";
import { startFunction, type FunctionHost } from "../../../testbed/dns/functionHost";
import type { DeployedPair } from "./dnsPair";

/** The deployed latch and the function that sets it. */
export interface DeployedLatch {
    readonly bucket: string;
    readonly key: string;
    readonly watcher: NonNullable<DeployedPair["watcher"]>;
    /** The function's own variables, as deployed. */
    readonly variables: Readonly<Record<string, string>>;
}

/** @throws if the deployment has no latch watcher, or no latch for it to set */
export function deployedLatch({ watcher, latch }: DeployedPair): DeployedLatch {
    if (watcher === undefined || latch === undefined)
        throw new Error("the deployment has no latch watcher, or no latch for it to set");
    const variables: Record<string, string> = watcher.inputs.environment.variables;
    return { bucket: latch.bucket, key: variables["LATCH_KEY"]!, watcher, variables };
}

/** The deployed function's code in a process of its own. Only addresses differ from what is deployed, and what is given. */
export function startLatchWatcher(
    { bucket, key, watcher }: DeployedLatch,
    given: {
        readonly system: SystemProfile;
        readonly workDir: string;
        readonly aws: AwsEndpoint;
        /** The zone's authoritative server: "127.0.0.1:PORT". */
        readonly nameServer: string;
        /** Further variables that differ. */
        readonly environment?: Readonly<Record<string, string>>;
    },
): Promise<FunctionHost> {
    const { system, workDir, aws, nameServer, environment } = given;
    return startFunction({
        deployed: watcher,
        workDir: join(workDir, "latchWatcher"),
        environment: { NAME_SERVERS: nameServer, LATCH_URL: `${aws.url}/${bucket}/${key}`, ...environment },
        sdk: {
            AWS_ENDPOINT_URL: aws.url,
            AWS_REGION: system.regions.dr.name,
            AWS_ACCESS_KEY_ID: "rehearsal",
            AWS_SECRET_ACCESS_KEY: "rehearsal",
        },
    });
}
