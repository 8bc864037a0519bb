import { z } from "zod";
import { listOf, matching, oneOf, section, wholeNumber, yesOrNo } from "./schema";

const accountName = matching(
    /^[A-Za-z0-9_$-]+$/,
    'the name of an account as nats.conf has it; "$G" where it names none',
);
const userName = matching(
    /^[a-z][a-z0-9_-]*$/,
    "a user's name in lower case; its password is the key <NAME>_PASSWORD of the Secret",
);
const objectName = matching(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "a name of Kubernetes");

/** Who runs NATS in this region, and how large it is. */
export const natsSettings = {
    nats: section({
        /** "chart": the program installs NATS by its official chart. "user": it is there already and left alone. Default: "chart". */
        owner: oneOf("chart", "user").default("chart"),
        /** Size of a server's volume in GiB. Fixed once made: a StatefulSet refuses another. Default: 20. */
        volumeGib: wholeNumber(1, 16_384).default(20),
        /**
         * Whether core subscribers of a stream's subject, those without JetStream, go on receiving what is published to it: {"EVENTS": false}
         * for a stream that has none. Costs about 0.3 ms an acknowledgement, and a second copy over the gateways. The same in stacks primary
         * and dr. A stream that exists is changed by "npm run dr -- streams retrofit", not by an update. Default: true for each.
         */
        republish: z
            .record(z.string(), yesOrNo(), 'an object with true or false for a stream, such as {"EVENTS": false}')
            .default({}),
        /**
         * The primary's NATS as found, where it is the user's own: the same in all three stacks, from phase 13 on. What the patch is rendered
         * for, and what the standby and the witness follow. Default: the program's own NATS.
         */
        found: section({
            /** How it is deployed: by the official chart, or by manifests with a nats.conf. Default: "conf". */
            deployedBy: oneOf("chart", "conf").default("conf"),
            /** Where its accounts are: in nats.conf, or in signed JWTs. Default: "config". */
            accounts: oneOf("config", "operator").default("config"),
            /** The account with the streams. Default: "$G", the server's own where nats.conf names none. */
            account: accountName.default("$G"),
            /** Default: "$SYS", the server's own. */
            systemAccount: accountName.default("$SYS"),
            /** The users of that account, with their permissions as found; app, which the program uses, is added. Default: none, but then `anonymous` is true. */
            users: listOf(
                section({
                    name: userName,
                    permissions: z.record(z.string(), z.unknown(), "an object: permissions as in nats.conf").optional(),
                }),
                "users",
            ).default([]),
            /** Whether clients connect without a login. Default: false. */
            anonymous: yesOrNo().default(false),
            /** Name of its cluster. Default: "nats". */
            cluster: matching(
                /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
                "the cluster's name, a DNS label in lower case",
            ).default("nats"),
            /** How many servers it has: an odd number. The standby gets as many. Default: 3. */
            servers: wholeNumber(3, 9).default(3),
            /** JetStream's domain, if it has one. Default: none. */
            domain: matching(/^\S+$/, "the domain of the jetstream block").optional(),
            /** Name of its StatefulSet, which its pods begin with, and of the server's container in it. Default: "nats", both. */
            statefulSet: objectName.default("nats"),
            container: objectName.default("nats"),
        }).optional(),
    }).prefault({}),
    /** Whether metrics and alerts are made as PodMonitor and PrometheusRule objects: the cluster needs the Prometheus operator's CRDs for that. Default: false. */
    prometheusOperator: yesOrNo().default(false),
};
