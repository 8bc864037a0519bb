import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { jetstreamManager, StorageType } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { applicationAccount } from "../../components/nats/natsAccounts";
import { loginOf } from "../../testbed/nats/client";
import { fillStream, quicklyFilled } from "../../testbed/nats/fillStream";
import { waitFor } from "../../testbed/nats/waitFor";
import { DrillRun } from "../kit/drillRun";
import { regionServers } from "../kit/environments/singleRegion";
import { projectRoot } from "../paths";
import { primaryFixture } from "../testing/fixtureDeployment";
import { inTurns, type Bench, type BenchContext } from "./bench";
import { drillContext } from "./drillContext";
import type { ComparisonCost } from "./programs/compareMirror/index";
import { canWatch } from "./programWatch";

const count = 1_000_000;

/** A mirror and its origin of a million small messages, compared by the code of `streams rebuild-mirror`, in a process of its own. */
export const mirrorComparison: Bench = {
    id: "mirror-comparison",
    title: "comparison of a mirror of 1,000,000 messages with its origin",
    run: async (context) => {
        if (!canWatch) throw new Error(`needs Linux's /proc to see the peak of memory; this is ${process.platform}`);
        const primary = await primaryFixture();
        const run = new DrillRun("mirror-comparison", await drillContext(context, context.system, { primary }));
        try {
            const { member, connect } = await regionServers(run);
            const { user, pass } = loginOf(primary, applicationAccount);
            await fill(await connect("filler"), context);
            const servers = member.servers.map(({ url }) => url).join(",");
            const program = path.join(__dirname, "programs", "compareMirror", "index.ts");
            const flags = operatorFlags();
            const megabytes: number[] = [];
            const compare = async () => {
                const { stdout } = await promisify(execFile)(
                    process.execPath,
                    [...flags, program, servers, user, "MANY", "MANY_MIRROR"],
                    { cwd: projectRoot, env: { ...process.env, NATS_PASSWORD: pass }, signal: context.signal },
                );
                const cost = JSON.parse(stdout) as ComparisonCost;
                if (cost.compared !== count || cost.different !== 0)
                    throw new Error(
                        `${cost.compared} messages compared, ${cost.different} different: not what was stored`,
                    );
                megabytes.push(cost.megabytes);
                return cost.seconds;
            };
            const { seconds } = await inTurns({ seconds: compare }, context);
            return [
                {
                    id: "mirror-comparison",
                    title: "a mirror of 1,000,000 messages, compared",
                    unit: "s",
                    samples: seconds,
                    limit: 60,
                },
                {
                    id: "mirror-comparison-memory",
                    title: "memory that the comparison takes",
                    unit: "MB",
                    samples: megabytes.slice(-seconds.length),
                    // 100 MiB.
                    limit: 105,
                },
            ];
        } finally {
            await run.close();
        }
    },
};

/**
 * Node's flags of `npm run dr`. One of them bounds what is not collected yet: without it garbage of 150 MB lies about, of a stream of any length,
 * before the first collection.
 */
function operatorFlags(): string[] {
    const { scripts } = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8"));
    const [, flags] = /^node (.+) operate\/main\.ts$/.exec(scripts.dr) ?? [];
    if (flags === undefined)
        throw new Error(`package.json: script dr is "${scripts.dr}", which starts no operate/main.ts`);
    return flags.split(" ");
}

async function fill(connection: NatsConnection, { progress, signal }: BenchContext): Promise<void> {
    const manager = await waitFor("JetStream to answer", () => jetstreamManager(connection, { timeout: 5_000 }));
    const settings = { storage: StorageType.File, ...quicklyFilled };
    await waitFor("an origin", () => manager.streams.add({ ...settings, name: "MANY", subjects: ["many.>"] }));
    await waitFor("a mirror", () =>
        manager.streams.add({ ...settings, name: "MANY_MIRROR", mirror: { name: "MANY" } }),
    );
    await fillStream(connection, "many.bench", count, { signal });
    await waitFor(
        "the mirror has all messages",
        async () => (await manager.streams.info("MANY_MIRROR")).state.last_seq === count || undefined,
        { seconds: 300, signal },
    );
    progress(`${count} messages in an origin and its mirror`);
}
