import type { NatsAccountProfile, NatsUserProfile, RegionProfile, SystemProfile } from "../model/profile";
import { mappingContext, mergedMappings } from "./natsFoundMappings";
import { dataRegions, scopedPermissions } from "./natsPermissions";
import { asDestination } from "./natsSubjects";

/** The users that the program itself logs in as, and the environment variables that carry their passwords. */
export const natsUsers = {
    system: { name: "sys", passwordVariable: "SYS_PASSWORD" },
    application: { name: "app", passwordVariable: "APP_PASSWORD" },
} as const;

/** The account that holds the streams, where the program makes it. */
export const applicationAccount = "APP";

/** The account of a server whose configuration names none. It cannot be named there: its users and mappings stand at the top. */
export const defaultAccount = "$G";

/**
 * The server's own name for its system account. A cluster without accounts uses it as well, so adopting one or adding
 * accounts later never renames it: a renamed system account is a new meta group, which deletes streams.
 */
export const systemAccount = "$SYS";

const ownAccounts: NatsAccountProfile = { account: applicationAccount, systemAccount, users: [], anonymous: false };

/** The system's accounts: as found, or the program's own. */
export function accountsOf({ natsAccount }: Pick<SystemProfile, "natsAccount">): NatsAccountProfile {
    return natsAccount ?? ownAccounts;
}

/** The variable with a user's password, which is also its key in the Secret: "APP_PASSWORD". */
function passwordVariable(user: string): string {
    return `${user.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_PASSWORD`;
}

/** Everybody who logs in with a password, the system account's users first. */
export function natsUsersOf(
    profile: Pick<SystemProfile, "natsAccount">,
): { readonly name: string; readonly passwordVariable: string }[] {
    return [...systemUsersOf(profile), ...clientsOf(profile).map(({ name }) => name)].map((name) => ({
        name,
        passwordVariable: passwordVariable(name),
    }));
}

/** The users of the system account: the program's, and those that the user's own has. */
function systemUsersOf(profile: Pick<SystemProfile, "natsAccount">): string[] {
    const { name } = natsUsers.system;
    return [name, ...(accountsOf(profile).systemUsers ?? []).filter((user) => user !== name)];
}

/** The users of the account with the streams; the program's Jobs are one of them. */
function clientsOf(profile: Pick<SystemProfile, "natsAccount">): readonly NatsUserProfile[] {
    const { users } = accountsOf(profile);
    const { name } = natsUsers.application;
    return users.some((user) => user.name === name) ? users : [{ name }, ...users];
}

/** What accounts, users and mappings are made from. */
type AccessProfile = Pick<SystemProfile, "natsAccount" | "streams" | "regions">;

/**
 * Accounts, users and mappings of nats.conf, with the subjects of each region kept apart: a publish to `orders.new` becomes
 * `use1.orders.new` for a client in us-east-1 and `usw2.orders.new` for one in us-west-2, so that the origin and a
 * promoted mirror never own the same subject and no client changes.
 *
 * The mappings are the same on all servers, from the first day: they name the cluster that each destination is for.
 * The permissions are this region's own: a raw publish to another region's subjects would be stored there.
 */
export function natsAccess(profile: AccessProfile, region: RegionProfile): Record<string, unknown> {
    const { account, systemAccount: system, anonymous, noAuthUser } = accountsOf(profile);
    const application = {
        users: clientsOf(profile).map((user) => ({
            ...login(user.name),
            permissions: scopedPermissions(profile, region, user.permissions),
            ...(user.connectionTypes && { allowed_connection_types: user.connectionTypes }),
        })),
    };
    const mappings = accountMappings(profile);
    return {
        system_account: system,
        accounts: {
            [system]: { users: systemUsersOf(profile).map(login) },
            ...(account !== defaultAccount && { [account]: { jetstream: "enabled", ...application, mappings } }),
        },
        ...(account === defaultAccount && { authorization: application, mappings }),
        // Who came without a login stays who it was: that user, or one who may do everything where nobody was asked.
        ...((noAuthUser !== undefined || anonymous) && { no_auth_user: noAuthUser ?? natsUsers.application.name }),
    };
}

/** The same for a server without users: it takes part in the account and maps for it. */
export function natsAccessWithoutUsers(profile: AccessProfile): Record<string, unknown> {
    const { account, systemAccount: system } = accountsOf(profile);
    const mappings = accountMappings(profile);
    return {
        system_account: system,
        accounts: {
            [system]: {},
            ...(account !== defaultAccount && { [account]: { jetstream: "enabled", mappings } }),
        },
        ...(account === defaultAccount && { mappings }),
    };
}

function login(user: string) {
    return { user, password: `<< $${passwordVariable(user)} >>` };
}

/** The account's mappings: those found, which go on reaching the streams, and the program's. */
function accountMappings(profile: AccessProfile): Record<string, unknown> {
    const own = subjectMappings(profile);
    const found = accountsOf(profile).mappings ?? {};
    return { ...mergedMappings(found, mappingContext(profile, Object.keys(own))), ...own };
}

/** Mappings of the publish subjects, and of the calls that a client makes to a durable created beforehand in the standby. */
export function subjectMappings(profile: Pick<SystemProfile, "streams" | "regions">): Record<string, unknown> {
    const standby = profile.regions.dr;
    const entries = profile.streams.flatMap((stream): [string, unknown][] => [
        [
            stream.subject,
            dataRegions(profile).map((region) => ({
                destination: asDestination(`${region.short}.${stream.subject}`),
                weight: "100%",
                cluster: region.natsCluster,
            })),
        ],
        ...["CONSUMER.MSG.NEXT", "CONSUMER.INFO"].map((call): [string, unknown] => [
            `$JS.API.${call}.${stream.name}.*`,
            [
                {
                    destination: `$JS.API.${call}.${stream.mirror}.{{wildcard(1)}}`,
                    weight: "100%",
                    cluster: standby.natsCluster,
                },
            ],
        ]),
    ]);
    return Object.fromEntries(entries);
}
