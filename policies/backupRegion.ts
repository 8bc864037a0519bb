import type { ResourceValidationPolicy } from "@pulumi/policy";
import { validateBackupRegion } from "../components/backup/backupBucketRules";
import { kgents } from "../infra/profile";
import { isBackupBucket } from "./backups";

/** A backup beside the system goes down with it. */
export const backupRegion: ResourceValidationPolicy = {
    name: "backup-region",
    description: "Backups are kept outside the primary region.",
    enforcementLevel: "mandatory",
    validateResource: (args, reportViolation) => {
        if (!isBackupBucket(args.type, args.props)) return;
        const region: string | undefined = args.props.region ?? args.provider?.props.region;
        if (region === undefined) {
            reportViolation(`backup bucket "${args.name}" has no region that anything states: give it the stack's provider.`);
            return;
        }
        for (const issue of validateBackupRegion(region, kgents.regions.primary.name)) reportViolation(`backup bucket "${args.name}": ${issue}.`);
    },
};
