import { resourcePolicy } from "./shared/define";
import { describeImageFault, imagesInManifest, imagesInValues } from "./shared/images";

/** What runs in the standby on the day has to be what runs in the primary now: a moving tag or chart version breaks that. */
export const pinnedImages = resourcePolicy(
    "pinned-images",
    "Container images and charts are pinned to a version, never to latest and never to none.",
    (args, _config, reportViolation) => {
        if (!args.type.startsWith("kubernetes:")) return;
        const isRelease = args.type === "kubernetes:helm.sh/v3:Release";
        if (isRelease && !/^\d+\.\d+\.\d+/.test(args.props.version ?? "")) {
            reportViolation(
                `chart "${args.props.chart}" of "${args.name}" has version "${args.props.version ?? ""}": give an exact one, such as "2.14.2", ` +
                    `so that both regions install the same.`,
            );
        }
        for (const image of isRelease ? imagesInValues(args.props.values) : imagesInManifest(args.props)) {
            const fault = describeImageFault(image);
            if (fault)
                reportViolation(
                    `"${args.name}" uses image "${image.reference}" (${image.path}), which ${fault}: pin a version or a digest.`,
                );
        }
    },
);
