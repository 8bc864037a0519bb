import { getProject, log } from "@pulumi/pulumi";
import { gatewayTlsSecret } from "../../components/gateways/gatewayCertificates";
import { NatsGatewayPatch } from "../../components/nats/natsGatewayPatch";
import { part, type Parts } from "../../infra/parts";
import type { StackContext } from "../../infra/stack";
import { mergeThePatch } from "../phase13WarmStandby";

/**
 * What the owner of the primary's NATS has to merge into it, with what its gateways need made beforehand. Nothing where the
 * program installs NATS itself.
 */
export async function buildNatsPatch(stack: StackContext<"primary">, parts: Parts): Promise<void> {
    const { profile, settings } = stack;
    const { owner, found, access, patched } = settings.nats;
    if (owner !== "user" || access?.authSecret === undefined || found === undefined) return;
    new NatsGatewayPatch(
        "nats-patch",
        {
            profile,
            project: getProject(),
            stack: stack.name,
            found,
            namespace: profile.namespaces.nats,
            tlsSecret: gatewayTlsSecret,
            authSecret: access.authSecret,
            access: { url: access.url, ...(access.login && { login: access.login }) },
            url: access.url,
        },
        { providers: [part(parts, "cluster").provider], dependsOn: [...part(parts, "joinEntry").ready] },
    );
    if (!patched)
        await log.warn(
            `the primary's NATS has no gateways yet, and the other stacks wait for them\n  to do: ${mergeThePatch({ project: getProject(), stack: stack.name })}`,
        );
}
