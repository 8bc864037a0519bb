import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { NatsConf } from "../nats/natsConf";
import { witnessConfStep } from "./natsWitnessConfig";

/** What a witness's boot script is made for. */
export interface WitnessBoot {
    readonly conf: NatsConf;
    /** AWS's name of the region. */
    readonly region: string;
    /** The retained volume. */
    readonly volumeId: string;
    /** Name of the secret with the gateway's certificate, in this region. */
    readonly certificateSecret: string;
    readonly server: WitnessServer;
}

/** The server's official release for arm64, and what its archive has to be. */
export interface WitnessServer {
    /** "2.14.9". */
    readonly version: string;
    /** SHA-256 of the archive in `witnessServerUrl`, in hexadecimal: from the release's own list (`witnessChecksumsUrl`). */
    readonly sha256: string;
}

/** Where AWS's instance finds the release. */
export function witnessServerUrl(version: string): string {
    return `${releaseUrl(version)}/${archiveName(version)}`;
}

/** Where people find the archive's checksum, in the line of `archiveName`. */
export function witnessChecksumsUrl(version: string): string {
    return `${releaseUrl(version)}/SHA256SUMS`;
}

export function archiveName(version: string): string {
    return `nats-server-v${version}-linux-arm64.tar.gz`;
}

function releaseUrl(version: string): string {
    return `https://github.com/nats-io/nats-server/releases/download/v${version}`;
}

/** The most that AWS takes as user data, in bytes. */
const userDataLimit = 16 * 1024;

/** The script of the instance's first boot: the files, and then `natsWitness/boot.sh`. */
export function witnessUserData(boot: WitnessBoot): string {
    const script = [
        "#!/bin/sh\n# Sets up the seventh voter of the NATS super-cluster.\nset -eu\nmkdir -p /etc/nats\n",
        witnessConfStep(boot.conf),
        fileStep("/etc/nats/witness.env", `REGION=${boot.region}\nSECRET_ID=${boot.certificateSecret}\n`),
        fileStep("/usr/local/sbin/nats-certificate", part("certificate.sh")),
        "chmod 0755 /usr/local/sbin/nats-certificate\n",
        ...["nats.service", "nats-certificate.service", "nats-certificate.timer"].map((unit) =>
            fileStep(`/etc/systemd/system/${unit}`, part(unit)),
        ),
        environment({
            VOLUME_ID: boot.volumeId,
            VOLUME_WAIT_SECONDS: "600",
            SERVER_URL: witnessServerUrl(boot.server.version),
            SERVER_SHA256: boot.server.sha256,
        }),
        part("boot.sh"),
    ].join("");
    const size = Buffer.byteLength(script);
    if (size > userDataLimit)
        throw new Error(`the witness's boot script has ${size} bytes; AWS takes ${userDataLimit}: shorten nats.conf`);
    return script;
}

function part(name: string): string {
    return readFileSync(join(__dirname, "natsWitness", name), "utf8");
}

function fileStep(path: string, content: string): string {
    return `cat >${path} <<'END_OF_FILE'\n${content}END_OF_FILE\n`;
}

/** Values are checked to be plain words, so that they need no quotes. */
function environment(variables: Readonly<Record<string, string>>): string {
    return Object.entries(variables)
        .map(([key, value]) => {
            if (!/^[A-Za-z0-9_./:-]+$/.test(value))
                throw new Error(`${key}: ${JSON.stringify(value)} found; allowed are letters, digits and _ . / : -`);
            return `export ${key}=${value}\n`;
        })
        .join("");
}
