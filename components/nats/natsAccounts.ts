import type { RegionProfile, SystemProfile } from "../../infra/profile";

/** The users of the two accounts, and the environment variables that carry their passwords. */
export const natsUsers = {
    system: { name: "sys", passwordVariable: "SYS_PASSWORD" },
    application: { name: "app", passwordVariable: "APP_PASSWORD" },
} as const;

/** The account that holds the streams. */
export const applicationAccount = "APP";

/**
 * The server's own name for its system account. A cluster without accounts uses it as well, so adopting one or adding
 * accounts later never renames it: a renamed system account is a new meta group, which deletes streams.
 */
export const systemAccount = "$SYS";

/** Regions that hold streams; the witness never does. */
export function dataRegions(profile: SystemProfile): RegionProfile[] {
    return [profile.regions.primary, profile.regions.dr];
}

/**
 * The `accounts` of nats.conf, with the subjects of each region kept apart: a publish to `agentese.foo` becomes
 * `use1.agentese.foo` for a client in us-east-1 and `usw2.agentese.foo` for one in us-west-2, so that the origin and a
 * promoted mirror never own the same subject and no client changes.
 *
 * The mappings are the same on all servers, from the first day: they name the cluster that each destination is for.
 * The permissions are this region's own: a raw publish to another region's subjects would be stored there.
 */
export function natsAccounts(profile: SystemProfile, region: RegionProfile): Record<string, unknown> {
    const others = dataRegions(profile).filter((other) => other.role !== region.role);
    return {
        [systemAccount]: { users: [{ user: natsUsers.system.name, password: `<< $${natsUsers.system.passwordVariable} >>` }] },
        [applicationAccount]: {
            jetstream: "enabled",
            users: [
                {
                    user: natsUsers.application.name,
                    password: `<< $${natsUsers.application.passwordVariable} >>`,
                    permissions: {
                        publish: { deny: others.flatMap((other) => profile.streams.map((stream) => `${other.short}.${stream.subject}`)) },
                    },
                },
            ],
            mappings: subjectMappings(profile),
        },
    };
}

/** Mappings of the publish subjects, and of the calls that a client makes to a durable created beforehand in the standby. */
export function subjectMappings(profile: SystemProfile): Record<string, unknown> {
    const standby = profile.regions.dr;
    const entries = profile.streams.flatMap((stream): [string, unknown][] => [
        [
            stream.subject,
            dataRegions(profile).map((region) => ({
                destination: `${region.short}.${stream.subject}`,
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
