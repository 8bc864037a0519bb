import { resourcePolicy } from "./shared/define";
import { isEndpointCheck } from "./shared/failover";
import { projectOf } from "./shared/stacks";
import { known } from "./shared/support";

/** A latch that goes down with what it latches cannot be set on the day. */
export const latchOutsidePrimary = resourcePolicy(
    "latch-outside-primary",
    "The STOP latch lies outside the primary region.",
    (args, { project, regions }, report) => {
        const { type, name, urn, props } = args;
        const primary = projectOf(urn) === project ? regions?.primary : undefined;
        if (primary === undefined) return;
        if (type === "aws:s3/bucket:Bucket" && props.tags?.Purpose === "stop-latch") {
            const region: string | undefined = props.region ?? args.provider?.props.region;
            if (region === primary)
                report(`latch bucket "${name}" is in ${primary}, the primary region: put it into the standby's.`);
        }
        if (!isEndpointCheck(type, props) || props.invertHealthcheck !== true) return;
        const host = known(() => String(props.fqdn))?.value;
        if (host?.includes(`.s3.${primary}.`))
            report(
                `latch check "${name}" asks ${host}, in ${primary}, the primary region: the latch belongs into the standby's.`,
            );
    },
);
