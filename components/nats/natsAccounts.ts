import type { NatsAccountProfile, NatsUserProfile, RegionProfile, SystemProfile } from "../model/profile";
import { asDestination, subjectRoot } from "./natsSubjects";

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

/** Everybody who logs in with a password, the system account's user first. */
export function natsUsersOf(
    profile: Pick<SystemProfile, "natsAccount">,
): { readonly name: string; readonly passwordVariable: string }[] {
    const { name, passwordVariable: ofSystem } = natsUsers.system;
    return [
        { name, passwordVariable: ofSystem },
        ...clientsOf(profile).map((user) => ({ name: user.name, passwordVariable: passwordVariable(user.name) })),
    ];
}

/** The users of the account with the streams; the program's Jobs are one of them. */
function clientsOf(profile: Pick<SystemProfile, "natsAccount">): readonly NatsUserProfile[] {
    const { users } = accountsOf(profile);
    const { name } = natsUsers.application;
    return users.some((user) => user.name === name) ? users : [{ name }, ...users];
}

/** Regions that hold streams; the witness never does. */
function dataRegions(profile: Pick<SystemProfile, "regions">): RegionProfile[] {
    return [profile.regions.primary, profile.regions.dr];
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
    const { account, systemAccount: system, anonymous } = accountsOf(profile);
    const application = {
        users: clientsOf(profile).map((user) => ({
            ...login(user.name),
            permissions: scopedPermissions(profile, region, user.permissions),
        })),
    };
    const mappings = subjectMappings(profile);
    return {
        system_account: system,
        accounts: {
            [system]: { users: [login(natsUsers.system.name)] },
            ...(account !== defaultAccount && { [account]: { jetstream: "enabled", ...application, mappings } }),
        },
        ...(account === defaultAccount && { authorization: application, mappings }),
        // Who came without a login goes on to, with the permissions of a user.
        ...(anonymous && { no_auth_user: natsUsers.application.name }),
    };
}

/** The same for a server without users: it takes part in the account and maps for it. */
export function natsAccessWithoutUsers(profile: AccessProfile): Record<string, unknown> {
    const { account, systemAccount: system } = accountsOf(profile);
    const mappings = subjectMappings(profile);
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

/**
 * A user's permissions, as found, with the region's subjects: permissions are checked after the mapping, so a list of what may be
 * published needs what it becomes as well; and the other region's subjects are denied.
 */
function scopedPermissions(
    profile: Pick<SystemProfile, "streams" | "regions">,
    region: RegionProfile,
    found: NatsUserProfile["permissions"] = {},
): Record<string, unknown> {
    const { publish = {}, ...rest } = found;
    const { allow, deny } = isObject(publish) ? publish : { allow: publish, deny: undefined };
    const others = dataRegions(profile).filter((other) => other.role !== region.role);
    const allowed = subjects(allow);
    return {
        ...rest,
        publish: {
            ...(allow !== undefined && {
                allow: [...new Set([...allowed, ...allowed.flatMap((subject) => twinsOf(profile, region, subject))])],
            }),
            deny: [
                ...subjects(deny),
                ...others.flatMap((other) => profile.streams.map((stream) => `${other.short}.${stream.subject}`)),
            ],
        },
    };
}

/** What publishes to a subject become in a region: those of a stream, and in the standby the calls to a stream's consumers. */
function twinsOf(profile: Pick<SystemProfile, "streams">, region: RegionProfile, subject: string): string[] {
    if (subject.startsWith("$JS.")) {
        const words = subject.split(".");
        const streams = region.role === "dr" ? profile.streams.filter(({ name }) => words.includes(name)) : [];
        return streams.map(({ name, mirror }) => words.map((word) => (word === name ? mirror : word)).join("."));
    }
    const words = subject.split(".");
    return profile.streams.flatMap((stream) => {
        const wanted = subjectRoot(stream.subject).split(".");
        // The subject is inside the stream's, or is wider than it: then all of the stream's become possible.
        const meets = wanted.every(
            (word, index) => words[index] === word || words[index] === "*" || words.slice(0, index + 1).includes(">"),
        );
        if (!meets) return [];
        const within = words.slice(0, wanted.length).includes(">") ? [] : words.slice(wanted.length);
        // A stream of "word.*" has no subject of more words.
        if (stream.subject.endsWith("*") && within.length > 1) return [];
        const isAll = within.length === 0 || (stream.subject.endsWith("*") && within[0] === ">");
        return [`${region.short}.${isAll ? stream.subject : subject}`];
    });
}

function subjects(list: unknown): string[] {
    return list === undefined ? [] : [list].flat().map(String);
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
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
