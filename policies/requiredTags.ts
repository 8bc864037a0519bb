import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { kgents } from "../infra/profile";
import { requiredTags as requiredTagsOf } from "../infra/requiredTags";
import { isAwsResource, providerObject, stackOf } from "./support";
import { taggableTypes } from "./taggableTypes";

/** Adds what is missing to every taggable resource, and stops a tag that says something else. */
export const requiredTags: ResourceValidationPolicy = {
    name: "required-tags",
    description: "Every taggable AWS resource says which project and stack it belongs to and what manages it.",
    enforcementLevel: "remediate",
    remediateResource: (args) => {
        if (!isTaggable(args)) return undefined;
        const absent = missing(args);
        if (absent.length === 0) return undefined;
        const required = requiredTagsOf(kgents, stackOf(args.urn));
        const added = Object.fromEntries(absent.map((key) => [key, required[key]]));
        return { ...args.props, tags: { ...args.props.tags, ...added } };
    },
    validateResource: (args, reportViolation) => {
        if (!isTaggable(args)) return;
        const required = requiredTagsOf(kgents, stackOf(args.urn));
        const tags = effectiveTags(args);
        for (const [key, value] of Object.entries(required)) {
            if (tags[key] === value) continue;
            const found = tags[key] === undefined ? "is missing" : `is "${tags[key]}"`;
            reportViolation(
                `"${args.name}": tag ${key} ${found}, it has to be "${value}". Cost reports and clean-up go by it.`,
            );
        }
    },
};

function isTaggable(args: ResourceValidationArgs): boolean {
    return isAwsResource(args.type) && (taggableTypes.has(args.type) || args.props.tags !== undefined);
}

function effectiveTags(args: ResourceValidationArgs): Record<string, string> {
    return { ...providerObject(args, "defaultTags")?.tags, ...args.props.tags };
}

function missing(args: ResourceValidationArgs): string[] {
    const tags = effectiveTags(args);
    return Object.keys(requiredTagsOf(kgents, stackOf(args.urn))).filter((key) => tags[key] === undefined);
}
