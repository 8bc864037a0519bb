import * as os from "node:os";
import * as path from "node:path";

/**
 * Where tools are kept between runs, for all checkouts of this user: DRKIT_TOOL_CACHE if set, else `drkit-tools` in the
 * platform's cache folder (XDG_CACHE_HOME or ~/.cache; ~/Library/Caches on macOS; %LOCALAPPDATA% on Windows).
 */
export function cacheFolder(
    env: NodeJS.ProcessEnv = process.env,
    platform: NodeJS.Platform = process.platform,
): string {
    if (env.DRKIT_TOOL_CACHE) return path.resolve(env.DRKIT_TOOL_CACHE);
    return path.join(userCache(env, platform), "drkit-tools");
}

function userCache(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
    const home = env.HOME || env.USERPROFILE || os.homedir();
    if (platform === "win32") return env.LOCALAPPDATA || path.join(home, "AppData", "Local");
    // The XDG specification: a relative path is to be ignored.
    if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME;
    return platform === "darwin" ? path.join(home, "Library", "Caches") : path.join(home, ".cache");
}
