import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { renewAtLatest } from "../gateways/gatewayCertificateRules";
import type { NatsAccess } from "../backup/natsBackupPod";
import { cronJobTimes, type CronJobTimes } from "../model/jobTimes";
import { askingRun, comparingRun, createPodReader, type StandbyPodArgs } from "./standbyCanaryPod";
import {
    certificatesJobName,
    driftJobName,
    validateStandbyCanary,
    validateStandbyFacts,
    type StandbyCanaryPlan,
    type StandbyMarker,
} from "./standbyCanaryRules";

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
        super("drkit:index:StandbyMarkers", name, {}, opts);
        const parent = { parent: this };

        const account = createPodReader(name, args.jobName, args, parent);
        new kubernetes.batch.v1.CronJob(
            `${name}-marker`,
            comparingRun(args.jobName, cronJobTimes.standbyMarker, "marker", args, account.metadata.name, [
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
    /** The same servers with the system account's login: it alone may ask every server of the super-cluster. */
    readonly system: NatsAccess;
}

/**
 * In the standby: asks every minute whether it could take over now. Three CronJobs, because three kinds of answer are worth a
 * page after different times (the alerts are in `Observability`):
 *
 * `<jobName>`: the API answers a key that was issued in the primary region, and refuses a call without one; the newest
 * marker in each mirror is young enough, and no mirror is ahead of its origin. Pages after 3 minutes.
 *
 * `<jobName>-drift`: images and secrets are those of the primary, and Kong's write fence stands: a write gets 503 with
 * Retry-After as long as every mirror is one. A promotion makes streams of them, and then the fence is not asked for. Pages
 * after 15 minutes, in which a roll-out or a rotated secret reaches both regions.
 *
 * `<jobName>-certs`, every hour: the certificate that each running server shows at its gateway, the witness's included, lasts
 * 30 days more. Its authority does as well, as no certificate outlives it. Warns after 3 hours.
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
        super("drkit:index:StandbyCanary", name, {}, opts);
        const parent = { parent: this };
        const markers = {
            name: "MARKERS",
            value: args.markers.map(({ mirror, subject, origin }) => `${mirror}:${subject}:${origin}`).join(" "),
        };

        const account = createPodReader(name, args.jobName, args, parent);
        const api = [
            { name: "API_URL", value: args.apiUrl },
            { name: "API_KEY_HEADER", value: args.apiKeyHeader ?? "apikey" },
            { name: "API_CONNECT_TO", value: args.apiConnectTo ?? "" },
        ];
        createCronJob("canary", args.jobName, cronJobTimes.standbyCanary, [
            { name: "CHECKS", value: "api marker" },
            ...api,
            markers,
            { name: "MAX_AGE_SECONDS", value: String(args.maximumAge ?? args.contract.limit) },
        ]);
        const fenced = args.writeFence ?? true;
        createCronJob("drift", driftJobName(args.jobName), cronJobTimes.standbyDrift, [
            { name: "CHECKS", value: fenced ? "drift fence" : "drift" },
            ...(fenced ? api : []),
            markers,
        ]);
        createCertificatesJob();
        this.registerOutputs({});

        function createCertificatesJob() {
            const pod = { namespace: args.namespace, nats: args.system };
            const env = [{ name: "SECONDS_LEFT", value: String(renewAtLatest) }];
            new kubernetes.batch.v1.CronJob(
                `${name}-certificates`,
                askingRun(
                    certificatesJobName(args.jobName),
                    cronJobTimes.gatewayCertificates,
                    "certificates",
                    pod,
                    env,
                ),
                parent,
            );
        }

        function createCronJob(
            child: string,
            cronJobName: string,
            times: CronJobTimes,
            env: { name: string; value: pulumi.Input<string> }[],
        ) {
            new kubernetes.batch.v1.CronJob(
                `${name}-${child}`,
                comparingRun(cronJobName, times, "check", args, account.metadata.name, env),
                parent,
            );
        }
    }
}
