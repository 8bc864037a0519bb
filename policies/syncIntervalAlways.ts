import { contractTerms } from "../components/model/contract";
import { resourcePolicy } from "./shared/define";
import { defaultSyncInterval, natsServers } from "./shared/natsServers";

/** A message that is acknowledged from memory is lost with the power of its servers, however many they are. */
export const syncIntervalAlways = resourcePolicy(
    "sync-interval-always",
    "NATS writes every message to disk before it acknowledges it.",
    ({ type, name, props }, _config, report) => {
        const member = natsServers(type, props);
        if (!member?.jetStream || member.syncInterval === "always") return;
        const found =
            member.syncInterval === undefined
                ? `none, which is ${defaultSyncInterval}`
                : JSON.stringify(member.syncInterval);
        report(
            `NATS "${name}" has sync_interval ${found}; allowed is "always": a power failure would lose what was acknowledged in between, ` +
                `within contract ${contractTerms.natsRpo.id} only by luck. Set jetstream.sync_interval to "always".`,
        );
    },
);
