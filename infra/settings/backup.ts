import { days } from "../../components/model/duration";
import type { SystemProfile } from "../../components/model/profile";
import { section, wholeNumber } from "./schema";

/** What holds for every backup, of streams and of the cluster, from phase 11 on. `nats.backup` has what concerns the streams alone. */
export const backupSettings = ({ contracts }: Pick<SystemProfile, "contracts">) => ({
    backup: section({
        retentionDays: wholeNumber(contracts.backupRetention.limit / days(1), 3_650)
            .default(Math.max(14, contracts.backupRetention.limit / days(1)))
            .describe("Days that a backup is kept, not fewer than contract backup-retention asks for."),
    })
        .prefault({})
        .meta({
            description: "What holds for every backup, of the streams and of the cluster.",
            from: { primary: 11, dr: 11, witness: 13 },
        }),
});
