import { isSecretName, secretNameRule } from "../../components/secrets/secretNames";
import { z } from "zod";
import { listOf, objectName, section } from "./schema";

/** The name of a secret in Secrets Manager. */
export const secretName = () =>
    z.string(`the name of a secret: ${secretNameRule}`).refine(isSecretName, `the name of a secret: ${secretNameRule}`);

/** What External Secrets fills in a region's cluster, from phase 13 on. */
export const secretSettings = {
    secrets: listOf(
        section({
            name: secretName().meta({
                description: "Its name in Secrets Manager, such as shop/api. The value is a JSON object.",
                allowed: `the name of a secret: ${secretNameRule}`,
            }),
            secret: objectName("Secret").describe("The Secret in the cluster that is filled with it."),
            namespace: objectName("namespace")
                .optional()
                .meta({ description: "That Secret's namespace.", unset: "the API's namespace" }),
        }),
        "secrets",
    )
        .default([])
        .meta({
            description:
                "Secrets of the system's own workloads that External Secrets fills in the stack's cluster, every five minutes, from Secrets Manager of " +
                "its region. Store each with a replica in the standby's region before. The canary compares those that both stacks list.",
            from: { primary: 13, dr: 13 },
        }),
};
