import { z } from "zod";
import type { SystemProfile } from "../../components/model/profile";
import { everywhere, listOf, matching } from "./schema";

/** Where a stack lives: account and region. */
export const placeSettings = ({ regions }: Pick<SystemProfile, "regions">) => ({
    region: z
        .string("the name of an AWS region")
        .optional()
        .meta({
            description: "The region, if the stack file is to state it. It must be the system's region for the role.",
            allowed: "the system's region for the role",
            unset: Object.values(regions)
                .map(({ name }) => name)
                .join(", "),
            ofSystem: true,
            from: everywhere,
        }),
    accountIds: listOf(
        matching(/^\d{12}$/, 'a 12-digit AWS account number in quotes, such as "123456789012"'),
        "AWS account numbers",
    )
        .default([])
        .meta({
            description: "AWS accounts that the stack may change; the provider refuses any other. Empty: any account.",
            from: everywhere,
        }),
});
