import * as fs from "node:fs";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { repeatedRun, validateCronJobName } from "../cluster/repeatedRun";
import { cronJobTimes } from "../model/jobTimes";
import { natsUsers } from "./natsAccounts";
import { natsBoxPod, passwordFrom } from "./natsBoxJob";

export interface MetaWatchArgs {
    readonly namespace: pulumi.Input<string>;
    /** Name of the CronJob (`metaWatchJob`). */
    readonly jobName: string;
    /** Members that the meta group has to have: the servers of all regions, 7 with the witness. */
    readonly servers: number;
    /** Address of this region's servers. */
    readonly url: pulumi.Input<string>;
    /** Secret with the system account's password. */
    readonly authSecret: pulumi.Input<string>;
}

/** What is wrong with the plain values; empty if nothing is. */
export function validateMetaWatch({ jobName, servers }: Pick<MetaWatchArgs, "jobName" | "servers">): string[] {
    return [
        ...validateCronJobName(jobName),
        ...(Number.isInteger(servers) && servers >= 3
            ? []
            : [`servers: ${servers} found; allowed are whole numbers from 3`]),
    ];
}

/**
 * Asks every minute whether the meta group has all servers of the super-cluster, a leader, and everybody in step. It is how a lost witness
 * is noticed before the day on which its vote is needed: nothing else of the system ever asks for it. In both regions, so that
 * the loss of either leaves one that watches.
 *
 * The exporter of NATS has no figure for it: it says who leads, not how many vote. A run that finds something fails and says which
 * servers are away; the alert in `Observability` counts from the last success.
 *
 * ### Cost
 * None: a pod of some seconds a minute.
 */
export class MetaWatch extends pulumi.ComponentResource {
    constructor(name: string, args: MetaWatchArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateMetaWatch(args);
        if (issues.length > 0) throw new Error(`MetaWatch "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:MetaWatch", name, {}, opts);

        const { name: user, passwordVariable } = natsUsers.system;
        const template = natsBoxPod({
            name: args.jobName,
            script: metaWatchScript(),
            env: [
                { name: "NATS_URL", value: args.url },
                { name: "NATS_USER", value: user },
                passwordFrom("NATS_PASSWORD", args.authSecret, passwordVariable),
                { name: "NATS_TIMEOUT", value: "5s" },
                { name: "EXPECT_SERVERS", value: String(args.servers) },
            ],
        });
        new kubernetes.batch.v1.CronJob(
            `${name}-job`,
            repeatedRun({
                name: args.jobName,
                namespace: args.namespace,
                times: cronJobTimes.metaWatch,
                template,
            }),
            { parent: this },
        );
        this.registerOutputs({});
    }
}

/** Read when it is needed, so that a policy may import what is beside it without the file. */
export function metaWatchScript(): string {
    return fs.readFileSync(path.join(__dirname, "metaWatch", "check.sh"), "utf8");
}
