import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { natInstanceUserData } from "./regionNetworkNat";

describe("the NAT instance's script of every boot", () => {
    let dir: string;
    const file = (name: string) => path.join(dir, name);
    const command = (name: string, body: string) =>
        writeFileSync(file(name), `#!/bin/sh\necho "${name} $*" >>"${file("log")}"\n${body}\n`, { mode: 0o755 });
    const log = () => readFileSync(file("log"), "utf8").trim().split("\n");
    const nft = 'cat >"$0.rules"';

    beforeEach(() => {
        dir = mkdtempSync(path.join(tmpdir(), "atlas-nat-"));
        for (const name of ["dd", "chmod", "mkswap", "swapon", "swapoff", "rm", "sysctl", "sleep"]) command(name, ":");
    });
    afterEach(() => rmSync(dir, { recursive: true, force: true }));

    function boot(): void {
        const script = /<<'SCRIPT'\n([\s\S]*?)SCRIPT\n/.exec(natInstanceUserData)?.[1] ?? "";
        writeFileSync(file("boot.sh"), script);
        // Of the machine only the shell and cat: whatever else the script needs is a stand-in.
        for (const name of ["cat", "cp"])
            if (!existsSync(file(name)))
                writeFileSync(file(name), `#!/bin/sh\nexec /bin/${name} "$@"\n`, { mode: 0o755 });
        execFileSync("/bin/sh", [file("boot.sh")], {
            env: { PATH: dir, SWAP_FILE: file("swap"), RETRY_SECONDS: "0" },
            stdio: "pipe",
        });
    }

    it("installs nft with swap beside the little memory there is, and tries until it is there", () => {
        writeFileSync(file("ready"), `#!/bin/sh\n${nft}\n`, { mode: 0o755 });
        command(
            "dnf",
            `[ -e "${file("tried")}" ] || { : >"${file("tried")}"; exit 1; }\ncp "${file("ready")}" "${file("nft")}"`,
        );
        boot();
        expect(log().map((line) => line.split(" ")[0])).toEqual([
            "dd",
            "chmod",
            "mkswap",
            "swapon",
            "dnf",
            "sleep",
            "dnf",
            "swapoff",
            "rm",
            "sysctl",
        ]);
        expect(readFileSync(file("nft.rules"), "utf8")).toContain("masquerade");
    });

    it("asks for nothing where nft is there, as at every later boot", () => {
        command("nft", nft);
        boot();
        expect(log()).toEqual(["sysctl -w net.ipv4.ip_forward=1", "nft -f -"]);
    });
});
