import { isGlobalService, needsUsEast1, usEast1 } from "../components/model/globalServices";
import { resourcePolicy } from "./shared/define";
import { identityOf, projectOf, roleOf, stackOf } from "./shared/stacks";
import { isAwsResource } from "./shared/support";

/** A stack that touches two regions cannot be changed while one of them is gone. */
export const ownRegion = resourcePolicy(
    "own-region",
    "A stack creates AWS resources in its own region only; global services are the exception.",
    (args, config, report) => {
        const { type, name, urn, props } = args;
        const isProvider = type === "pulumi:providers:aws";
        if (!isProvider && (!isAwsResource(type) || isGlobalService(type))) return;
        const { project, regions } = config;
        if (regions === undefined || projectOf(urn) !== project) return;

        const stack = stackOf(urn);
        const role = roleOf(config, urn);
        const own = role && regions[role];
        if (role === undefined || own === undefined) {
            // Another environment's stack is judged by that environment's configuration.
            if (role === undefined && identityOf(config, project, stack) !== undefined) return;
            report(
                `stack "${stack}" has no region of its own, so "${name}" cannot be placed: ` +
                    `use one of the stacks ${inWords(config.stacks ? Object.keys(config.stacks) : Object.keys(regions))}.`,
            );
            return;
        }
        const region: string | undefined = props.region ?? args.provider?.props.region;
        if (region === own) return;
        if (role === "primary" && region === usEast1.region && needsUsEast1(args)) return;
        report(
            `"${name}" would be in ${region ?? "a region that nothing states"}, but stack ${stack} owns ${own}: ` +
                `use the stack's provider, or move the resource to the stack of that region. ` +
                `A stack that touches two regions cannot be changed while one of them is gone.`,
        );
    },
);

/** In an order of its own: a configuration's keys have none once they have been on the wire. */
function inWords(stacks: readonly string[]): string {
    const order = ["primary", "dr", "witness"];
    const sorted = [...stacks].sort(
        (one, other) => order.indexOf(one) - order.indexOf(other) || (one < other ? -1 : 1),
    );
    return [sorted.slice(0, -1).join(", "), ...sorted.slice(-1)].filter((part) => part !== "").join(" and ");
}
