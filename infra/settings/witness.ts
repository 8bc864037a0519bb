import { witnessInstanceTypes } from "../../components/witness/natsWitnessRules";
import { matching, oneOf, section } from "./schema";

/** The witness, from phase 13 on. */
export const witnessSettings = {
    witness: section({
        sha256: matching(
            /^[0-9a-f]{64}$/,
            "64 hexadecimal digits in lower case, from the SHA256SUMS of the NATS release",
        )
            .optional()
            .meta({
                description: "SHA-256 of the server's archive, from the release's own list.",
                unset: "refused before the server boots",
            }),
        instanceType: oneOf(...witnessInstanceTypes)
            .default("t4g.micro")
            .describe("Its instance type. t4g.micro costs $6.13 a month."),
    })
        .prefault({})
        .meta({ description: "The seventh NATS voter, in a third region.", from: { witness: 13 } }),
};
