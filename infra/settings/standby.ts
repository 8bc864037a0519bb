import { z } from "zod";
import { secretNameRule } from "../../components/secrets/secretNames";
import type { SystemProfile } from "../../components/model/profile";
import { listOf, matching, oneOf, section, yesOrNo } from "./schema";
import { secretName } from "./secrets";

/** The warm standby, from phase 13 on. */
export const standbySettings = ({ name, imagePrefixes }: Pick<SystemProfile, "name" | "imagePrefixes">) => ({
    standby: section({
        wait: yesOrNo()
            .default(false)
            .meta({
                description:
                    "Allows updates of the stack while it waits for a step of another one. Without it such an update is refused with the step's name.",
                from: { primary: 13, dr: 13, witness: 13 },
            }),
        images: section({
            prefixes: listOf(
                matching(
                    /^([a-z0-9]+([._-][a-z0-9]+)*\/)+$/,
                    `a folder of repository names with a slash at its end, such as "${name}/"`,
                ),
                "prefixes",
            )
                .default([...imagePrefixes])
                .meta({
                    description:
                        "Beginnings of the names of the image repositories that the standby's region gets copies of. Empty if images are not in this account's registry.",
                    ofSystem: true,
                }),
            architectures: z
                .record(
                    z.string(),
                    listOf(oneOf("amd64", "arm64"), 'architectures ("amd64", "arm64")', { atLeast: 1 }),
                    "an object with the architectures of each image",
                )
                .default({})
                .meta({
                    description:
                        'What the images of the manifests run on, by repository, as "docker buildx imagetools inspect" shows it. Needed if the standby\'s nodes ' +
                        "have another architecture than the primary's: at least one image of each of `standby.images.prefixes`.",
                    allowed: 'an object such as {"shop/api": ["amd64", "arm64"]}',
                    from: { dr: 13 },
                }),
        })
            .prefault({})
            .describe("The images that the standby runs: docs/standby-images.md."),
        canary: section({
            secret: secretName().meta({
                description:
                    "The API key's name in Secrets Manager, such as shop/canary-key. The value is a JSON object. Store it in the primary's region with a replica in the standby's.",
                allowed: `the name of a secret: ${secretNameRule}`,
            }),
            key: matching(/^[A-Za-z0-9._-]+$/, "a key of the secret's JSON object")
                .default("API_KEY")
                .describe("Key of the JSON object."),
            path: matching(/^\/\S*$/, "a path that begins with a slash")
                .default("/v1/agents")
                .meta({
                    description: "Path of the API that returns 200 with the key and 401 without.",
                    from: { dr: 13 },
                }),
            writeFence: yesOrNo()
                .default(true)
                .meta({
                    description:
                        "Whether the standby's overlay has components/writeFence: a write to that path must return 503 with Retry-After before the promotion.",
                    from: { dr: 13 },
                }),
        })
            .optional()
            .meta({
                description: "The canary, which calls the standby every minute with an API key of its own.",
                unset: "no canary, and each update prints a warning",
            }),
    })
        .prefault({})
        .meta({ description: "The warm standby itself.", from: { primary: 13, dr: 13 } }),
});
