import type { ResourceValidationPolicy } from "@pulumi/policy";
import { contracts } from "../infra/contracts";
import { defaultSyncInterval, natsServers } from "./natsServers";

/** A message that is acknowledged from memory is lost with the power of its servers, however many they are. */
export const syncIntervalAlways: ResourceValidationPolicy = {
    name: "sync-interval-always",
    description: "NATS writes every message to disk before it acknowledges it.",
    enforcementLevel: "mandatory",
    validateResource: (args, reportViolation) => {
        const member = natsServers(args.type, args.props);
        if (!member?.jetStream || member.syncInterval === "always") return;
        const found =
            member.syncInterval === undefined
                ? `none, which is ${defaultSyncInterval}`
                : JSON.stringify(member.syncInterval);
        reportViolation(
            `NATS "${args.name}" has sync_interval ${found}; allowed is "always": a power failure would lose what was acknowledged in between, ` +
                `within contract ${contracts.natsRpo.id} only by luck. Set jetstream.sync_interval to "always".`,
        );
    },
};
