import type { InvokeTable, ModelContext, ResourceTable } from "../model/resourceModel";
import type { Properties } from "../wire/values";

const zoneType = "aws:route53/zone:Zone";
const recordType = "aws:route53/record:Record";
const policies = [
    "failoverRoutingPolicies",
    "weightedRoutingPolicies",
    "latencyRoutingPolicies",
    "geolocationRoutingPolicies",
] as const;

/** The full name of a record: names without the zone's are completed, and AWS stores no final dot. */
function fullName(inputs: Properties, zoneName: string | undefined): string {
    const name = String(inputs.name).replace(/\.$/, "").toLowerCase();
    return zoneName === undefined || name === zoneName || name.endsWith(`.${zoneName}`)
        ? name
        : name === ""
          ? zoneName
          : `${name}.${zoneName}`;
}

/** Rules of ChangeResourceRecordSets (Route 53 API reference) that a plan can break. */
function recordFaults(inputs: Properties, { cloud, find, id }: ModelContext): string[] {
    const faults: string[] = [];
    const zone = find(zoneType, inputs.zoneId);
    const fqdn = fullName(inputs, zone?.properties.name);
    const alias = inputs.aliases?.[0];
    if ((alias === undefined) === (inputs.records === undefined || inputs.records.length === 0)) {
        faults.push("give either records or one alias");
    }
    if (alias !== undefined && inputs.ttl !== undefined) {
        faults.push("an alias record has no TTL");
    }
    if (alias === undefined && inputs.ttl === undefined) {
        faults.push("a record that is no alias needs a TTL");
    }
    const used = policies.filter((policy) => inputs[policy] !== undefined);
    const routed = used.length > 0 || inputs.multivalueAnswerRoutingPolicy === true;
    if (routed !== (inputs.setIdentifier !== undefined)) {
        faults.push("a routing policy and setIdentifier go together");
    }
    const healthCheck = inputs.healthCheckId;
    if (healthCheck !== undefined && find("aws:route53/healthCheck:HealthCheck", healthCheck) === undefined) {
        faults.push(`health check "${healthCheck}" does not exist`);
    }
    const failover = inputs.failoverRoutingPolicies?.[0]?.type;
    if (failover === "PRIMARY" && healthCheck === undefined && alias?.evaluateTargetHealth !== true) {
        faults.push("a PRIMARY failover record needs a health check, or an alias that evaluates its target");
    }
    const others = cloud
        .ofType(recordType)
        .filter((other) => other.id !== id && other.inputs.zoneId === inputs.zoneId && other.properties.fqdn === fqdn);
    const sameType = others.filter((other) => other.inputs.type === inputs.type);
    if (sameType.some((other) => (other.inputs.setIdentifier === undefined) !== (inputs.setIdentifier === undefined))) {
        faults.push(
            `${fqdn} ${inputs.type} exists as a simple record and cannot have routed ones beside it, nor the other way round`,
        );
    }
    if (
        sameType.some((other) => other.inputs.setIdentifier === inputs.setIdentifier) &&
        inputs.allowOverwrite !== true
    ) {
        faults.push(
            `Tried to create resource record set [name='${fqdn}.', type='${inputs.type}'${inputs.setIdentifier === undefined ? "" : `, set identifier='${inputs.setIdentifier}'`}] but it already exists`,
        );
    }
    if (
        failover !== undefined &&
        sameType.some((other) => other.inputs.failoverRoutingPolicies?.[0]?.type === failover)
    ) {
        faults.push(`${fqdn} ${inputs.type} has a ${failover} record already`);
    }
    if (others.some((other) => (other.inputs.type === "CNAME") !== (inputs.type === "CNAME"))) {
        faults.push(`${fqdn}: a CNAME and records of other types exclude each other`);
    }
    return faults.map((fault) => `InvalidChangeBatch: ${fault}`);
}

/** Amazon Route 53: of the account, in no region. What it answers is simulated elsewhere. */
export const route53: ResourceTable = {
    [zoneType]: {
        reach: "account",
        id: (_inputs, { random }) => `Z${random(19).toUpperCase()}`,
        defaults: { comment: "Managed by Pulumi", forceDestroy: false },
        replaceOn: ["name", "delegationSetId"],
        refuseDelete: (zone, { cloud }) => {
            const hasRecords = cloud.ofType(recordType).some(({ inputs }) => inputs.zoneId === zone.id);
            return hasRecords && zone.inputs.forceDestroy !== true ? [`HostedZoneNotEmpty: "${zone.id}"`] : [];
        },
        outputs: (inputs, { id, arn }) => {
            const nameServers = [
                "ns-1.awsdns-01.org",
                "ns-2.awsdns-02.co.uk",
                "ns-3.awsdns-03.com",
                "ns-4.awsdns-04.net",
            ];
            const name = String(inputs.name).replace(/\.$/, "");
            return {
                zoneId: id,
                name,
                nameServers,
                primaryNameServer: nameServers[0],
                arn: arn("route53", `hostedzone/${id}`, { global: true, accountless: true }),
            };
        },
    },
    [recordType]: {
        reach: "account",
        unique: (inputs) =>
            [inputs.zoneId, String(inputs.name).replace(/\.$/, ""), inputs.type, inputs.setIdentifier]
                .filter((part) => part !== undefined)
                .join("_"),
        conflict: "InvalidChangeBatch",
        overwrites: (inputs) => inputs.allowOverwrite === true,
        id: (inputs) =>
            [inputs.zoneId, String(inputs.name).replace(/\.$/, ""), inputs.type, inputs.setIdentifier]
                .filter((part) => part !== undefined)
                .join("_"),
        replaceOn: ["zoneId", "name", "type", "setIdentifier"],
        references: { zoneId: { type: zoneType, missing: "NoSuchHostedZone" } },
        refuse: recordFaults,
        outputs: (inputs, { find }) => ({ fqdn: fullName(inputs, find(zoneType, inputs.zoneId)?.properties.name) }),
    },
    "aws:route53/healthCheck:HealthCheck": {
        reach: "account",
        id: (_inputs, { random }) => [8, 4, 4, 4, 12].map((length) => random(length)).join("-"),
        defaults: { disabled: false },
        replaceOn: ["type", "requestInterval", "measureLatency", "referenceName", "routingControlArn"],
        refuse: (inputs, { find }) => [
            ...([inputs.childHealthchecks ?? []].flat() as string[])
                .filter((child) => find("aws:route53/healthCheck:HealthCheck", child) === undefined)
                .map((child) => `InvalidInput: child health check "${child}" does not exist`),
            ...(inputs.requestInterval === undefined || [10, 30].includes(Number(inputs.requestInterval))
                ? []
                : [`InvalidInput: requestInterval ${inputs.requestInterval}; allowed are 10 and 30`]),
            ...(inputs.failureThreshold === undefined || (inputs.failureThreshold >= 1 && inputs.failureThreshold <= 10)
                ? []
                : [`InvalidInput: failureThreshold ${inputs.failureThreshold}; allowed are 1 to 10`]),
            ...(inputs.regions === undefined || inputs.regions.length >= 3
                ? []
                : ["InvalidInput: regions needs at least three checker regions"]),
        ],
        refuseDelete: (check, { cloud }) => {
            const uses = cloud
                .objects()
                .filter(
                    ({ inputs }) => inputs.healthCheckId === check.id || inputs.childHealthchecks?.includes(check.id),
                );
            return uses.length === 0
                ? []
                : [`HealthCheckInUse: "${check.id}" is used by ${uses.map(({ id }) => id).join(", ")}`];
        },
        outputs: (inputs, { id, arn }) => ({
            arn: arn("route53", `healthcheck/${id}`, { global: true, accountless: true }),
            enableSni: inputs.enableSni ?? String(inputs.type).startsWith("HTTPS"),
        }),
    },
};

export const route53Invokes: InvokeTable = {
    "aws:route53/getZone:getZone": (args, { visible }) => {
        const name = args.name === undefined ? undefined : String(args.name).replace(/\.$/, "");
        const found = visible(zoneType).filter(
            ({ id, properties }) =>
                (args.zoneId === undefined || id === args.zoneId) && (name === undefined || properties.name === name),
        );
        if (found.length !== 1) {
            throw new Error(
                `${found.length === 0 ? "no matching" : "multiple"} Route 53 Hosted Zone found for ${args.name ?? args.zoneId}`,
            );
        }
        const { id, properties } = found[0]!;
        return {
            ...properties,
            id,
            zoneId: id,
            callerReference: "seed",
            resourceRecordSetCount: 2,
            privateZone: false,
            tags: properties.tagsAll ?? {},
            vpcId: args.vpcId ?? "",
            linkedServicePrincipal: "",
            linkedServiceDescription: "",
        };
    },
};
