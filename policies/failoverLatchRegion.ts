import type { ResourceValidationPolicy } from "@pulumi/policy";
import { kgents } from "../infra/profile";
import { isEndpointCheck } from "./failover";
import { known } from "./support";

const primary = kgents.regions.primary.name;

/** A latch that goes down with what it latches cannot be set on the day. */
export const failoverLatchRegion: ResourceValidationPolicy = {
    name: "latch-outside-primary",
    description: "The STOP latch lies outside the primary region.",
    enforcementLevel: "mandatory",
    validateResource: (args, reportViolation) => {
        const { type, name, props } = args;
        if (type === "aws:s3/bucket:Bucket" && props.tags?.Purpose === "stop-latch") {
            const region: string | undefined = props.region ?? args.provider?.props.region;
            if (region === primary)
                reportViolation(
                    `latch bucket "${name}" is in ${primary}, the primary region: put it into the standby's.`,
                );
        }
        if (!isEndpointCheck(type, props) || props.invertHealthcheck !== true) return;
        const host = known(() => String(props.fqdn))?.value;
        if (host?.includes(`.s3.${primary}.`))
            reportViolation(
                `latch check "${name}" asks ${host}, in ${primary}, the primary region: the latch belongs into the standby's.`,
            );
    },
};
