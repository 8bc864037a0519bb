import { validateBackupRegion } from "../components/backup/backupBucketRules";
import { isBackupBucket } from "./shared/backups";
import { resourcePolicy } from "./shared/define";
import { projectOf } from "./shared/stacks";

/** A backup beside the system goes down with it. */
export const backupRegion = resourcePolicy(
    "backup-region",
    "Backups are stored outside the region they protect.",
    (args, { project, regions }, report) => {
        if (!isBackupBucket(args.type, args.props)) return;
        // A bucket that does not say is the primary's: the region that there is something of from the first day on.
        const known = projectOf(args.urn) === project ? regions?.primary : undefined;
        const source: string | undefined = args.props.tags?.Source ?? known;
        if (source === undefined) return;
        const region: string | undefined = args.props.region ?? args.provider?.props.region;
        if (region === undefined) {
            report(`backup bucket "${args.name}" has no region that anything states: give it the stack's provider.`);
            return;
        }
        for (const issue of validateBackupRegion(region, source)) report(`backup bucket "${args.name}": ${issue}.`);
    },
);
