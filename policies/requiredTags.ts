import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import type { PolicyConfig } from "../components/model/policyConfig";
import { requiredTags as requiredTagsOf } from "../components/model/requiredTags";
import { configOf, resourcePolicy } from "./shared/define";
import { projectOf, stackOf } from "./shared/stacks";
import { isAwsResource, providerObject } from "./shared/support";
import { taggableTypes } from "./shared/taggableTypes";

type TaggedArgs = Omit<ResourceValidationArgs, "getConfig"> & { getConfig<T extends object>(): T };

const name = "required-tags";

/** Adds what is missing to every taggable resource, and stops a tag that says something else. */
export const requiredTags: ResourceValidationPolicy = {
    ...resourcePolicy(
        name,
        "Every taggable AWS resource says which project and stack it belongs to and what manages it.",
        (args, config, report) => {
            if (!isTaggable(args)) return;
            const { tags: required, exact } = demandedOf(args.urn, config);
            const tags = effectiveTags(args);
            for (const [key, value] of Object.entries(required)) {
                if (tags[key] === value || (tags[key] !== undefined && !exact)) continue;
                const found = tags[key] === undefined ? "is missing" : `is "${tags[key]}"`;
                report(
                    `"${args.name}": tag ${key} ${found}, it has to be "${value}". Cost reports and clean-up go by it.`,
                );
            }
        },
        "remediate",
    ),
    remediateResource: (args) => {
        if (!isTaggable(args)) return undefined;
        const { tags: required } = demandedOf(args.urn, configOf(name, args));
        const tags = effectiveTags(args);
        const absent = Object.keys(required).filter((key) => tags[key] === undefined);
        if (absent.length === 0) return undefined;
        const added = Object.fromEntries(absent.map((key) => [key, required[key]]));
        return { ...args.props, tags: { ...args.props.tags, ...added } };
    },
};

/**
 * The tags that a stack's resources have, and whether a value of somebody else's is wrong: where nothing is configured for the project
 * they are added where they are missing, and what is there stays.
 */
function demandedOf(urn: string, { project, tags }: PolicyConfig<typeof name>) {
    const own = { project: projectOf(urn), stack: stackOf(urn) };
    if (tags === undefined || (project !== undefined && project !== own.project))
        return { tags: requiredTagsOf({ name: own.project }, own.stack), exact: false };
    const filled = Object.entries(tags).map(([key, value]) => [
        key,
        value.replaceAll("{project}", own.project).replaceAll("{stack}", own.stack),
    ]);
    return { tags: Object.fromEntries(filled) as Record<string, string>, exact: true };
}

function isTaggable(args: TaggedArgs): boolean {
    return isAwsResource(args.type) && (taggableTypes.has(args.type) || args.props.tags !== undefined);
}

function effectiveTags(args: TaggedArgs): Record<string, string> {
    return { ...providerObject(args, "defaultTags")?.tags, ...args.props.tags };
}
