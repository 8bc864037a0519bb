import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { kgents } from "../infra/kgents";
import { policyConfigOf } from "../infra/policyConfig";
import { servePack } from "../policies/pack";

/** Name of the project that the pack lies in; its bundle is in `policies/dist`. Undefined for a pack that was taken elsewhere. */
function ownProject(): string | undefined {
    const file = path.resolve(__dirname, "../../Pulumi.yaml");
    if (!existsSync(file)) return undefined;
    return /^name:\s*["']?([^"'\s#]+)/m.exec(readFileSync(file, "utf8"))?.[1];
}

// Nothing else here: loading this file starts a server, so tests import policies/all.
const project = ownProject();
servePack(
    "drkit",
    project === undefined
        ? undefined
        : {
              project,
              configurationOf: (environment, liveName) => policyConfigOf(kgents, { project, environment, liveName }),
          },
);
