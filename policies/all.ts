import type { Policies } from "@pulumi/policy";
import { ownRegion } from "./ownRegion";
import { pinnedImages } from "./pinnedImages";
import { requiredTags } from "./requiredTags";

/** Every policy of the pack, in the order of the roadmap. */
export const allPolicies: Policies = [ownRegion, requiredTags, pinnedImages];
