import { z } from "zod";
import type { SystemProfile } from "../../components/model/profile";
import { foundFeatures } from "../../components/nats/natsPatchArgs";
import { natsAccepts } from "./natsAccepts";
import { natsBackupSettings } from "./natsBackup";
import { listOf, matching, objectName, oneOf, section, wholeNumber, yesOrNo } from "./schema";

const accountName = matching(
    /^[A-Za-z0-9_$-]+$/,
    'the name of an account as nats.conf has it; "$G" where it names none',
);
const userName = matching(
    /^[a-z][a-z0-9_-]*$/,
    "a user's name in lower case; its password is the key <NAME>_PASSWORD of the Secret",
);
const kubernetesName = matching(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "a name of Kubernetes");

const republish = z
    .record(z.string(), yesOrNo(), 'an object with true or false for a stream, such as {"EVENTS": false}')
    .default({})
    .meta({
        description:
            "By stream, whether core subscribers of its subjects, those without JetStream, still receive what is published: " +
            '{"EVENTS": false} for a stream that has none. Costs about 0.3 ms an acknowledgement, and a second copy over the gateways. The ' +
            'same in stacks primary and dr. An existing stream follows by "npm run dr -- streams retrofit", not by an update.',
        allowed: "true or false, by stream",
        unset: "true for each stream",
        from: { primary: 10, dr: 13 },
    });

const found = section({
    deployedBy: oneOf("chart", "conf")
        .default("conf")
        .describe("How it is deployed: by the official chart, or by manifests with a nats.conf."),
    accounts: oneOf("config", "operator")
        .default("config")
        .describe("Where its accounts are: in nats.conf, or in signed JWTs. The program cannot patch the latter."),
    account: accountName.default("$G").describe('The account with the streams; "$G" if nats.conf names none.'),
    systemAccount: accountName.default("$SYS").describe("The system account."),
    users: listOf(
        section({
            name: userName.describe("The user's name."),
            permissions: z.record(z.string(), z.unknown(), "an object: permissions as in nats.conf").optional().meta({
                description:
                    "The user's permissions as found; where it has none of its own, the `default_permissions` beside it; `{}` for a user that may do everything.",
                allowed: "an object: permissions as in nats.conf",
                unset: "refused in stack primary from phase 13 on",
            }),
            connectionTypes: listOf(
                oneOf("STANDARD", "WEBSOCKET", "LEAFNODE", "LEAFNODE_WS", "MQTT", "MQTT_WS", "IN_PROCESS"),
                "connection types",
                { atLeast: 1 },
            )
                .optional()
                .meta({ description: "The user's `allowed_connection_types` as found.", unset: "any" }),
        }),
        "users",
    )
        .default([])
        .describe(
            "The users of that account. The program adds `app`, which it uses. Empty only if `nats.found.anonymous` is true.",
        ),
    anonymous: yesOrNo()
        .default(false)
        .describe("Whether clients connect without a login because the servers ask nobody for one."),
    noAuthUser: userName.optional().meta({
        description:
            "`no_auth_user` of its nats.conf: which of `nats.found.users` a client without a login is, here and in the standby.",
        unset: "a client without a login is refused, unless `nats.found.anonymous` is true",
    }),
    mappings: z.record(z.string(), z.unknown(), "an object: mappings as in nats.conf").optional().meta({
        description:
            "Subject mappings of that account as found, `{}` if it has none. The patch keeps them, and leads those into a stream to its region's subjects.",
        allowed: "an object: mappings as in nats.conf",
        unset: "refused in stack primary from phase 13 on",
    }),
    systemUsers: listOf(userName.describe("A user's name."), "users").optional().meta({
        description:
            "Users of the system account as found, `[]` if it has none. The program adds `sys`, which it uses.",
        unset: "refused in stack primary from phase 13 on",
    }),
    monitorPort: wholeNumber(0, 65_535)
        .optional()
        .meta({
            description:
                "Port of its monitoring (`http_port`), 0 if it has none: then the patch opens 8222, which the gateways' load balancer checks.",
            unset: "refused in stack primary from phase 13 on",
            from: { primary: 13 },
        }),
    uses: listOf(oneOf(...foundFeatures), "features")
        .optional()
        .meta({
            description:
                "Which of these the servers, or the account with the streams, use; `[]` for none. The patch would change how each is served, so each is refused with the way out (leafNodes only where core subscribers get copies).",
            unset: "refused in stack primary from phase 13 on",
            from: { primary: 13 },
        }),
    cluster: matching(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, "the cluster's name, a DNS label in lower case")
        .default("nats")
        .describe("Name of its cluster."),
    version: matching(/^\d+\.\d+\.\d+$/, "a version of nats-server, such as 2.14.9")
        .optional()
        .meta({
            description: "The version of its servers.",
            unset: "refused in stack primary from phase 13 on",
            from: { primary: 13 },
        }),
    servers: wholeNumber(3, 9).default(3).describe("How many servers it has: an odd number. The standby gets as many."),
    domain: matching(/^\S+$/, "the domain of the jetstream block").optional().meta({
        description: "JetStream's domain. The program refuses one: clients would have to name it.",
        unset: "none",
    }),
    statefulSet: kubernetesName.default("nats").describe("Name of its StatefulSet, with which its pods' names begin."),
    container: kubernetesName.default("nats").describe("Name of the server's container in its pods."),
    accepts: natsAccepts,
})
    .optional()
    .meta({
        description:
            "The primary's NATS as found, if it is the user's own: the same in all three stacks. The patch is rendered for it, and the standby and the witness follow it.",
        unset: "the program's own NATS",
        from: { primary: 13, dr: 13, witness: 13 },
    });

/** What of these settings describes NATS itself, whichever stack reads it. */
export const natsDescription = z.object({ republish, found });

/** Who runs NATS in this region, how large it is, and how it is backed up. */
export const natsSettings = ({ contracts, namespaces }: Pick<SystemProfile, "contracts" | "namespaces">) => ({
    nats: section({
        owner: oneOf("chart", "user")
            .default("chart")
            .meta({
                description:
                    '"chart": the program installs NATS by its official chart. "user": NATS exists and is left alone.',
                from: { primary: 10 },
            }),
        volumeGib: wholeNumber(1, 16_384)
            .default(20)
            .describe(
                "Size of a server's volume in GiB. It cannot be changed later: a StatefulSet refuses another. The standby's may not be below the primary's.",
            ),
        republish,
        found,
        access: section({
            url: matching(
                /^(nats|tls):\/\/\S+$/,
                `an address inside the cluster, such as nats://nats.${namespaces.nats}.svc:4222`,
            ).describe("Its address inside the cluster."),
            login: section({
                user: matching(/^\S+$/, "a user's name").describe("The user's name."),
                secretName: objectName("Secret in the NATS namespace").describe("The Secret with the password."),
                secretKey: matching(/^[A-Za-z0-9._-]+$/, "a key of that Secret").describe("The password's key in it."),
            })
                .optional()
                .meta({
                    description: "User and password of the account with the streams, for the backup.",
                    unset: "no login",
                }),
            authSecret: objectName("Secret in the NATS namespace")
                .optional()
                .meta({
                    description:
                        "Secret with `SYS_PASSWORD` of user sys, `APP_PASSWORD` of user app and `<NAME>_PASSWORD` of each user in `nats.found.users` and `nats.found.systemUsers`.",
                    unset: "refused from phase 13 on",
                    from: { primary: 13 },
                }),
        })
            .optional()
            .meta({
                description: "How the program's jobs reach NATS that is the user's own (`nats.owner: user`).",
                unset: "the program's NATS",
                from: { primary: 11 },
            }),
        patched: yesOrNo()
            .default(false)
            .meta({
                description:
                    "Whether gateways, mappings and permissions are in place on all servers of the user's own NATS, as ConfigMap nats-gateway-patch has them.",
                from: { primary: 13 },
            }),
        backup: natsBackupSettings({ contracts }),
    })
        .prefault({})
        .meta({ description: "NATS in the stack's region: docs/user-owned-nats.md.", from: { primary: 10, dr: 13 } }),
});
