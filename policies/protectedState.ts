import { resourcePolicy } from "./shared/define";

/** What cannot be made again: data, and the keys without which data is noise. */
const stateful: Readonly<Record<string, string>> = {
    "aws:s3/bucket:Bucket": "its objects",
    "aws:kms/key:Key": "everything that it encrypts",
    "aws:kms/replicaKey:ReplicaKey": "everything that it encrypts",
    "aws:ebs/volume:Volume": "its disk",
    "aws:dynamodb/table:Table": "its items",
    "aws:rds/instance:Instance": "its database",
    "aws:rds/cluster:Cluster": "its database",
};

/** Deletes reach no policy, so the engine itself has to refuse them: that is what `protect` does. */
export const protectedState = resourcePolicy(
    "protected-state",
    "Resources that hold state are protected against deletion and replacement.",
    (args, _config, reportViolation) => {
        const lost = stateful[args.type];
        if (lost === undefined || args.opts.protect) return;
        reportViolation(
            `"${args.name}" is not protected, and with it ${lost} would be gone: set protect: true in its options.`,
        );
    },
);
