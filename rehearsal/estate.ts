import type { Role, SystemProfile } from "../components/model/profile";
import type { Doubles } from "../testbed/doubles/doubles";
import type { Engine } from "../engine/driver/engine";
import type { EngineStack } from "../engine/driver/engineStack";
import { environmentSystem } from "../components/model/environment";
import { production, stackNameOf } from "../components/model/stackName";
import { seedStandby, type StackSettings } from "./standbyEstate";

/** What the system has before the program touches it, and the settings that tell the program of it. */
export interface Estate {
    readonly settings: StackSettings;
    /** The environment whose stacks these are. @default production */
    readonly environment?: string;
}

/** The engine's stack of a role, in the estate's environment. */
export function roleStack(
    engine: Engine,
    { environment = production }: Pick<Estate, "environment">,
    role: Role,
): EngineStack {
    return engine.stack(stackNameOf({ role, environment }));
}

/** Addresses of the documentation range: the live name's simple record before the cutover. */
const liveRecord = { addresses: ["192.0.2.10", "192.0.2.11"], ttl: 300 };

/**
 * Puts into the pretend cloud what a system of phase 10 has and the program does not make: the hosted zone, the live name
 * as a simple record, the load balancer that Kong's Service got, and what a person stores before phase 13. Environments share the zone.
 */
export async function seedEstate(
    doubles: Doubles,
    system: SystemProfile,
    environment: string = production,
): Promise<Estate> {
    const profile = environmentSystem(system, environment);
    const region = profile.regions.primary.name;
    const zone =
        doubles.cloud.find("aws:route53/zone:Zone", ({ inputs }) => inputs.name === profile.zone) ??
        (await doubles.seed("aws:route53/zone:Zone", { name: profile.zone }, { region }));
    await doubles.seed(
        "aws:route53/record:Record",
        { zoneId: zone.id, name: profile.apiHost, type: "A", records: liveRecord.addresses, ttl: liveRecord.ttl },
        { region },
    );
    const kong = await doubles.seed(
        "aws:lb/loadBalancer:LoadBalancer",
        { name: environment === production ? "kong" : `${environment}-kong`, loadBalancerType: "application" },
        { region },
    );
    const { dnsName, zoneId, arnSuffix } = kong.properties;
    const standby = await seedStandby(doubles, profile);
    const ingress = { loadBalancer: { dnsName, zoneId, arnSuffix } };
    const dns = { liveRecord, cutover: "pending" };
    return { environment, settings: { ...standby, primary: { ...standby.primary, ingress, dns } } };
}

/** Gives every stack the settings of the estate, in the engine's own copy of the configuration. */
export async function configure(engine: Engine, estate: Estate): Promise<void> {
    for (const [role, settings] of Object.entries(estate.settings)) {
        for (const [key, value] of Object.entries(settings))
            await roleStack(engine, estate, role as Role).setConfig(key, value);
    }
}
