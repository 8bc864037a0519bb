import { gatewayEndpoints } from "../components/gateways/gatewayAddresses";
import { gatewayTargetGroup } from "../components/gateways/gatewayLoadBalancerRules";
import { dnsNamesOf, stopLatchBucket } from "../components/model/dnsNames";
import { kmsAlias, physicalName, type NameKind, type NameParts } from "../components/model/nameLimits";
import { namesOf } from "../components/model/names";
import type { RegionProfile, SystemProfile } from "../components/model/profile";

/** A name that the program makes of the system's, and what has it. */
export interface DerivedName {
    readonly kind: NameKind;
    readonly name: string;
}

/** As long as every account's. */
const anyAccount = "000000000000";

/** The names of a system's resources that AWS, Argo CD or DNS limits, as the program gives them. */
export function derivedNames(system: SystemProfile): DerivedName[] {
    const regions = Object.values(system.regions);
    const { name } = system;
    const { pair, primaryHost } = dnsNamesOf(system);
    const watcher = physicalName("Lambda function", [name, "latch-watcher"]);
    const pages = physicalName("topic", [name, "failover"]);
    return [
        ...regions.filter(({ role }) => role !== "witness").flatMap((region) => ofCluster(system, region)),
        ...regions.flatMap((region) => ofRegion(system, region)),
        ...ofWitness(namesOf(system, system.regions.witness).base),
        ...made("Lambda function", [name, "latch-watcher"]),
        ...named("IAM role", watcher),
        ...named("topic", watcher, pages),
        ...made("topic", [name, "backup"]),
        ...made("alarm", [watcher, "missed-runs"], [pages, "failed-over"], [pages, "error-rate"]),
        ...made("CloudFront function", [name, "maintenance"]),
        ...named("KMS alias", kmsAlias([name, "secrets"])),
        ...named("secret", `${name}/velero-repository`, `${name}/nats-auth`),
        ...made("Argo CD project", [name]),
        ...named("host name", system.apiHost, pair, primaryHost),
    ];
}

function named(kind: NameKind, ...names: readonly string[]): DerivedName[] {
    return names.map((name) => ({ kind, name }));
}

function made(kind: NameKind, ...parts: readonly NameParts[]): DerivedName[] {
    return named(kind, ...parts.map((one) => physicalName(kind, one)));
}

function ofCluster(system: SystemProfile, region: RegionProfile): DerivedName[] {
    const { base, cluster } = namesOf(system, region);
    const roles = ["control-plane", "ebs-csi", "nodes", "load-balancers", "secrets", "velero"];
    const jobs = ["nats-backup", "nats-restore", "nats-restore-own", "nats-join"];
    const [gateways, api] = ["gateways", "api"].map((purpose) => physicalName("load balancer", [base, purpose]));
    const servers = gatewayEndpoints(system, region).map(({ server }) => gatewayTargetGroup(gateways!, server));
    return [
        ...made("cluster", [cluster]),
        ...named("KMS alias", kmsAlias([cluster, "secrets"])),
        ...made("launch template", [cluster, "nodes"]),
        ...named("load balancer", gateways!, api!),
        ...named("target group", api!, ...servers),
        ...made("IAM role", ...[...roles, ...jobs].map((purpose) => [base, purpose])),
    ];
}

function ofRegion(system: SystemProfile, region: RegionProfile): DerivedName[] {
    const { base } = namesOf(system, region);
    const backups = ["nats", "velero"].map((kind) =>
        physicalName("bucket", [system.name, kind, "backups", region.short, anyAccount]),
    );
    const age = physicalName("alarm", [base, "nats-backup-age"]);
    return [
        ...named("bucket", ...backups, stopLatchBucket(system, region, anyAccount)),
        ...named("KMS alias", ...backups.map((bucket) => kmsAlias([bucket]))),
        ...made("IAM role", [base, "flow-logs"]),
        ...named("alarm", age),
        ...made("bucket metric", [age]),
        ...named("secret", `${system.name}/nats-gateway/${region.short}`),
        ...named("host name", ...gatewayEndpoints(system, region).map(({ host }) => host)),
    ];
}

function ofWitness(base: string): DerivedName[] {
    return [...made("IAM role", [base]), ...made("instance profile", [base]), ...made("alarm", [base, "status"])];
}
