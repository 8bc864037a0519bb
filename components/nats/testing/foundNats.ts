import type { NatsAccountProfile, SystemProfile } from "../../model/profile";
import { fixtureSystem } from "../../testing/fixtureSystem";
import type { NatsPatchArgs } from "../natsPatchArgs";

const defaults: NatsAccountProfile = {
    account: "$G",
    systemAccount: "$SYS",
    users: [{ name: "app", permissions: {} }],
    anonymous: false,
    mappings: {},
    systemUsers: [],
};
/** The fixture with a NATS of the user's own. */
export const system = ({
    cluster = "nats",
    servers = 5,
    ...account
}: Partial<NatsAccountProfile> & { cluster?: string; servers?: number } = {}): SystemProfile => {
    const { primary, dr, witness } = fixtureSystem.regions;
    return {
        ...fixtureSystem,
        natsAccount: { ...defaults, ...account },
        regions: {
            primary: { ...primary, natsCluster: cluster, natsServers: servers },
            dr: { ...dr, natsServers: servers },
            witness,
        },
    };
};
/** How it is deployed, and that nothing else lives by its subjects. */
export const found = {
    deployedBy: "conf",
    accounts: "config",
    statefulSet: "nats",
    container: "nats",
    monitorPort: 8222,
    uses: [],
} as const;

export const args: NatsPatchArgs = {
    profile: system(),
    project: "atlas-recovery",
    stack: "primary",
    found,
    namespace: "atlas-messaging",
    tlsSecret: "nats-gateway-tls",
    authSecret: "own-auth",
    access: { url: "nats://nats.atlas-messaging.svc:4222" },
    url: "nats://nats.atlas-messaging.svc:4222",
};
