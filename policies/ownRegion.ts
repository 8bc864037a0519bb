import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isGlobalService } from "../infra/globalServices";
import { isAwsResource, ownRegionOf, stackOf } from "./support";

/** A stack that touches two regions cannot be changed while one of them is gone. */
export const ownRegion: ResourceValidationPolicy = {
    name: "own-region",
    description: "A stack creates AWS resources in its own region only; global services are the exception.",
    enforcementLevel: "mandatory",
    validateResource: (args, reportViolation) => {
        const isProvider = args.type === "pulumi:providers:aws";
        if (!isProvider && (!isAwsResource(args.type) || isGlobalService(args.type))) return;

        const own = ownRegionOf(args.urn);
        if (!own) {
            reportViolation(
                `stack "${stackOf(args.urn)}" has no region of its own, so "${args.name}" cannot be placed: ` +
                    `use one of the stacks primary, dr and witness.`,
            );
            return;
        }
        const region: string | undefined = args.props.region ?? args.provider?.props.region;
        if (region === own.name) return;
        reportViolation(
            `"${args.name}" would be in ${region ?? "a region that nothing states"}, but stack ${own.role} owns ${own.name}: ` +
                `use the stack's provider, or move the resource to the stack of that region. ` +
                `A stack that touches two regions cannot be changed while one of them is gone.`,
        );
    },
};
