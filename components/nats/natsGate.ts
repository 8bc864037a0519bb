import * as fs from "node:fs";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaited } from "../cluster/repeatedRun";
import { jobTimes } from "../model/jobTimes";
import { natsUsers } from "./natsAccounts";
import { natsBoxJob, passwordFrom } from "./natsBoxJob";

/** Names of the gates' Jobs, by what has just joined. */
export const natsGateJobs = { witness: "nats-gate-witness", standby: "nats-gate-standby" } as const;

export interface NatsGateArgs {
    readonly namespace: pulumi.Input<string>;
    /** Name of the Job: one of `natsGateJobs`. */
    readonly jobName: string;
    /** Members that the meta group has to have: 4 with the witness, 7 with the standby. */
    readonly servers: number;
    /** Streams that have to be there still. */
    readonly streams: readonly string[];
    /** Address of this region's servers. */
    readonly url: pulumi.Input<string>;
    /** Secret with the accounts' passwords. */
    readonly authSecret: pulumi.Input<string>;
}

/** What is wrong with a gate's settings; empty if nothing is. */
export function validateNatsGate({ servers, streams }: Pick<NatsGateArgs, "servers" | "streams">): string[] {
    return [
        ...(Number.isInteger(servers) && servers >= 3
            ? []
            : [`servers: ${servers} found; allowed are whole numbers from 3`]),
        ...(streams.length > 0 ? [] : ["streams: empty; name the streams that must not get lost by the join"]),
    ];
}

/**
 * A step of the join that the engine waits for: the meta group has its members, and the streams are there. What comes
 * next depends on `passed`, so a join that went wrong stops before it can spread.
 *
 * ### Cost
 * None: the Job runs on the cluster's nodes for seconds.
 */
export class NatsGate extends pulumi.ComponentResource {
    /** Members of the meta group, known only once the Job has succeeded: the output that the next stack requires. */
    readonly passed: pulumi.Output<number>;

    constructor(name: string, args: NatsGateArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateNatsGate(args);
        if (issues.length > 0) throw new Error(`${name}:\n- ${issues.join("\n- ")}`);
        super("drkit:index:NatsGate", name, {}, opts);

        const { system, application } = natsUsers;
        const job = new kubernetes.batch.v1.Job(
            `${name}-job`,
            natsBoxJob({
                name: args.jobName,
                namespace: args.namespace,
                script: checkMetaScript(),
                times: jobTimes.natsGate,
                env: [
                    { name: "NATS_URL", value: args.url },
                    { name: "SYSTEM_USER", value: system.name },
                    passwordFrom("SYSTEM_PASSWORD", args.authSecret, system.passwordVariable),
                    { name: "APPLICATION_USER", value: application.name },
                    passwordFrom("APPLICATION_PASSWORD", args.authSecret, application.passwordVariable),
                    { name: "EXPECT_SERVERS", value: String(args.servers) },
                    { name: "STREAMS", value: args.streams.join(" ") },
                ],
            }),
            // A gate is passed once: run again for a newer image, it would find the members that have joined since.
            { parent: this, ignoreChanges: ["spec"], ...awaited(jobTimes.natsGate) },
        );
        this.passed = job.id.apply(() => args.servers);
        this.registerOutputs({ passed: this.passed });
    }
}

function checkMetaScript(): string {
    return fs.readFileSync(path.join(__dirname, "natsGate", "checkMeta.sh"), "utf8");
}
