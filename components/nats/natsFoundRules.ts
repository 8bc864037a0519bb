import type { NatsAccountProfile, SystemProfile } from "../model/profile";
import { accountsOf, natsUsers, subjectMappings } from "./natsAccounts";
import { foundMappingIssues, mappingContext } from "./natsFoundMappings";
import { memberSize, natsPorts } from "./natsMember";
import type { FoundDeployment, FoundFeature } from "./natsPatchArgs";
import { republishes } from "./natsStreamConfig";

type FoundProfile = Pick<SystemProfile, "natsAccount" | "streams" | "regions">;

/**
 * What keeps the patch from being merged; empty if nothing does. Keys are those of the setting `nats.found`. What the patch would write
 * over without knowing it is refused as well: each such key has to be said, if only as empty.
 */
export function validateFoundNats(
    found: Pick<FoundDeployment, "accounts" | "domain" | "monitorPort" | "uses">,
    profile: FoundProfile,
): string[] {
    const accounts = accountsOf(profile);
    const size = memberSize(profile.regions.primary);
    return [
        ...(found.accounts === "config"
            ? []
            : [
                  'accounts: "operator" found; mappings and permissions of such accounts are in JWTs that your operator signs, which no patch of a configuration ' +
                      'can change. Allowed is "config": accounts in nats.conf',
              ]),
        ...(found.domain === undefined
            ? []
            : [
                  `domain: "${found.domain}" found; a domain keeps the other regions' servers out of the meta group, so the servers must have none. Take it out first, with the clients that name it`,
              ]),
        ...(accounts.account === accounts.systemAccount
            ? [`account: "${accounts.account}" is the system account as well; streams are in another one`]
            : []),
        ...userIssues(accounts),
        ...loginIssues(accounts),
        ...(accounts.mappings === undefined
            ? [
                  "mappings: missing; the patch adds to them. Say the account's mappings as nats.conf has them, {} if it has none",
              ]
            : foundMappingIssues(accounts.mappings, mappingContext(profile, Object.keys(subjectMappings(profile))))),
        ...monitorIssues(found),
        ...featureIssues(found, profile),
        ...(size % 2 === 1
            ? []
            : [`servers: ${size} found; allowed are odd numbers from 3, so that a majority outlives one server`]),
        // The Jobs give the subject as the transform's destination too, where the server refuses "*".
        ...profile.streams
            .filter(({ subject }) => subject.endsWith("*"))
            .map(
                ({ name, subject }) =>
                    `streams: ${name} takes "${subject}"; with a NATS of your own, allowed are subjects that end in ".>"`,
            ),
    ];
}

/** The lists of users are written whole, so each has to be known with what it may do. */
function userIssues({ users, systemUsers }: NatsAccountProfile): string[] {
    const system = (systemUsers ?? []).filter((name) => name !== natsUsers.system.name);
    const names = [natsUsers.system.name, ...system, ...users.map(({ name }) => name)];
    const taken = names.filter((name, index) => names.indexOf(name) !== index);
    return [
        ...[...new Set(taken)].map(
            (name) => `users: "${name}" found twice, or as the system account's; name each of the clients' users once`,
        ),
        ...users
            .filter(({ permissions }) => permissions === undefined)
            .map(
                ({ name }) =>
                    `users: no permissions found for "${name}"; the patch writes its entry. Say them as nats.conf has them (default_permissions, where it has ` +
                    "none of its own), {} if it may do everything",
            ),
        ...(systemUsers
            ? []
            : [
                  "systemUsers: missing; the patch adds user sys to them. Name the users of the system account as nats.conf has them, [] if it has none",
              ]),
    ];
}

/** Who a client without a login is. */
function loginIssues({ users, anonymous, noAuthUser }: NatsAccountProfile): string[] {
    const names = users.map(({ name }) => name);
    if (noAuthUser !== undefined) {
        return [
            ...(names.includes(noAuthUser)
                ? []
                : [
                      `noAuthUser: "${noAuthUser}" is none of nats.found.users (${names.join(", ") || "none"}); a client without a login has that user's permissions, so name it there`,
                  ]),
            ...(anonymous
                ? [
                      `anonymous: true beside noAuthUser: "${noAuthUser}"; true is for servers that ask nobody for a login. Say false`,
                  ]
                : []),
        ];
    }
    if (anonymous && users.length > 0) {
        return [
            `anonymous: true beside users (${names.join(", ")}); servers with users let a client without a login in as one of them. Say anonymous: false, and noAuthUser: ` +
                "the user that no_auth_user names, or nothing if there is no such line",
        ];
    }
    return anonymous || users.length > 0
        ? []
        : [
              "users: none, and anonymous: false; the patch would lock every client out. Name the users that they log in as, or say anonymous: true",
          ];
}

function monitorIssues({ monitorPort }: Pick<FoundDeployment, "monitorPort">): string[] {
    const { monitor } = natsPorts;
    if (monitorPort === undefined)
        return [
            `monitorPort: missing; the gateways' load balancer asks port ${monitor}. Say what http_port is, 0 if there is no such line`,
        ];
    return monitorPort === 0 || monitorPort === monitor
        ? []
        : [
              `monitorPort: ${monitorPort} found; the gateways' load balancer asks port ${monitor}, and a server has one such port. ` +
                  `Allowed are ${monitor}, and 0: then the patch opens it`,
          ];
}

const reasons: Readonly<Record<FoundFeature, string>> = {
    authCallout:
        "a service decides who logs in, and it knows neither the program's users nor the regions' subjects. Allowed are users in nats.conf",
    gateways:
        "the servers are in a super-cluster, whose gateway block the patch would replace. Allowed are servers without gateways",
    imports:
        "what the account imports on a stream's subject is not mapped, so the stream would miss it. Publish it in the account itself, or import it on another subject",
    leafNodes:
        "a core subscriber on a leaf node would receive what is published there twice, once from the stream's copy. Say nats.republish: false for each stream if no core subscriber has its subject, or connect the leaf nodes to another account",
    mqtt: "MQTT keeps what it delivers with QoS 1 and 2 by the mapped subject, so sessions would miss the streams' subjects. Move MQTT to another account, or its topics away from the streams",
    requestReply:
        "a service would receive requests on a stream's subject as copies without a reply subject, and could not answer. Move the requests to a subject of no stream",
};

/** What would be served otherwise than before. */
function featureIssues({ uses }: Pick<FoundDeployment, "uses">, { streams }: FoundProfile): string[] {
    if (uses === undefined)
        return [
            `uses: missing; the patch changes how ${Object.keys(reasons).join(", ")} are served. Name those that the servers or the account with the streams have, [] for none`,
        ];
    return uses
        .filter((feature) => feature !== "leafNodes" || streams.some(republishes))
        .map((feature) => `uses: ${feature} found; ${reasons[feature]}`);
}
