import type { ResourceValidationPolicy } from "@pulumi/policy";
import { validateBackupRegion } from "../components/backup/backupBucketRules";
import { kgents } from "../infra/profile";
import { isBackupBucket } from "./backups";

/** A backup beside the system goes down with it. */
export const backupRegion: ResourceValidationPolicy = {
    name: "backup-region",
    description: "Backups are kept outside the region that they are of.",
    enforcementLevel: "mandatory",
    validateResource: (args, reportViolation) => {
        if (!isBackupBucket(args.type, args.props)) return;
        const region: string | undefined = args.props.region ?? args.provider?.props.region;
        if (region === undefined) {
            reportViolation(
                `backup bucket "${args.name}" has no region that anything states: give it the stack's provider.`,
            );
            return;
        }
        // A bucket that does not say is the primary's: the region that there is something of from the first day on.
        const source: string = args.props.tags?.Source ?? kgents.regions.primary.name;
        for (const issue of validateBackupRegion(region, source))
            reportViolation(`backup bucket "${args.name}": ${issue}.`);
    },
};
