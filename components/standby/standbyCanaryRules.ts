import type { Contract, Contracts } from "../model/contract";
import { formatDuration, hours, minutes, type Seconds } from "../model/duration";
import type { SystemProfile } from "../model/profile";
import { subjectOf } from "../nats/natsSubjects";

/** A message that the primary publishes every minute, and where the standby finds it. */
export interface StandbyMarker {
    /** "orders.standby-marker": what the marker publishes to, a subject of the stream's own. */
    readonly subject: string;
    /** The stream that stores it: "ORDERS". */
    readonly origin: string;
    /** Its mirror: "ORDERS_MIRROR". */
    readonly mirror: string;
}

/** A marker for each stream. Subscribers to a stream's whole subject see it too: one message a minute, to be ignored. */
export function standbyMarkers(profile: Pick<SystemProfile, "streams">): StandbyMarker[] {
    return profile.streams.map(({ subject, name, mirror }) => ({
        subject: subjectOf(subject, "standby-marker"),
        origin: name,
        mirror,
    }));
}

/** A Secret that both regions have, and that is to hold the same in both. */
export interface ComparedSecret {
    readonly namespace: string;
    /** What both regions call it. */
    readonly name: string;
    /** What it is called in this cluster, where that is another name. @default `name` */
    readonly nameHere?: string;
}

/** What the primary publishes about itself, and the standby compares with itself. */
export interface StandbyFacts {
    /** Namespaces whose running images are compared. */
    readonly imageNamespaces: readonly string[];
    /** Secrets whose values are compared, by fingerprint, as far as both regions name them. */
    readonly secrets: readonly ComparedSecret[];
    /** The canary's API key, issued in the primary region: a Secret of the pod's own namespace that both regions have. */
    readonly apiKey: { readonly secretName: string; readonly secretKey: string };
}

/** How often marker and canary run. */
export const canaryInterval: Seconds = minutes(1);

/** The standby may be without success for this long before it pages: three runs for what clients would notice. */
export const canaryPatience: Seconds = minutes(3);

/** The same for a difference between the regions: a roll-out or a rotated secret takes minutes to reach both. */
export function driftPatience({ secretRefresh }: Pick<Contracts, "secretRefresh">): Seconds {
    return 3 * secretRefresh.limit;
}

/** The same for certificates, which are asked for every hour. */
export const certificatePatience: Seconds = hours(3);

/** Name of the CronJob that compares the two regions. */
export function driftJobName(jobName: string): string {
    return `${jobName}-drift`;
}

/** Name of the CronJob that asks how long the gateways' certificates last. */
export function certificatesJobName(jobName: string): string {
    return `${jobName}-certs`;
}

export interface StandbyCanaryPlan extends StandbyFacts {
    readonly jobName: string;
    readonly markers: readonly StandbyMarker[];
    /** An https address of the API that answers 200 with a key and 401 or 403 without. */
    readonly apiUrl: string;
    /** @default "apikey", Kong's */
    readonly apiKeyHeader?: string;
    /** How old a marker may be, in seconds. @default the contract's limit */
    readonly maximumAge?: Seconds;
    /** What the markers' age has to keep. */
    readonly contract: Pick<Contract<"mirrorLag">, "limit">;
    /** Whether the standby's manifests hold writes back until the promotion (gitops/components/writeFence). @default true */
    readonly writeFence?: boolean;
}

/** What is wrong with the facts and markers of either side. */
export function validateStandbyFacts(
    plan: StandbyFacts & { readonly jobName: string; readonly markers: readonly StandbyMarker[] },
): string[] {
    const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
    const objectName = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
    return [
        // A CronJob's Jobs and pods add to its name, and "-drift" is the longest of ours.
        ...(/^[a-z0-9]([-a-z0-9]{0,44}[a-z0-9])?$/.test(plan.jobName)
            ? []
            : [`jobName: "${plan.jobName}" found; allowed are up to 46 lower-case letters, digits and hyphens`]),
        ...(plan.markers.length > 0 ? [] : ["markers: empty; name one of each stream that has a mirror"]),
        ...plan.markers
            .filter(
                ({ subject, origin, mirror }) =>
                    !/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/.test(subject) ||
                    ![origin, mirror].every((name) => /^[A-Za-z0-9_-]+$/.test(name)),
            )
            .map(
                ({ subject, origin, mirror }) =>
                    `markers: "${subject}", "${origin}", "${mirror}" found; allowed are a subject without wildcards and names of streams`,
            ),
        ...(plan.imageNamespaces.length > 0
            ? []
            : ["imageNamespaces: empty; name those whose images both regions run"]),
        ...plan.imageNamespaces
            .filter((name) => !label.test(name))
            .map((name) => `imageNamespaces: "${name}" found; allowed are names of namespaces`),
        ...plan.secrets
            .filter(
                ({ namespace, name, nameHere = name }) =>
                    !label.test(namespace) || ![name, nameHere].every((one) => objectName.test(one)),
            )
            .map(
                ({ namespace, name, nameHere = name }) =>
                    `secrets: "${namespace}", "${name}", "${nameHere}" found; allowed are names of a namespace and of Secrets`,
            ),
    ];
}

/** What is wrong with a canary, all at once; empty if nothing is. */
export function validateStandbyCanary(plan: StandbyCanaryPlan): string[] {
    const header = plan.apiKeyHeader ?? "apikey";
    return [
        ...validateStandbyFacts(plan),
        ...(/^https:\/\/[^\s/]+\/\S*$/.test(plan.apiUrl)
            ? []
            : [`apiUrl: "${plan.apiUrl}" found; allowed is an https address with a path`]),
        ...(/^[A-Za-z0-9-]+$/.test(header) ? [] : [`apiKeyHeader: "${header}" found; allowed is the name of a header`]),
        ...validateMaximumMarkerAge(plan.maximumAge ?? plan.contract.limit, plan.contract).map(
            (issue) => `maximumAge: ${issue}`,
        ),
    ];
}

/** What is wrong with a marker's age, as the end of a sentence: below two rounds every late pod would page. */
function validateMaximumMarkerAge(age: Seconds, { limit }: StandbyCanaryPlan["contract"]): string[] {
    if (age >= 2 * canaryInterval && age <= limit) return [];
    return [
        `${formatDuration(age)} found; allowed are ${formatDuration(2 * canaryInterval)} to ${formatDuration(limit)}`,
    ];
}
