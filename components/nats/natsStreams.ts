import * as fs from "node:fs";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaited } from "../cluster/repeatedRun";
import { jobTimes } from "../model/jobTimes";
import { natsUsers } from "./natsAccounts";
import { natsBoxJob, passwordFrom } from "./natsBoxJob";
import type { StreamConfig } from "./natsStreamConfig";
import { validateStreams } from "./natsStreamRules";

export interface NatsStreamsArgs {
    readonly namespace: pulumi.Input<string>;
    /** Name of the Job and of its ConfigMap: what these streams are for, such as "nats-streams" or "nats-mirrors". */
    readonly jobName: string;
    /** The streams to create if they are absent. */
    readonly streams: readonly StreamConfig[];
    /** Address of the servers. */
    readonly url: pulumi.Input<string>;
    /** Secret with the application account's password. */
    readonly authSecret: pulumi.Input<string>;
}

/**
 * Streams, created by a Job if they are absent and never updated or deleted by Pulumi.
 *
 * They are no resources on purpose: a mirror that infrastructure code owns cannot be promoted without being replaced
 * by the next deployment. The Job's own name and content do not depend on the phase, so raising the phase neither
 * replaces nor deletes it; it runs again, harmlessly, when a stream is added, or its image or script changes.
 *
 * ### Cost
 * None: the Job runs on the cluster's nodes for seconds.
 */
export class NatsStreams extends pulumi.ComponentResource {
    /** Resolves once the Job has succeeded; what needs the streams depends on it. */
    readonly job: kubernetes.batch.v1.Job;

    constructor(name: string, args: NatsStreamsArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateStreams(args.streams);
        if (issues.length > 0) throw new Error(`${name}:\n- ${issues.join("\n- ")}`);
        super("drkit:index:NatsStreams", name, {}, opts);
        const parent = { parent: this };

        const settings = createSettings();
        this.job = createJob(settings);

        this.registerOutputs({});

        function createSettings() {
            return new kubernetes.core.v1.ConfigMap(
                `${name}-settings`,
                {
                    metadata: { name: args.jobName, namespace: args.namespace },
                    data: Object.fromEntries(
                        args.streams.map((stream) => [`${stream.name}.json`, `${JSON.stringify(stream, null, 2)}\n`]),
                    ),
                },
                parent,
            );
        }

        function createJob(configMap: kubernetes.core.v1.ConfigMap) {
            const mountPath = "/etc/nats-streams";
            return new kubernetes.batch.v1.Job(
                `${name}-job`,
                natsBoxJob({
                    name: args.jobName,
                    namespace: args.namespace,
                    script: createStreamsScript(),
                    times: jobTimes.natsStreams,
                    env: [
                        { name: "NATS_URL", value: args.url },
                        { name: "NATS_USER", value: natsUsers.application.name },
                        passwordFrom("NATS_PASSWORD", args.authSecret, natsUsers.application.passwordVariable),
                        // A new stream changes this, so the Job runs again; new settings of an old one do not.
                        { name: "STREAMS", value: args.streams.map((stream) => stream.name).join(" ") },
                        { name: "STREAMS_DIR", value: mountPath },
                    ],
                    volumes: [{ name: "streams", mountPath, configMap: configMap.metadata.name }],
                }),
                { ...parent, ...awaited(jobTimes.natsStreams) },
            );
        }
    }
}

/** Read when it is needed, so that a policy may import the rules above without the file beside them. */
export function createStreamsScript(): string {
    return fs.readFileSync(path.join(__dirname, "natsStreams", "createStreams.sh"), "utf8");
}
