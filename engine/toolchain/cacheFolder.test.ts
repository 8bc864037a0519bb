import { describe, expect, it } from "vitest";
import { cacheFolder } from "./cacheFolder";

describe("cacheFolder", () => {
    it.each<[string, NodeJS.Platform, NodeJS.ProcessEnv, string]>([
        ["~/.cache on Linux", "linux", { HOME: "/home/a" }, "/home/a/.cache/drkit-tools"],
        [
            "XDG_CACHE_HOME where it is set",
            "linux",
            { HOME: "/home/a", XDG_CACHE_HOME: "/var/a" },
            "/var/a/drkit-tools",
        ],
        [
            "~/.cache where XDG_CACHE_HOME is relative, as the specification says",
            "linux",
            { HOME: "/home/a", XDG_CACHE_HOME: "b" },
            "/home/a/.cache/drkit-tools",
        ],
        ["~/Library/Caches on macOS", "darwin", { HOME: "/Users/a" }, "/Users/a/Library/Caches/drkit-tools"],
        ["LOCALAPPDATA on Windows", "win32", { LOCALAPPDATA: "/c/local" }, "/c/local/drkit-tools"],
        [
            "the profile where LOCALAPPDATA is not set",
            "win32",
            { USERPROFILE: "/c/a" },
            "/c/a/AppData/Local/drkit-tools",
        ],
        ["DRKIT_TOOL_CACHE before all", "darwin", { HOME: "/Users/a", DRKIT_TOOL_CACHE: "/my/tools" }, "/my/tools"],
    ])("is %s", (_what, platform, env, folder) => {
        expect(cacheFolder(env, platform)).toBe(folder);
    });
});
