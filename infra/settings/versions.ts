import { z } from "zod";
import { images, isTested, testedRanges, type SettableVersion } from "../../components/model/versions";
import { section } from "./schema";

function version(name: SettableVersion) {
    const range = testedRanges[name];
    const allowed = `a release from v${range.from} on and before v${range.below}, such as ${images[name].tag}: only these were tested`;
    return z
        .string(allowed)
        .refine((tag) => isTested(tag, range), allowed)
        .meta({ allowed });
}

/** Versions of what the program installs that may be newer than its own defaults, within what was tested. */
export const versionSettings = {
    versions: section({
        argoCd: version("argoCd")
            .default(images.argoCd.tag)
            .meta({ description: "Tag of Argo CD's image.", from: { primary: 13, dr: 13 } }),
        velero: version("velero").default(images.velero.tag).describe("Tag of Velero's image."),
        veleroAwsPlugin: version("veleroAwsPlugin")
            .default(images.veleroAwsPlugin.tag)
            .describe("Tag of the image of Velero's AWS plugin."),
    })
        .prefault({})
        .meta({
            description:
                "Versions of what the program installs, if they are to be newer than its own, within what was tested.",
            from: { primary: 11, dr: 13 },
        }),
};
