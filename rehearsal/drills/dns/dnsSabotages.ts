import { Deployment, type DeployedResource } from "../../../engine/state/deployment";
import type { Deployments } from "../../kit/context";
import type { Sabotage } from "../../kit/drill";

const recordType = "aws:route53/record:Record";
const checkType = "aws:route53/healthCheck:HealthCheck";

/** The deployments that have to turn the drill red, each for its own reason. */
export const dnsSabotages: readonly Sabotage[] = [
    {
        id: "ttl-300",
        title: "the pair's records have a TTL of 300 s",
        expectRed: "api-rto",
        apply: (deployments) => mapAll(deployments, isPairRecord, withTtl(300)),
    },
    {
        id: "no-latch",
        title: "the calculated check leaves the latch out",
        expectRed: "stays-away",
        apply: (deployments) => mapAll(deployments, isCalculated, withoutLatch(deployments)),
    },
    {
        id: "disabled-check",
        title: "the deep check is disabled",
        expectRed: "failover-triggers",
        apply: (deployments) =>
            mapAll(deployments, isDeepCheck, (resource) => withInputs(resource, { disabled: true })),
    },
    {
        id: "check-on-the-secondary",
        title: "the SECONDARY record has a health check of its own",
        expectRed: "latch-holds-while-standby-fails",
        apply: withCheckOnSecondary,
    },
];

function isPairRecord({ type, inputs }: DeployedResource): boolean {
    return type === recordType && inputs.failoverRoutingPolicies?.length > 0;
}

function isCalculated({ type, inputs }: DeployedResource): boolean {
    return type === checkType && inputs.type === "CALCULATED";
}

function isLatchCheck({ type, inputs }: DeployedResource): boolean {
    return type === checkType && inputs.invertHealthcheck === true;
}

function isDeepCheck(resource: DeployedResource): boolean {
    return resource.type === checkType && !isCalculated(resource) && !isLatchCheck(resource);
}

/** An alias has no TTL to change, so it becomes a record of addresses, as someone would write it who wants one. */
function withTtl(ttl: number): (resource: DeployedResource) => DeployedResource {
    return (resource) => {
        const { aliases, ...inputs } = resource.inputs;
        const address = inputs.failoverRoutingPolicies[0].type === "PRIMARY" ? "192.0.2.20" : "198.51.100.20";
        return { ...resource, inputs: { ...inputs, ttl, records: aliases === undefined ? inputs.records : [address] } };
    };
}

function withoutLatch(deployments: Deployments): (resource: DeployedResource) => DeployedResource {
    const latches = resourcesOf(deployments)
        .filter(isLatchCheck)
        .map(({ id }) => id);
    return (resource) => {
        const children = resource.inputs.childHealthchecks.filter((id: string) => !latches.includes(id));
        return withInputs(resource, { childHealthchecks: children, childHealthThreshold: children.length });
    };
}

function withCheckOnSecondary(deployments: Deployments): Deployments {
    const deep = resourcesOf(deployments).find(isDeepCheck);
    const { dr } = deployments;
    if (deep === undefined || dr === undefined)
        throw new Error("check-on-the-secondary: no deep check or no dr stack was deployed");
    const added: DeployedResource = {
        ...deep,
        urn: `${deep.urn}-standby`,
        name: `${deep.name}-standby`,
        id: `${deep.id}-standby`,
        inputs: { ...deep.inputs, fqdn: `standby.${deep.inputs.fqdn}` },
    };
    const isSecondary = (resource: DeployedResource) =>
        isPairRecord(resource) && resource.inputs.failoverRoutingPolicies[0].type === "SECONDARY";
    const changed = dr.map((resource) =>
        isSecondary(resource) ? withInputs(resource, { healthCheckId: added.id }) : resource,
    );
    return { ...deployments, dr: new Deployment(dr.stack, [...changed.resources, added]) };
}

function withInputs(resource: DeployedResource, inputs: Record<string, unknown>): DeployedResource {
    return { ...resource, inputs: { ...resource.inputs, ...inputs } };
}

function resourcesOf(deployments: Deployments): DeployedResource[] {
    return Object.values(deployments).flatMap(({ resources }: Deployment) => [...resources]);
}

function mapAll(
    deployments: Deployments,
    wanted: (resource: DeployedResource) => boolean,
    change: (resource: DeployedResource) => DeployedResource,
): Deployments {
    if (!resourcesOf(deployments).some(wanted))
        throw new Error("the sabotage found nothing to change: is phase 12 deployed?");
    return Object.fromEntries(
        Object.entries(deployments).map(([role, deployment]) => [
            role,
            deployment.map((resource) => (wanted(resource) ? change(resource) : resource)),
        ]),
    );
}
