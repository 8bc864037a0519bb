import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { witnessServerUrl, witnessUserData, type WitnessBoot } from "./natsWitnessBoot";
import { natsWitnessConf } from "./natsWitnessConfig";

const run = promisify(execFile);
const script = (name: string) => path.join(__dirname, "natsWitness", name);

const boot: WitnessBoot = {
    conf: natsWitnessConf(fixtureSystem),
    region: "eu-west-3",
    volumeId: "vol-0123456789abcdef0",
    certificateSecret: "atlas/nats-gateway/euw3",
    server: { version: "2.14.9", sha256: "b".repeat(64) },
};

describe("witnessUserData", () => {
    it("is a shell script that a shell can read", async () => {
        const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "witness-")), "user-data");
        fs.writeFileSync(file, witnessUserData(boot));
        await run("sh", ["-n", file]);
        fs.rmSync(path.dirname(file), { recursive: true });
    });

    it("names the volume, the release and its checksum, and no secret but by name", () => {
        const text = witnessUserData(boot);
        expect(text.startsWith("#!/bin/sh\n")).toBe(true);
        expect(text).toContain("export VOLUME_ID=vol-0123456789abcdef0\n");
        expect(text).toContain(`export SERVER_URL=${witnessServerUrl("2.14.9")}\n`);
        expect(text).toContain(`export SERVER_SHA256=${"b".repeat(64)}\n`);
        expect(text).toContain("REGION=eu-west-3\nSECRET_ID=atlas/nats-gateway/euw3\n");
        expect(text).not.toContain("PRIVATE KEY");
    });

    it("refuses a value that a shell would read as more than a word", () => {
        expect(() => witnessUserData({ ...boot, volumeId: "vol-1; reboot" })).toThrow(
            'VOLUME_ID: "vol-1; reboot" found',
        );
    });

    it("refuses a configuration that AWS would not take", () => {
        expect(() => witnessUserData({ ...boot, conf: { filler: "x".repeat(17_000) } })).toThrow(
            /bytes; AWS takes 16384/,
        );
    });
});

/** A pretend machine: a folder for /, and commands that write down how they were called. */
let root: string;
const calls = () =>
    fs.existsSync(path.join(root, "calls")) ? fs.readFileSync(path.join(root, "calls"), "utf8").trim().split("\n") : [];

function command(name: string, body = ""): void {
    const file = path.join(root, "bin", name);
    fs.writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>"${root}/calls"\n${body}\n`);
    fs.chmodSync(file, 0o755);
}

async function sh(file: string, env: Record<string, string>): Promise<{ code: number; stderr: string }> {
    try {
        const { stderr } = await run("sh", [file], {
            env: { PATH: `${root}/bin:${process.env["PATH"]}`, ROOT: root, ...env },
        });
        return { code: 0, stderr };
    } catch (error) {
        const { code, stderr } = error as { code: number; stderr: string };
        return { code, stderr };
    }
}

beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "witness-"));
    for (const folder of ["bin", "dev/disk/by-id", "etc/nats"])
        fs.mkdirSync(path.join(root, folder), { recursive: true });
    for (const name of ["mkfs.xfs", "mount", "chown", "useradd", "systemctl"]) command(name);
    command("mountpoint", "exit 1");
    command("id", "exit 1");
});

afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

describe("the first boot", () => {
    const device = () => path.join(root, "dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123");
    let release: string;
    let sha256: string;

    beforeEach(async () => {
        const unpacked = path.join(root, "release", "nats-server-v2.14.9-linux-arm64");
        fs.mkdirSync(unpacked, { recursive: true });
        fs.writeFileSync(path.join(unpacked, "nats-server"), "a server");
        release = path.join(root, "release.tar.gz");
        await run("tar", ["-czf", release, "-C", path.dirname(unpacked), path.basename(unpacked)]);
        sha256 = createHash("sha256").update(fs.readFileSync(release)).digest("hex");
        command("curl", 'while [ $# -gt 1 ]; do [ "$1" = -o ] && cp "$RELEASE" "$2"; shift; done');
        command("blkid", "exit 2");
        fs.writeFileSync(path.join(root, "etc/fstab"), "");
        fs.writeFileSync(device(), Buffer.alloc(2 ** 21));
    });

    const start = (env: Record<string, string> = {}) =>
        sh(script("boot.sh"), {
            VOLUME_ID: "vol-0123",
            VOLUME_WAIT_SECONDS: "5",
            SERVER_URL: "https://release",
            SERVER_SHA256: sha256,
            RELEASE: release,
            ...env,
        });

    it("formats a volume that is empty, mounts it, and starts the server that was pinned", async () => {
        expect(await start()).toEqual({ code: 0, stderr: "" });
        expect(fs.readFileSync(path.join(root, "usr/local/bin/nats-server"), "utf8")).toBe("a server");
        expect(fs.readFileSync(path.join(root, "etc/fstab"), "utf8")).toBe(
            `${device()} ${root}/var/lib/nats xfs defaults,noatime,nofail,x-systemd.device-timeout=300 0 2\n`,
        );
        expect(calls().map((call) => call.replaceAll(root, ""))).toEqual([
            "blkid -p /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123",
            "mkfs.xfs -L nats-witness /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123",
            "mountpoint -q /var/lib/nats",
            "mount /var/lib/nats",
            expect.stringContaining("curl -fsSL"),
            "id nats",
            "useradd --system --no-create-home --shell /sbin/nologin nats",
            "chown nats:nats /var/lib/nats",
            "systemctl daemon-reload",
            "systemctl enable --now nats.service nats-certificate.timer",
        ]);
    });

    it("never formats a volume with a file system: the vote is on it", async () => {
        command("blkid", "exit 0");
        expect((await start()).code).toBe(0);
        expect(calls().some((call) => call.startsWith("mkfs"))).toBe(false);
        expect(calls()).toContain(`mount ${root}/var/lib/nats`);
    });

    it("never formats a volume with data that it cannot name", async () => {
        const content = Buffer.alloc(2 ** 21);
        content.write("something", 4096);
        fs.writeFileSync(device(), content);
        const { code, stderr } = await start();
        expect(code).toBe(1);
        expect(stderr).toBe(
            "witness: volume vol-0123 holds data but no file system that is known; it is left as it is\n",
        );
        expect(calls().some((call) => call.startsWith("mkfs") || call.startsWith("mount "))).toBe(false);
    });

    it("leaves a volume alone that it cannot look at", async () => {
        command("blkid", "exit 8");
        const { code, stderr } = await start();
        expect([code, stderr]).toEqual([
            1,
            "witness: cannot tell what volume vol-0123 holds (blkid: 8); it is left as it is\n",
        ]);
    });

    it("waits for its volume, and says so when it does not come", async () => {
        const hidden = `${device()}.hidden`;
        fs.renameSync(device(), hidden);
        command("sleep", `if [ -e "${hidden}" ]; then mv "${hidden}" "${device()}"; fi`);
        expect((await start()).code).toBe(0);
        fs.rmSync(device());
        expect(await start({ VOLUME_WAIT_SECONDS: "2" })).toEqual({
            code: 1,
            stderr: "witness: volume vol-0123 was not attached within 2 s\n",
        });
    });

    it("starts nothing that is not what was pinned", async () => {
        const { code, stderr } = await start({ SERVER_SHA256: "0".repeat(64) });
        expect([code, stderr]).toEqual([
            1,
            `witness: https://release is not what was pinned: its SHA-256 is not ${"0".repeat(64)}\n`,
        ]);
        expect(fs.existsSync(path.join(root, "usr/local/bin/nats-server"))).toBe(false);
        expect(calls().some((call) => call.startsWith("systemctl"))).toBe(false);
    });

    it("can run again on the same machine", async () => {
        await start();
        command("mountpoint");
        command("id");
        expect((await start()).code).toBe(0);
        expect(fs.readFileSync(path.join(root, "etc/fstab"), "utf8").split("\n")).toHaveLength(2);
    });
});

describe("the certificate of the witness", () => {
    const tls = () => path.join(root, "etc/nats/tls");
    const secret = (parts: Record<string, string>) =>
        fs.writeFileSync(path.join(root, "secret"), JSON.stringify(parts));
    const take = () => sh(script("certificate.sh"), {});

    beforeEach(() => {
        fs.writeFileSync(
            path.join(root, "etc/nats/witness.env"),
            "REGION=eu-west-3\nSECRET_ID=atlas/nats-gateway/euw3\n",
        );
        command("aws", `cat "${root}/secret"`);
        // Without the owner, who is not on this machine.
        command("install", 'while [ $# -gt 2 ]; do shift; done; cp "$1" "$2"; chmod 0400 "$2"');
        secret({ "tls.crt": "certificate", "tls.key": "key", "ca.crt": "authority" });
    });

    it("comes from the replica in its own region, readable by the server only", async () => {
        expect((await take()).code).toBe(0);
        expect(calls()[0]).toBe(
            "aws secretsmanager get-secret-value --region eu-west-3 --secret-id atlas/nats-gateway/euw3 --query SecretString --output text",
        );
        expect(["tls.crt", "tls.key", "ca.crt"].map((name) => fs.readFileSync(path.join(tls(), name), "utf8"))).toEqual(
            ["certificate", "key", "authority"],
        );
        expect(fs.statSync(path.join(tls(), "tls.key")).mode & 0o777).toBe(0o400);
        expect(calls()).toContainEqual(expect.stringContaining("install -o nats -g nats -m 0400"));
    });

    it("is reloaded by a running server when it changed, and only then", async () => {
        await take();
        expect(calls()).toContain("systemctl reload nats.service");
        fs.rmSync(path.join(root, "calls"));
        await take();
        expect(calls()).toEqual([expect.stringContaining("aws secretsmanager")]);
        fs.rmSync(path.join(tls(), "tls.crt"));
        secret({ "tls.crt": "certificate of the new authority", "tls.key": "key", "ca.crt": "both authorities" });
        await take();
        expect(fs.readFileSync(path.join(tls(), "ca.crt"), "utf8")).toBe("both authorities");
        expect(calls()).toContain("systemctl reload nats.service");
    });

    it("stays in use when the secret is out of reach, and is missed when there is none", async () => {
        await take();
        command("aws", "exit 255");
        expect(await take()).toMatchObject({
            code: 0,
            stderr: expect.stringContaining("the certificate from before stays in use"),
        });
        fs.rmSync(tls(), { recursive: true });
        expect((await take()).code).toBe(1);
    });

    it("is not taken when a part of it is missing", async () => {
        secret({ "tls.crt": "certificate", "tls.key": "", "ca.crt": "authority" });
        const { code, stderr } = await take();
        expect([code, stderr.trim()]).toEqual([1, "the secret has no tls.key"]);
        expect(fs.existsSync(tls())).toBe(false);
    });
});
