import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contracts } from "../../infra/contracts";
import { createPodReader, everyMinute, type StandbyPodArgs } from "./standbyCanaryPod";
import { driftJobName, validateStandbyCanary, validateStandbyFacts, type StandbyCanaryPlan, type StandbyMarker } from "./standbyCanaryRules";

export interface StandbyMarkersArgs extends StandbyPodArgs {
    /** Name of the CronJob. */
    readonly jobName: string;
    readonly markers: readonly StandbyMarker[];
}

/**
 * In the primary region: publishes every minute, into each stream that has a mirror, the time and what runs here: the
 * digests of the running images, and fingerprints of the secrets. The mirrors carry it to the standby's canary.
 *
 * ### Cost
 * None: a pod of some seconds a minute.
 */
export class StandbyMarkers extends pulumi.ComponentResource {
    constructor(name: string, args: StandbyMarkersArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateStandbyFacts(args);
        if (issues.length > 0) throw new Error(`StandbyMarkers "${name}":\n- ${issues.join("\n- ")}`);
        super("kgents:canary:StandbyMarkers", name, {}, opts);
        const parent = { parent: this };

        const account = createPodReader(name, args.jobName, args, parent);
        new kubernetes.batch.v1.CronJob(
            `${name}-marker`,
            everyMinute(args.jobName, "marker", args, account.metadata.name, [
                { name: "MARKER_SUBJECTS", value: args.markers.map((marker) => marker.subject).join(" ") },
            ]),
            parent,
        );
        this.registerOutputs({});
    }
}

export interface StandbyCanaryArgs extends StandbyCanaryPlan, StandbyPodArgs {
    /**
     * Where the API's address is in this region, as curl's --connect-to has it: "::HOST:443". Until the day, DNS sends
     * the address to the other region. @default where DNS says
     */
    readonly apiConnectTo?: pulumi.Input<string>;
}

/**
 * In the standby: asks every minute whether it could take over now. Two CronJobs, because two kinds of answer are worth a
 * page after different times (the alerts are in `Observability`):
 *
 * `<jobName>`: the API answers a key that was issued in the primary region, and refuses a call without one; the newest
 * marker in each mirror is young enough, and no mirror is ahead of its origin. Pages after 3 minutes.
 *
 * `<jobName>-drift`: images and secrets are those of the primary. Pages after 15 minutes, in which a roll-out or a
 * rotated secret reaches both regions.
 *
 * A run that finds something fails, and says what in its last lines.
 *
 * ### Cost
 * None: two pods of some seconds a minute.
 */
export class StandbyCanary extends pulumi.ComponentResource {
    constructor(name: string, args: StandbyCanaryArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateStandbyCanary(args);
        if (issues.length > 0) throw new Error(`StandbyCanary "${name}":\n- ${issues.join("\n- ")}`);
        super("kgents:canary:StandbyCanary", name, {}, opts);
        const parent = { parent: this };
        const markers = { name: "MARKERS", value: args.markers.map(({ mirror, subject, origin }) => `${mirror}:${subject}:${origin}`).join(" ") };

        const account = createPodReader(name, args.jobName, args, parent);
        createCronJob("canary", args.jobName, [
            { name: "CHECKS", value: "api marker" },
            { name: "API_URL", value: args.apiUrl },
            { name: "API_KEY_HEADER", value: args.apiKeyHeader ?? "apikey" },
            { name: "API_CONNECT_TO", value: args.apiConnectTo ?? "" },
            markers,
            { name: "MAX_AGE_SECONDS", value: String(args.maximumAge ?? contracts.mirrorLag.limit) },
        ]);
        createCronJob("drift", driftJobName(args.jobName), [{ name: "CHECKS", value: "drift" }, markers]);
        this.registerOutputs({});

        function createCronJob(child: string, cronJobName: string, env: { name: string; value: pulumi.Input<string> }[]) {
            new kubernetes.batch.v1.CronJob(`${name}-${child}`, everyMinute(cronJobName, "check", args, account.metadata.name, env), parent);
        }
    }
}
