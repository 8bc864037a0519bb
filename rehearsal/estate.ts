import type { Role, SystemProfile } from "../infra/profile";
import type { Doubles } from "./doubles/doubles";
import type { Engine } from "./engine/engine";
import { seedStandby } from "./standbyEstate";

/** What the system has before the program touches it, and the settings that tell the program of it. */
export interface Estate {
    readonly settings: Partial<Record<Role, Readonly<Record<string, unknown>>>>;
}

/** Addresses of the documentation range: the live name's simple record before the cutover. */
const liveRecord = { addresses: ["192.0.2.10", "192.0.2.11"], ttl: 300 };

/**
 * Puts into the pretend cloud what a system of phase 10 has and the program does not make: the hosted zone, the live name
 * as a simple record, the load balancer that Kong's Service got, and what a person stores before phase 13.
 */
export async function seedEstate(doubles: Doubles, profile: SystemProfile): Promise<Estate> {
    const region = profile.regions.primary.name;
    const zone = await doubles.seed("aws:route53/zone:Zone", { name: profile.zone }, { region });
    await doubles.seed(
        "aws:route53/record:Record",
        { zoneId: zone.id, name: profile.apiHost, type: "A", records: liveRecord.addresses, ttl: liveRecord.ttl },
        { region },
    );
    const kong = await doubles.seed(
        "aws:lb/loadBalancer:LoadBalancer",
        { name: "kong", loadBalancerType: "application" },
        { region },
    );
    const { dnsName, zoneId, arnSuffix } = kong.properties;
    const standby = await seedStandby(doubles, profile);
    const dns = { loadBalancer: { dnsName, zoneId, arnSuffix }, liveRecord, cutover: "pending" };
    return { settings: { ...standby, primary: { ...standby.primary, dns } } };
}

/** Gives every stack the settings of the estate, in the engine's own copy of the configuration. */
export async function configure(engine: Engine, estate: Estate): Promise<void> {
    for (const [role, settings] of Object.entries(estate.settings)) {
        for (const [key, value] of Object.entries(settings)) await engine.stack(role as Role).setConfig(key, value);
    }
}
