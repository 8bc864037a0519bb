import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Seconds } from "../model/duration";
import { checkDefaults, validateFailoverDns, type CheckInterval, type FailoverContracts } from "./failoverDnsRules";
import { latchKey, latchHost } from "./stopLatchRules";

/** Where a record of the pair leads. */
export type FailoverTarget =
    | {
          readonly kind: "alias";
          /** DNS name of a load balancer or a CloudFront distribution. */
          readonly name: pulumi.Input<string>;
          /** Hosted zone id of the target's kind, as the load balancer exports it. */
          readonly zoneId: pulumi.Input<string>;
          /**
           * Whether the target's own health counts too. Off, because a load balancer with an empty target group can
           * look healthy and one that is being redeployed can look ill: the deep check decides alone.
           * @default false
           */
          readonly evaluateTargetHealth?: boolean;
          readonly ttl?: undefined;
      }
    | {
          readonly kind: "addresses";
          readonly values: readonly pulumi.Input<string>[];
          /** Seconds that resolvers may keep the answer. @default the limit of contract `recordTtl` */
          readonly ttl?: Seconds;
      };

/** The check that decides whether the primary is alive: a path that goes through everything a request needs. */
export interface DeepCheck {
    /** A name that only the primary answers to: "primary.api.example.com". */
    readonly host: string;
    /** @default "/health" */
    readonly path?: string;
    /** @default 443 */
    readonly port?: number;
    /**
     * Seconds from a checker's last answer to its next request. 30 s × 3 takes up to 102 s in a silent region, more
     * than the contract allows, because each try waits 4 s for a connection: hence 10.
     * @default 10
     */
    readonly interval?: CheckInterval;
    /** Failures in a row that turn a checker's opinion (seed 002: 3 failures). @default 3 */
    readonly threshold?: number;
    /** Where the checkers stand. @default all eight regions */
    readonly checkerRegions?: readonly string[];
    /** Whether this component makes the host's record, with the target of the pair's own. @default true */
    readonly makeHostRecord?: boolean;
}

interface FailoverDnsCommonArgs {
    readonly zoneName: string;
    readonly zoneId: pulumi.Input<string>;
    /** The pair's name, its own and no live one: a failover record cannot join an existing simple record. */
    readonly recordName: string;
    readonly target: FailoverTarget;
    /** What the record's TTL and the check's timing have to keep. */
    readonly contracts: FailoverContracts;
}

export interface PrimaryFailoverDnsArgs extends FailoverDnsCommonArgs {
    readonly role: "primary";
    readonly primaryRegion: string;
    readonly check: DeepCheck;
    /** The STOP latch's bucket, which the standby's stack owns. Its name is computed, so neither stack waits for the other. */
    readonly latch: { readonly bucketName: pulumi.Input<string>; readonly region: string };
}

export interface StandbyFailoverDnsArgs extends FailoverDnsCommonArgs {
    readonly role: "dr";
}

export type FailoverDnsArgs = PrimaryFailoverDnsArgs | StandbyFailoverDnsArgs;

/**
 * One region's half of a health-checked failover pair.
 *
 * The primary's half: a deep check of the primary, an inverted check of the STOP latch, a calculated check "deep AND not
 * latched", and the PRIMARY record that follows it. The standby's half: the SECONDARY record, without a check, because with one
 * Route 53 would return to the primary as soon as the standby stumbles, latch or no latch.
 *
 * Each half has the record twice: as an address for clients, and as a text ("primary" or "standby") with the same check, so that
 * a person (`dig TXT`) and the latch watcher can see which half is answered without knowing anyone's addresses.
 *
 * The latch check belongs to the primary's half although its object lies with the standby: the check is a global resource, a
 * calculated check can only be judged by a policy that sees its children, and the two stacks need nothing of each other.
 * A new inverted check starts unhealthy until its checkers have looked (about 30 s), so no live name may lead here in the first
 * minutes; `LiveName` is the last step for that reason.
 *
 * The checkers come from addresses of their own: where the primary's entry is not open to everyone, let in the prefix list
 * `com.amazonaws.<region>.route53-healthchecks`.
 *
 * Changing `setIdentifier` would replace a record and leave a gap, so the identifiers are fixed.
 *
 * ### Cost
 * A month, list prices for AWS endpoints: each of the two HTTPS checks $0.50 + $1 HTTPS + $1 fast interval (10 s), calculated check
 * $0.50: $5.50. The first 50 basic checks of an account are free, their options are not: $4.00 to $4.50 then. With `interval: 30` on
 * the deep check, whose threshold then is 2 at most, $1 less. Queries $0.40 per million; those of aliases to load balancers are free.
 */
export class FailoverDns extends pulumi.ComponentResource {
    readonly recordName: string;
    /** The calculated check that the PRIMARY record follows; the primary's half only. */
    readonly calculatedCheckId: pulumi.Output<string> | undefined;
    readonly latchCheckId: pulumi.Output<string> | undefined;

    constructor(name: string, args: FailoverDnsArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateFailoverDns(args);
        if (issues.length > 0) throw new Error(`FailoverDns "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:FailoverDns", name, {}, opts);
        const parent = { parent: this };
        const { recordName, target, zoneId } = args;
        const defaultTtl = args.contracts.recordTtl.limit;

        const checks = args.role === "primary" ? createChecks(args) : undefined;
        if (args.role === "primary" && (args.check.makeHostRecord ?? true)) createHostRecord(args.check.host);
        createPairRecord("record", "A", targetContent());
        createPairRecord("marker", "TXT", { ttl: target.ttl ?? defaultTtl, records: [pairMarkers[args.role]] });

        this.recordName = recordName;
        this.calculatedCheckId = checks?.calculated.id;
        this.latchCheckId = checks?.latch.id;
        this.registerOutputs({ calculatedCheckId: this.calculatedCheckId, latchCheckId: this.latchCheckId });

        function createChecks({ check, latch }: PrimaryFailoverDnsArgs) {
            const { path, port, interval, threshold } = { ...checkDefaults, ...check };
            const deep = createEndpointCheck("deep", {
                fqdn: check.host,
                resourcePath: path,
                port,
                interval,
                threshold,
                regions: check.checkerRegions,
            });
            const latched = createEndpointCheck("latch", {
                fqdn: pulumi.output(latch.bucketName).apply((bucket) => latchHost(bucket, latch.region)),
                resourcePath: `/${latchKey}`,
                port: 443,
                interval: checkDefaults.interval,
                threshold: checkDefaults.threshold,
                regions: undefined,
                // The object is there (200): unhealthy, the primary is held out. Absent (403, 404) or out of reach: healthy.
                invertHealthcheck: true,
            });
            const calculated = new aws.route53.HealthCheck(
                `${name}-available`,
                {
                    type: "CALCULATED",
                    childHealthchecks: [deep.id, latched.id],
                    childHealthThreshold: 2,
                    tags: { Name: `${name}-available` },
                },
                parent,
            );
            return { latch: latched, calculated };
        }

        function createEndpointCheck(
            part: string,
            { interval, threshold, regions, ...endpoint }: EndpointInputs,
        ): aws.route53.HealthCheck {
            return new aws.route53.HealthCheck(
                `${name}-${part}`,
                {
                    ...endpoint,
                    type: "HTTPS",
                    requestInterval: interval,
                    failureThreshold: threshold,
                    enableSni: true,
                    ...(regions === undefined ? {} : { regions: [...regions] }),
                    tags: { Name: `${name}-${part}` },
                },
                parent,
            );
        }

        function createHostRecord(host: string) {
            new aws.route53.Record(`${name}-host`, { zoneId, name: host, type: "A", ...targetContent() }, parent);
        }

        function createPairRecord(part: string, type: "A" | "TXT", content: RecordContent) {
            new aws.route53.Record(
                `${name}-${part}`,
                {
                    zoneId,
                    name: recordName,
                    type,
                    setIdentifier: args.role,
                    failoverRoutingPolicies: [{ type: args.role === "primary" ? "PRIMARY" : "SECONDARY" }],
                    ...(checks === undefined ? {} : { healthCheckId: checks.calculated.id }),
                    ...content,
                },
                parent,
            );
        }

        function targetContent(): RecordContent {
            if (target.kind === "addresses") return { ttl: target.ttl ?? defaultTtl, records: [...target.values] };
            const { name: aliasName, zoneId: aliasZone, evaluateTargetHealth = false } = target;
            return { aliases: [{ name: aliasName, zoneId: aliasZone, evaluateTargetHealth }] };
        }
    }
}

/** What the pair's TXT record says, by the role whose half is answered. */
const pairMarkers = { primary: "primary", dr: "standby" } as const;

type RecordContent = Pick<aws.route53.RecordArgs, "ttl" | "records" | "aliases">;

type EndpointInputs = Pick<aws.route53.HealthCheckArgs, "fqdn" | "resourcePath" | "port" | "invertHealthcheck"> & {
    readonly interval: CheckInterval;
    readonly threshold: number;
    readonly regions: readonly string[] | undefined;
};
