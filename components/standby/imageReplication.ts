import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface ImageReplicationArgs {
    /** Region of the registry that images are pushed to, the provider's own. */
    readonly region: string;
    /** Region that gets a copy. */
    readonly targetRegion: string;
    /** Beginnings of the names of the repositories that are copied: "shop/". */
    readonly repositoryPrefixes: readonly string[];
}

/** AWS's limit: every prefix is a filter of the one rule. */
const mostFilters = 100;

/** What is wrong with a replication of images, all at once; empty if nothing is. */
export function validateImageReplication({ region, targetRegion, repositoryPrefixes }: ImageReplicationArgs): string[] {
    return [
        ...(region === targetRegion
            ? [
                  `targetRegion: ${targetRegion} is the registry's own region, so its loss would take the copies along: choose another region`,
              ]
            : []),
        ...validateRepositoryPrefixes(repositoryPrefixes),
    ];
}

/** What is wrong with beginnings of repository names: each has to mean a folder, or "shop" would copy "shop-old" too. */
function validateRepositoryPrefixes(prefixes: readonly string[]): string[] {
    return [
        ...(prefixes.length > 0 && prefixes.length <= mostFilters
            ? []
            : [`repositoryPrefixes: ${prefixes.length} found; allowed are 1 to ${mostFilters}`]),
        ...prefixes
            .filter((prefix) => !/^([a-z0-9]+([._-][a-z0-9]+)*\/)+$/.test(prefix))
            .map(
                (prefix) =>
                    `repositoryPrefixes: "${prefix}" found; allowed are folders of repository names in lower case with a slash at the end, such as "shop/"`,
            ),
    ];
}

/**
 * Copies images of the registry to another region as they are pushed, so that the standby pulls from its own region and starts
 * with the primary gone.
 *
 * Only images pushed from now on are copied. Those that run today are copied by hand once (docs/standby-images.md); the standby's canary
 * compares digests and finds what is missing. Settings of a repository are not copied at all: `ReplicatedRepositories` gives the copies theirs.
 *
 * A registry has one such configuration: where there is one already, this takes its place.
 *
 * ### Cost
 * Storage in the other region $0.10 a GB and month, transfer $0.02 a GB, once for each layer.
 */
export class ImageReplication extends pulumi.ComponentResource {
    constructor(name: string, args: ImageReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateImageReplication(args);
        if (issues.length > 0) throw new Error(`${name}: image replication:\n- ${issues.join("\n- ")}`);
        super("drkit:index:ImageReplication", name, {}, opts);
        const parent = { parent: this };

        const { accountId } = aws.getCallerIdentityOutput({}, parent);
        new aws.ecr.ReplicationConfiguration(
            `${name}-configuration`,
            {
                replicationConfiguration: {
                    rules: [
                        {
                            destinations: [{ region: args.targetRegion, registryId: accountId }],
                            repositoryFilters: args.repositoryPrefixes.map((filter) => ({
                                filter,
                                filterType: "PREFIX_MATCH",
                            })),
                        },
                    ],
                },
            },
            parent,
        );
        this.registerOutputs({});
    }
}

export interface ReplicatedRepositoriesArgs {
    /** The prefixes of the replication. */
    readonly repositoryPrefixes: readonly string[];
    /** Days until an image without a tag goes, which another push has taken. @default 14 */
    readonly untaggedDays?: number;
}

/**
 * The other end of `ImageReplication`: what the repositories are like that ECR makes for the copies. Without it they keep every
 * layer ever pushed. Tags can be moved, because a copy has to follow when the origin's tag is.
 *
 * ### Cost
 * None.
 */
export class ReplicatedRepositories extends pulumi.ComponentResource {
    constructor(name: string, args: ReplicatedRepositoriesArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateRepositoryPrefixes(args.repositoryPrefixes);
        if (issues.length > 0) throw new Error(`${name}: replicated repositories:\n- ${issues.join("\n- ")}`);
        super("drkit:index:ReplicatedRepositories", name, {}, opts);
        for (const prefix of args.repositoryPrefixes) {
            const folder = prefix.replace(/\/$/, "");
            new aws.ecr.RepositoryCreationTemplate(
                `${name}-${folder.replaceAll("/", "-")}`,
                {
                    prefix: folder,
                    description: "Copies of the primary region's images",
                    appliedFors: ["REPLICATION"],
                    imageTagMutability: "MUTABLE",
                    encryptionConfigurations: [{ encryptionType: "AES256" }],
                    lifecyclePolicy: untaggedExpire(args.untaggedDays ?? 14),
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}

function untaggedExpire(days: number): string {
    return JSON.stringify({
        rules: [
            {
                rulePriority: 1,
                description: "images that lost their tag",
                selection: {
                    tagStatus: "untagged",
                    countType: "sinceImagePushed",
                    countUnit: "days",
                    countNumber: days,
                },
                action: { type: "expire" },
            },
        ],
    });
}
