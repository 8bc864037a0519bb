import { minutes, type Seconds } from "../../../components/model/duration";
import { check } from "../../kit/checkers/check";
import type { Outcome } from "../../kit/drill";
import { startWatchedDns, type WatchedDnsOptions } from "../../kit/environments/watchedDns";
import { behaves, propagation, type DeployedPair } from "../../kit/environments/dnsPair";

/** A minute down, a minute up: longer than detection either way, so that DNS follows it if nothing holds. */
const half: Seconds = 60;
const duration: Seconds = minutes(16);

/**
 * A primary that comes and goes, with the watcher allowed to set the latch (as from phase 13 on): DNS may follow it once or twice until
 * the latch is in force, and then has to stay.
 */
export async function flap(
    pair: DeployedPair,
    { system, seed, workDir }: Pick<WatchedDnsOptions, "system" | "seed" | "workDir">,
): Promise<Outcome> {
    const world = await startWatchedDns(pair, { system, seed, workDir, propagation, mode: "latch" });
    try {
        const turns: Seconds[] = [];
        let last = world.answered();
        world.route53.onChange(() => {
            if (world.answered() === last) return;
            last = world.answered();
            turns.push(world.clock.now);
        });
        for (let time = 0; time < duration; time += half) {
            world.now.primary = (time / half) % 2 === 0 ? behaves.refused : behaves.well;
            await world.advance(time + half);
        }
        const late = turns.filter((at) => at > duration / 2).length;
        return {
            checks: [
                check(
                    "flapping-settles",
                    "A primary that comes and goes every minute ends up held out, not in and out",
                    world.answered() === "standby" && late === 0,
                    "standby, and no turn in the second half",
                    `${world.answered() ?? "nothing"}, ${turns.length} turns, ${late} of them in the second half`,
                ),
            ],
            details: { flapping: { turns: turns.length, lastTurnAt: turns.at(-1) } },
        };
    } finally {
        await world.stop();
    }
}
