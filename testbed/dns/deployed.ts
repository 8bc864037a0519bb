import type { Deployment, DeployedResource } from "../../engine/state/deployment";
import { normalise } from "./answers";
import { defaultCheckerRegions, type Check, type Zone, type ZoneRecord } from "./model";

/** Routing policies that the simulator does not answer for; a record with one of them is refused, not guessed at. */
const notModelled = [
    "weightedRoutingPolicies",
    "latencyRoutingPolicies",
    "geolocationRoutingPolicies",
    "geoproximityRoutingPolicy",
    "cidrRoutingPolicy",
    "multivalueAnswerRoutingPolicy",
] as const;

/**
 * Reads records and health checks from what the engine deployed. Route 53 is one service for all stacks, so all
 * stacks are read together; private zones are left out. Refuses what Route 53 would refuse and what is not modelled, all at once.
 */
export function zoneFromDeployments(deployments: readonly Deployment[]): Zone {
    const resources = deployments.flatMap((deployment) => deployment.resources);
    const checks = new Map(
        resources
            .filter(({ type }) => type === "aws:route53/healthCheck:HealthCheck")
            .map((resource) => [idOf(resource), readCheck(resource)]),
    );
    // What a VPC alone resolves is no answer to the API's clients.
    const privateZones = new Set(
        resources
            .filter(({ type, inputs }) => type === "aws:route53/zone:Zone" && (inputs.vpcs ?? []).length > 0)
            .map(({ id }) => id),
    );
    const recordResources = resources.filter(
        ({ type, inputs }) => type === "aws:route53/record:Record" && !privateZones.has(inputs.zoneId),
    );
    const zoneIds = [...new Set(recordResources.map(({ inputs }) => String(inputs.zoneId)))];
    const records = recordResources.map(readRecord);

    const issues = [
        ...(zoneIds.length > 1
            ? [`records of several zones were deployed (${zoneIds.join(", ")}); one is simulated`]
            : []),
        ...recordResources.flatMap(refusedPolicies),
        ...validateZone({ records, checks }),
    ];
    if (issues.length > 0)
        throw new Error(`the deployed records cannot be simulated:\n${issues.map((issue) => `- ${issue}`).join("\n")}`);
    return { id: zoneIds[0] ?? "", records, checks };
}

function idOf(resource: DeployedResource): string {
    if (resource.id === undefined || resource.id === "")
        throw new Error(`${resource.urn}: a health check without an id was exported`);
    return resource.id;
}

function readCheck(resource: DeployedResource): Check {
    const { inputs } = resource;
    const base = {
        id: idOf(resource),
        name: resource.name,
        disabled: inputs.disabled === true,
        inverted: inputs.invertHealthcheck === true,
    };
    const type = String(inputs.type);
    if (type === "CALCULATED") {
        return {
            ...base,
            kind: "calculated",
            children: inputs.childHealthchecks ?? [],
            threshold: Number(inputs.childHealthThreshold),
        };
    }
    if (type === "CLOUDWATCH_METRIC") {
        return {
            ...base,
            kind: "metric",
            alarm: String(inputs.cloudwatchAlarmName),
            region: String(inputs.cloudwatchAlarmRegion),
            insufficientData: inputs.insufficientDataHealthStatus ?? "LastKnownStatus",
        };
    }
    const protocol = type.replace("_STR_MATCH", "");
    if (protocol !== "HTTP" && protocol !== "HTTPS" && protocol !== "TCP") {
        throw new Error(`${resource.urn}: health checks of type ${type} are not modelled`);
    }
    return {
        ...base,
        kind: "endpoint",
        protocol,
        host: normalise(String(inputs.fqdn ?? inputs.ipAddress)),
        port: Number(inputs.port ?? (protocol === "HTTP" ? 80 : 443)),
        path: String(inputs.resourcePath ?? "/"),
        interval: Number(inputs.requestInterval ?? 30) === 10 ? 10 : 30,
        threshold: Number(inputs.failureThreshold ?? 3),
        regions: inputs.regions?.length > 0 ? inputs.regions : defaultCheckerRegions,
        searchString: type.endsWith("_STR_MATCH") ? String(inputs.searchString) : undefined,
    };
}

function readRecord({ inputs }: DeployedResource): ZoneRecord {
    const [alias] = inputs.aliases ?? [];
    const [failover] = inputs.failoverRoutingPolicies ?? [];
    return {
        name: normalise(String(inputs.name)),
        type: String(inputs.type),
        setIdentifier: inputs.setIdentifier,
        failover: failover?.type,
        healthCheckId: inputs.healthCheckId === "" ? undefined : inputs.healthCheckId,
        content:
            alias === undefined
                ? { values: inputs.records ?? [], ttl: Number(inputs.ttl) }
                : {
                      alias: {
                          name: normalise(String(alias.name)),
                          zoneId: String(alias.zoneId),
                          evaluateTargetHealth: alias.evaluateTargetHealth === true,
                      },
                  },
    };
}

function refusedPolicies({ urn, inputs }: DeployedResource): string[] {
    const found = notModelled.filter(
        (policy) => inputs[policy] !== undefined && inputs[policy] !== false && inputs[policy].length !== 0,
    );
    const both = inputs.aliases?.length > 0 && inputs.ttl !== undefined && inputs.ttl !== null;
    return [
        ...found.map((policy) => `${urn}: ${policy} is not modelled`),
        ...(both ? [`${urn}: an alias has no TTL of its own`] : []),
    ];
}

/** What Route 53 itself would refuse in a change batch. */
function validateZone({ records, checks }: Pick<Zone, "records" | "checks">): string[] {
    const titles = new Set(records.map(({ name, type }) => `${name} ${type}`));
    const groups = [...titles].map(
        (title) => [title, records.filter(({ name, type }) => `${name} ${type}` === title)] as const,
    );
    const groupIssues = groups.flatMap(([title, group]) => {
        const simple = group.filter(({ failover }) => failover === undefined).length;
        const roles = group.map(({ failover }) => failover).filter((failover) => failover !== undefined);
        const identifiers = group.map(({ setIdentifier }) => setIdentifier ?? "");
        return [
            ...(simple > 0 && roles.length > 0
                ? [`${title}: a failover record cannot stand beside a simple record of the same name and type`]
                : []),
            ...(simple > 1 ? [`${title}: the record exists ${simple} times`] : []),
            ...(new Set(roles).size < roles.length
                ? [`${title}: two records with the failover role ${roles.join(" and ")}`]
                : []),
            ...(roles.length > 0 && identifiers.includes("")
                ? [`${title}: a failover record needs a set identifier`]
                : []),
            ...(new Set(identifiers).size < identifiers.length && simple === 0
                ? [`${title}: a set identifier is used twice`]
                : []),
        ];
    });
    const recordIssues = records.flatMap(({ name, type, healthCheckId, content }) => [
        ...("values" in content && Number.isNaN(content.ttl)
            ? [`${name} ${type}: a record with values needs a TTL`]
            : []),
        ...("values" in content && content.values.length === 0
            ? [`${name} ${type}: a record needs values or an alias`]
            : []),
        ...(healthCheckId !== undefined && !checks.has(healthCheckId)
            ? [`${name} ${type}: health check ${healthCheckId} was not deployed`]
            : []),
    ]);
    const checkIssues = [...checks.values()].flatMap((check) => {
        if (check.kind !== "calculated") return [];
        const kinds = check.children.map((id) => [id, checks.get(id)?.kind] as const);
        return [
            ...kinds
                .filter(([, kind]) => kind === undefined)
                .map(([id]) => `${check.name}: child health check ${id} was not deployed`),
            ...kinds
                .filter(([, kind]) => kind === "calculated")
                .map(([id]) => `${check.name}: child ${id} is itself calculated, which Route 53 refuses`),
            ...(check.children.length > 255
                ? [`${check.name}: ${check.children.length} children; 255 are allowed`]
                : []),
        ];
    });
    const endpointIssues = [...checks.values()].flatMap((check) =>
        check.kind === "endpoint" && check.regions.length < 3
            ? [`${check.name}: ${check.regions.length} checker regions; at least 3 are needed`]
            : [],
    );
    return [...groupIssues, ...recordIssues, ...checkIssues, ...endpointIssues];
}
