import { execFileSync } from "node:child_process";
import { projectRoot } from "./paths";

/** The commit that is rehearsed, with "-dirty" when files differ from it; "unknown" outside a checkout. */
export function revision(): string {
    const git = (...args: string[]) =>
        execFileSync("git", args, { cwd: projectRoot, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    try {
        return git("rev-parse", "HEAD") + (git("status", "--porcelain") === "" ? "" : "-dirty");
    } catch {
        return "unknown";
    }
}
