import { log } from "@pulumi/pulumi";
import { gatewayTlsSecret } from "../../components/gateways/gatewayCertificates";
import { NatsGatewayPatch } from "../../components/nats/natsGatewayPatch";
import { part, type Parts } from "../../infra/parts";
import type { StackContext } from "../../infra/stack";
import { mergeThePatch } from "./standbyOrder";

/**
 * What the owner of the primary's NATS has to merge into it, with what its gateways need made beforehand. Nothing where the
 * program installs NATS itself.
 */
export async function buildNatsPatch(stack: StackContext<"primary">, parts: Parts): Promise<void> {
    const { profile, settings } = stack;
    const { nats } = settings.standby;
    const { owner, found } = settings.nats;
    if (owner !== "user" || nats === undefined || found === undefined) return;
    new NatsGatewayPatch(
        "nats-patch",
        {
            profile,
            found,
            namespace: profile.namespaces.nats,
            tlsSecret: gatewayTlsSecret,
            authSecret: nats.authSecret,
            access: settings.backup.nats ?? { url: nats.url },
            url: nats.url,
        },
        { providers: [part(parts, "cluster").provider], dependsOn: [...part(parts, "joinEntry").ready] },
    );
    if (!nats.gateways)
        await log.warn(
            `the primary's NATS has no gateways yet, and the other stacks wait for them\n  to do: ${mergeThePatch}`,
        );
}
