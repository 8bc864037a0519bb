import type { RegionProfile, SystemProfile } from "./profile";
import { physicalName } from "./nameLimits";

/** Names in the zone, computed from the live one so that each stack can name what another owns. */
export interface DnsNames {
    /** The failover pair's own: "failover.api.example.com". */
    readonly pair: string;
    /** What only the primary answers to, for its deep check (seed 000): "primary.api.example.com". */
    readonly primaryHost: string;
}

export function dnsNamesOf({ apiHost }: Pick<SystemProfile, "apiHost">): DnsNames {
    return { pair: `failover.${apiHost}`, primaryHost: `primary.${apiHost}` };
}

/** The STOP latch's bucket: bucket names are unique in all of AWS, so it carries the account; no dots, its host needs S3's certificate. */
export function stopLatchBucket(
    { name }: Pick<SystemProfile, "name">,
    { short }: Pick<RegionProfile, "short">,
    accountId: string,
): string {
    return physicalName("bucket", [name, "stop-latch", short, accountId]);
}
