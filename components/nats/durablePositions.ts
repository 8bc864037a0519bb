import * as fs from "node:fs";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Contract } from "../model/contract";
import { recoveryContractAnnotation } from "../model/cadence";
import { cronJobTimes } from "../model/jobTimes";
import { repeatedRun, validateCronJobName } from "../cluster/repeatedRun";
import { positionsParts, positionsStore, positionsStream } from "./durablePositionsStore";
import { natsUsers } from "./natsAccounts";
import { natsBoxPod, passwordFrom } from "./natsBoxJob";
import { validateStreamNames, validateStreams } from "./natsStreamRules";

export interface DurablePositionsArgs {
    readonly namespace: pulumi.Input<string>;
    /** Name of the CronJob and of its ConfigMap. */
    readonly jobName: string;
    /** The origins whose durables' positions are kept. */
    readonly streams: readonly string[];
    /** The standby's NATS cluster, which holds what is kept. */
    readonly cluster: string;
    /** Address of the standby's servers. */
    readonly url: pulumi.Input<string>;
    /** Secret with the application account's password. */
    readonly authSecret: pulumi.Input<string>;
    /** What the cadence has to keep; the CronJob carries its id. */
    readonly contract: Pick<Contract<"durablePositions">, "id">;
}

/** What is wrong with the plain values; empty if nothing is. */
export function validateDurablePositions({
    jobName,
    streams,
    cluster,
}: Pick<DurablePositionsArgs, "jobName" | "streams" | "cluster">): string[] {
    return [
        ...validateCronJobName(jobName),
        ...(streams.length > 0
            ? []
            : ["streams: empty; name the streams whose consumers are to go on after a promotion"]),
        ...validateStreamNames(streams),
        ...(streams.includes(positionsStore.stream)
            ? [`streams: ${positionsStore.stream} is where the positions are kept`]
            : []),
        ...validateStreams([positionsStream(cluster)]),
    ];
}

/**
 * In the standby: a CronJob that stores every minute how far the origins' durable consumers are, and the origins' settings. Consumers
 * are not mirrored, and a lost origin cannot be asked; the promotion reads them here (`dr streams durables place`).
 *
 * A run that could not read everything stores nothing and fails, so the last positions stay; its pod says why, and the alert in
 * `Observability` counts from the last success. While an origin is lost or parked, every run fails.
 *
 * ### Cost
 * None: a pod of some seconds a minute, and some hundred KiB on the disks of NATS.
 */
export class DurablePositions extends pulumi.ComponentResource {
    constructor(name: string, args: DurablePositionsArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateDurablePositions(args);
        if (issues.length > 0) throw new Error(`DurablePositions "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:DurablePositions", name, {}, opts);
        const parent = { parent: this };

        const settings = createSettings();
        createCronJob(settings);

        this.registerOutputs({});

        function createSettings() {
            const stream = positionsStream(args.cluster);
            return new kubernetes.core.v1.ConfigMap(
                `${name}-settings`,
                {
                    metadata: { name: args.jobName, namespace: args.namespace },
                    data: { [`${stream.name}.json`]: `${JSON.stringify(stream, null, 2)}\n` },
                },
                parent,
            );
        }

        function createCronJob(configMap: kubernetes.core.v1.ConfigMap) {
            const mountPath = "/etc/durable-positions";
            const template = natsBoxPod({
                name: args.jobName,
                script: storePositionsScript(),
                env: [
                    { name: "NATS_URL", value: args.url },
                    { name: "NATS_USER", value: natsUsers.application.name },
                    passwordFrom("NATS_PASSWORD", args.authSecret, natsUsers.application.passwordVariable),
                    { name: "NATS_TIMEOUT", value: "10s" },
                    { name: "STREAMS", value: args.streams.join(" ") },
                    { name: "POSITIONS_STREAM", value: positionsStore.stream },
                    { name: "POSITIONS_SUBJECT", value: positionsStore.subject },
                    { name: "POSITIONS_DIR", value: mountPath },
                    { name: "PART_BYTES", value: String(positionsParts.bytes) },
                    { name: "MOST_PARTS", value: String(positionsParts.most) },
                ],
                volumes: [{ name: "settings", mountPath, configMap: configMap.metadata.name }],
            });
            return new kubernetes.batch.v1.CronJob(
                `${name}-job`,
                repeatedRun({
                    name: args.jobName,
                    namespace: args.namespace,
                    annotations: { [recoveryContractAnnotation]: args.contract.id },
                    times: cronJobTimes.durablePositions,
                    template,
                }),
                parent,
            );
        }
    }
}

/** Read when it is needed, so that a policy may import what is beside it without the file. */
export function storePositionsScript(): string {
    return fs.readFileSync(path.join(__dirname, "durablePositions", "store.sh"), "utf8");
}
