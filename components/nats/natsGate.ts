import * as fs from "node:fs";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaited } from "../cluster/repeatedRun";
import { jobTimes } from "../model/jobTimes";
import type { SystemProfile } from "../model/profile";
import { natsUsers } from "./natsAccounts";
import { natsBoxJob, passwordFrom } from "./natsBoxJob";
import { memberSize } from "./natsMember";
import { knownAccounts, limitTable, plannedServer } from "./serverLimits";
import { obstacleTable } from "./streamPromotability";

/** Names of the gates' Jobs, by what comes next or has just joined. */
export const natsGateJobs = {
    streams: "nats-gate-streams",
    witness: "nats-gate-witness",
    standby: "nats-gate-standby",
} as const;

export interface NatsGateArgs {
    readonly profile: Pick<SystemProfile, "regions" | "streams" | "natsAccount" | "natsAcceptance">;
    readonly namespace: pulumi.Input<string>;
    /** Name of the Job: one of `natsGateJobs`. */
    readonly jobName: string;
    /** Members that the meta group has to have: 4 with the witness, 7 with the standby. @default not asked for, nothing has joined yet */
    readonly servers?: number;
    /** Address of this region's servers. */
    readonly url: pulumi.Input<string>;
    /**
     * Secret with the accounts' passwords.
     * @default none: the system account is not asked, so what servers accept is left to a later gate
     */
    readonly authSecret?: pulumi.Input<string>;
    /** The login of the account with the streams. @default user app with `authSecret`; none without it */
    readonly login?: {
        readonly user: string;
        readonly secretName: pulumi.Input<string>;
        readonly secretKey: string;
    };
    /** Size of the standby's volumes in GiB, before its servers are there. @default they are, and say it themselves */
    readonly standbyVolumeGib?: pulumi.Input<number>;
}

/** What is wrong with a gate's settings; empty if nothing is. */
export function validateNatsGate({ servers, profile }: Pick<NatsGateArgs, "servers" | "profile">): string[] {
    return [
        ...(servers === undefined || (Number.isInteger(servers) && servers >= 3)
            ? []
            : [`servers: ${servers} found; allowed are whole numbers from 3`]),
        ...(profile.streams.length > 0 ? [] : ["streams: empty; name the streams that must not get lost by the join"]),
    ];
}

/**
 * A step of the join that the engine waits for: the meta group has its members, the streams are there and can be promoted and failed back, and
 * the standby accepts what the primary accepts. What comes next depends on `passed`, so a join that went wrong stops before it can spread.
 * The rules on streams and servers are those of the `dr` command, handed to the Job as data.
 *
 * ### Cost
 * None: the Job runs on the cluster's nodes for seconds.
 */
export class NatsGate extends pulumi.ComponentResource {
    /** Members of the meta group, known only once the Job has succeeded: the output that the next stack requires. */
    readonly passed: pulumi.Output<number>;
    /** What comes next depends on it. */
    readonly job: kubernetes.batch.v1.Job;

    constructor(name: string, args: NatsGateArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateNatsGate(args);
        if (issues.length > 0) throw new Error(`${name}:\n- ${issues.join("\n- ")}`);
        super("drkit:index:NatsGate", name, {}, opts);

        this.job = new kubernetes.batch.v1.Job(
            `${name}-job`,
            natsBoxJob({
                name: args.jobName,
                namespace: args.namespace,
                script: gateFile("checkMeta.sh"),
                times: jobTimes.natsGate,
                env: [
                    { name: "NATS_URL", value: args.url },
                    ...logins(args),
                    { name: "EXPECT_SERVERS", value: String(args.servers ?? "") },
                    { name: "STREAMS", value: args.profile.streams.map((stream) => stream.name).join(" ") },
                    ...rules(args),
                ],
            }),
            // A gate is passed once: run again for a newer image, it would find the members that have joined since.
            { parent: this, ignoreChanges: ["spec"], ...awaited(jobTimes.natsGate) },
        );
        this.passed = this.job.id.apply(() => args.servers ?? 0);
        this.registerOutputs({ passed: this.passed });
    }
}

function logins({ authSecret, login }: Pick<NatsGateArgs, "authSecret" | "login">) {
    const { system, application } = natsUsers;
    const own =
        authSecret === undefined
            ? undefined
            : { user: application.name, secretName: authSecret, secretKey: application.passwordVariable };
    const used = login ?? own;
    return [
        { name: "SYSTEM_USER", value: authSecret === undefined ? "" : system.name },
        ...(authSecret === undefined ? [] : [passwordFrom("SYSTEM_PASSWORD", authSecret, system.passwordVariable)]),
        { name: "APPLICATION_USER", value: used?.user ?? "" },
        ...(used ? [passwordFrom("APPLICATION_PASSWORD", used.secretName, used.secretKey)] : []),
    ];
}

/** What the streams and the servers are held against. */
function rules({ profile, standbyVolumeGib: volume }: Pick<NatsGateArgs, "profile" | "standbyVolumeGib">) {
    const { primary, dr } = profile.regions;
    const planned =
        volume === undefined ? "" : pulumi.output(volume).apply((gib) => JSON.stringify(plannedServer(profile, gib)));
    return [
        { name: "JUDGE", value: gateFile("judge.awk") },
        { name: "OBSTACLES", value: obstacleTable() },
        { name: "LIMITS", value: limitTable() },
        { name: "PRIMARY", value: primary.natsCluster },
        { name: "STANDBY", value: dr.natsCluster },
        { name: "PLANNED", value: planned },
        { name: "CLUSTER_SERVERS", value: String(memberSize(primary)) },
        { name: "ACCOUNTS", value: knownAccounts(profile).join(" ") },
        // A mirror for each, and the consumers' positions.
        { name: "MIRRORS", value: String(profile.streams.length + 1) },
    ];
}

/** A file of the gate's job. */
export function gateFile(name: "checkMeta.sh" | "judge.awk"): string {
    return fs.readFileSync(path.join(__dirname, "natsGate", name), "utf8");
}
