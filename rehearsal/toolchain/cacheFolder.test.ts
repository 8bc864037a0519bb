import { describe, expect, it } from "vitest";
import { cacheFolder } from "./cacheFolder";

describe("cacheFolder", () => {
    it.each<[string, NodeJS.Platform, NodeJS.ProcessEnv, string]>([
        ["~/.cache on Linux", "linux", { HOME: "/home/a" }, "/home/a/.cache/kgents-tools"],
        [
            "XDG_CACHE_HOME where it is set",
            "linux",
            { HOME: "/home/a", XDG_CACHE_HOME: "/var/a" },
            "/var/a/kgents-tools",
        ],
        [
            "~/.cache where XDG_CACHE_HOME is relative, as the specification says",
            "linux",
            { HOME: "/home/a", XDG_CACHE_HOME: "b" },
            "/home/a/.cache/kgents-tools",
        ],
        ["~/Library/Caches on macOS", "darwin", { HOME: "/Users/a" }, "/Users/a/Library/Caches/kgents-tools"],
        ["LOCALAPPDATA on Windows", "win32", { LOCALAPPDATA: "/c/local" }, "/c/local/kgents-tools"],
        [
            "the profile where LOCALAPPDATA is not set",
            "win32",
            { USERPROFILE: "/c/a" },
            "/c/a/AppData/Local/kgents-tools",
        ],
        ["KGENTS_TOOL_CACHE before all", "darwin", { HOME: "/Users/a", KGENTS_TOOL_CACHE: "/my/tools" }, "/my/tools"],
    ])("is %s", (_what, platform, env, folder) => {
        expect(cacheFolder(env, platform)).toBe(folder);
    });
});
