import type { SystemProfile } from "../model/profile";
import type { NatsProfile } from "./natsMember";

/** What of a NATS the patch would serve otherwise than before; each is refused where it is found. */
export const foundFeatures = ["authCallout", "gateways", "imports", "leafNodes", "mqtt", "requestReply"] as const;
export type FoundFeature = (typeof foundFeatures)[number];

/** How the user's own NATS is deployed, and what of it a patch cannot change. */
export interface FoundDeployment {
    /** By the official chart, or by manifests with a nats.conf. */
    readonly deployedBy: "chart" | "conf";
    /** Where its accounts are: in nats.conf, or in JWTs that an operator signed. */
    readonly accounts: "config" | "operator";
    /** JetStream's domain. @default none */
    readonly domain?: string | undefined;
    /** Port of its monitoring; 0 is none. @default unknown, which is refused */
    readonly monitorPort?: number | undefined;
    /** What of these the servers or the account with the streams have. @default unknown, which is refused */
    readonly uses?: readonly FoundFeature[] | undefined;
    /** Name of the StatefulSet, and of the server's container in it. */
    readonly statefulSet: string;
    readonly container: string;
}

export interface NatsPatchArgs {
    /** The system, with the cluster, the servers and the accounts as found. */
    readonly profile: NatsProfile & Pick<SystemProfile, "name">;
    /** Name of the Pulumi project, which stands before the keys of its settings. */
    readonly project: string;
    /** Name of the primary's stack. */
    readonly stack: string;
    readonly found: FoundDeployment;
    readonly namespace: string;
    /** Secret with the gateways' certificate. */
    readonly tlsSecret: string;
    /** Secret with the passwords: SYS_PASSWORD, APP_PASSWORD and one for each other user. */
    readonly authSecret: string;
    /** How the account with the streams is reached as it is now. */
    readonly access: {
        readonly url: string;
        readonly login?: { readonly user: string; readonly secretName: string; readonly secretKey: string } | undefined;
    };
    /** Address of the servers, for what runs once the patch is in. */
    readonly url: string;
}
