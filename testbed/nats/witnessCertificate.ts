import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Deployment } from "../../engine/state/deployment";
import { witnessBootScript } from "./witness";
import type { NatsServer } from "./natsServer";

const run = promisify(execFile);

/**
 * The hourly run of the witness's timer, by the deployed script as it is: the secret's value in place of Secrets Manager, the server's
 * folder in place of /, and its own signal in place of systemd's.
 */
export async function takeWitnessCertificate(
    deployment: Deployment,
    server: NatsServer,
    secret: Readonly<Record<string, string>>,
): Promise<void> {
    const root = path.join(server.dir, "files");
    const bin = path.join(server.dir, "bin");
    const file = (name: string, content: string, mode?: number) => {
        fs.mkdirSync(path.dirname(name), { recursive: true });
        fs.writeFileSync(name, content, { mode });
    };
    const value = path.join(server.dir, "secret.json");
    file(value, JSON.stringify(secret), 0o600);
    file(path.join(root, "etc/nats/witness.env"), writtenBy(deployment, "/etc/nats/witness.env"));
    file(path.join(bin, "nats-certificate"), writtenBy(deployment, "/usr/local/sbin/nats-certificate"));
    file(path.join(bin, "aws"), `#!/bin/sh\ncat "${value}"\n`, 0o755);
    // Without the owner, who is not on this machine. A new file takes the old one's place, as the real command does it.
    file(path.join(bin, "install"), '#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\nrm -f "$2"\ncp "$1" "$2"\n', 0o755);
    file(
        path.join(bin, "systemctl"),
        `#!/bin/sh\n[ "$1" != reload ] || kill -HUP "$(cat "${path.join(server.dir, "nats.pid")}")"\n`,
        0o755,
    );
    try {
        await run("sh", [path.join(bin, "nats-certificate")], {
            env: { PATH: `${bin}:${process.env.PATH}`, ROOT: root },
        });
    } finally {
        fs.rmSync(value);
    }
}

/** A file that the deployed boot script writes. */
function writtenBy(deployment: Deployment, name: string): string {
    const content = witnessBootScript(deployment)
        .split(`cat >${name} <<'END_OF_FILE'\n`)[1]
        ?.split(/^END_OF_FILE$/m)[0];
    if (content === undefined) throw new Error(`the witness's boot script writes no ${name}`);
    return content;
}
