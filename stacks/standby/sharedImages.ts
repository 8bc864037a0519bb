import type { ReplicatedImages } from "../../infra/outputs";
import { settingKey } from "../../infra/settingKey";
import { ownsAccount } from "../../infra/settings/environment";
import type { StackContext } from "../../infra/stack";

/**
 * What the standby's images lack where another environment's stack owns the registry's replication, of which an account has one: this
 * stack makes none beside it, and needs those that it copies.
 */
export async function sharedImageIssues(stack: StackContext): Promise<string[]> {
    const { role, profile, settings, peers } = stack;
    const { prefixes } = settings.standby.images;
    if (role === "witness" || prefixes.length === 0 || ownsAccount(settings)) return [];
    const { accountOwner } = settings;
    const outputs = await stack.outputsOfStack(accountOwner);
    const copied = outputs?.["replicatedImages"] as ReplicatedImages | undefined;
    const target = profile.regions.dr.name;
    const missing = prefixes.filter(
        (prefix) => copied?.region !== target || !copied.prefixes.some((one) => prefix.startsWith(one)),
    );
    if (missing.length === 0) return [];
    const found =
        outputs === undefined
            ? "does not exist"
            : `copies ${copied ? `${copied.prefixes.join(", ")} to ${copied.region}` : "none"}`;
    return [
        `${settingKey("standby.images.prefixes")}: ${missing.join(", ")} found, and stack ${accountOwner}, which owns the replication of the account's registry ` +
            `(${settingKey("accountOwner")}), ${found}; allowed are those that it copies to ${target}: take stack ${accountOwner} to this phase first, ` +
            `or give every stack of the account accountOwner ${peers.primary}`,
    ];
}
