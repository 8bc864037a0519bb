import { SecretsKey } from "../../components/secrets/criticalSecretsKey";
import { gatewayTlsSecret } from "../../components/gateways/gatewayCertificates";
import type { JoinEntry, OwnRegion } from "../../infra/parts";
import type { StackContext } from "../../infra/stack";
import { buildController, buildGateways } from "./gatewayEntry";
import { acceptPeering, farRegion, requestPeering, routeTablesOf } from "./peerings";
import { buildJoinBackup } from "./standbyJoinBackup";
import { buildStreamsGate } from "./standbyStreamsGate";
import { buildSecretSync, canarySync, ownSecretsSync } from "./syncedSecrets";

/**
 * The primary's side of the join: peerings, addresses, names and certificate, a look at the streams, a backup and snapshots. Made before its servers restart with gateways, so
 * the baseline, which has the servers, asks for it; they themselves stay the release that they were.
 */
export async function buildPrimaryEntry(stack: StackContext<"primary">, own: OwnRegion): Promise<JoinEntry> {
    const [standby, witness] = [await farRegion(stack, "dr"), await farRegion(stack, "witness")];
    const dr = await stack.peer("dr");
    const tables = routeTablesOf(stack, own.network);
    const accepted = acceptPeering(stack, dr.require("peeringIds").primary, standby, tables);
    const requested = requestPeering(stack, own.cluster.vpcId, witness, tables);
    const entry = buildGateways(stack, own, [standby, witness], buildController(stack, own.cluster));
    const key = new SecretsKey(
        "secrets",
        { aliasName: `${stack.profile.name}-secrets`, replicaOf: dr.require("secretsKeyArn") },
        { providers: [stack.aws] },
    );
    const sync = await buildSecretSync(stack, own, key.arn, [...ownSecretsSync(stack), ...canarySync(stack)]);
    const reachable = [accepted, requested, ...entry, ...Object.values(sync.synced)];
    const gate = await buildStreamsGate(stack, own);
    const safe = await buildJoinBackup(stack, own, [...reachable, gate]);
    return {
        tlsSecret: gatewayTlsSecret,
        ready: [...reachable, gate, ...safe],
        witnessPeeringId: requested.connectionId,
        secretsKeyArn: key.arn,
    };
}
