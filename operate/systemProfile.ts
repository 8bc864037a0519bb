import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { withNatsSettings } from "../infra/natsFound";
import { kgents, type SystemProfile } from "../infra/profile";
import { natsSettings } from "../infra/settings/nats";
import { UsageError } from "./commands/command";

/** The setting of NATS, in the standby's file: the one that is at hand when the primary region is gone. */
const file = "Pulumi.dr.yaml";
const key = "kgents-dr:nats";

/**
 * The system as it is deployed: the profile with what the standby's settings say of NATS (`nats.republish`, `nats.found`).
 * Throws a `UsageError` for a setting that the stacks would refuse as well.
 */
export function systemProfile(projectDir: string): SystemProfile {
    const settings = path.join(projectDir, file);
    if (!existsSync(settings)) return kgents;
    const { success, data, error } = natsSettings.nats.safeParse(parse(readFileSync(settings, "utf8"))?.config?.[key]);
    if (success) return withNatsSettings(kgents, data);
    const issues = error.issues.map((issue) => `${[key, ...issue.path].join(".")}: ${issue.message}`);
    throw new UsageError(`${file} says of NATS what no stack accepts:\n- ${issues.join("\n- ")}`);
}
