import type { Seconds } from "../../../components/model/duration";
import type { SystemProfile } from "../../../components/model/profile";
import { startAwsEndpoint, type AwsEndpoint } from "../../../testbed/dns/awsEndpoint";
import type { Route53Options } from "../../../testbed/dns/route53";
import { startNameServer } from "../../../testbed/dns/server";
import { deployedLatch, startLatchWatcher } from "./latchWatcher";
import { startDns, type DeployedPair, type DnsEnvironment } from "./dnsPair";

/** One run of the watcher. */
export interface WatcherRun {
    readonly at: Seconds;
    readonly answer?: string;
    readonly done: string;
}

/** A world with the deployed watcher in it: its code, real DNS packets, a stand-in for S3 and SNS. */
export interface WatchedDns extends DnsEnvironment {
    readonly aws: AwsEndpoint;
    readonly runs: readonly WatcherRun[];
    /** When the latch was set first; undefined as long as it never was. */
    readonly latchSetAt: () => Seconds | undefined;
    /** What the watcher was deployed to do. */
    readonly mode: "page" | "latch";
    /** What an operator's `aws s3api put-object` and `delete-object` do to the latch. */
    setLatch(): void;
    removeLatch(): void;
    /** Lets time pass until then, with every scheduled run of the watcher. */
    advance(until: Seconds): Promise<void>;
    stop(): Promise<void>;
}

export interface WatchedDnsOptions extends Partial<Route53Options> {
    readonly system: SystemProfile;
    readonly seed: number;
    readonly workDir: string;
    /** @default as deployed */
    readonly mode?: "page" | "latch";
    /** When within its minute the watcher runs. @default 7 s */
    readonly phase?: Seconds;
}

const schedule: Seconds = 60;
/** The world's year zero. Fixed, so that equal seeds give equal runs. */
const epoch = Date.UTC(2026, 0, 1);

/** Starts the world and the watcher. Only addresses, the wait between its two questions and, if asked for, its mode differ from what is deployed. */
export async function startWatchedDns(
    pair: DeployedPair,
    { system, seed, workDir, mode, phase = 7, ...options }: WatchedDnsOptions,
): Promise<WatchedDns> {
    const latch = deployedLatch(pair);
    const { bucket, key, variables } = latch;
    const world = startDns(pair, seed, options);
    const { clock, now, route53 } = world;
    const date = () => new Date(epoch + clock.now * 1_000);
    const aws = await startAwsEndpoint(date);

    // The function waits between its two questions; in its world that time passes while it waits.
    let questions = 0;
    const wait = Number(variables["ASK_AGAIN_AFTER_SECONDS"]);
    const nameServer = await startNameServer({
        answer: (name, type) => route53.answer(name, type),
        beforeAnswer: () => {
            questions += 1;
            if (questions === 2) clock.runUntil(clock.now + wait);
        },
    });
    const deployedMode = variables["ON_STANDBY"] === "latch" ? "latch" : "page";
    const host = await startLatchWatcher(latch, {
        system,
        workDir,
        aws,
        nameServer: nameServer.address,
        environment: { ASK_AGAIN_AFTER_SECONDS: "0", ...(mode === undefined ? {} : { ON_STANDBY: mode }) },
    });
    const runs: WatcherRun[] = [];
    let latchSetAt: Seconds | undefined;
    const noticeLatch = () => {
        now.latched = aws.has(bucket, key);
        if (now.latched) latchSetAt ??= clock.now;
    };
    let nextRun = clock.now + phase;

    return {
        ...world,
        aws,
        runs,
        latchSetAt: () => latchSetAt,
        mode: mode ?? deployedMode,
        setLatch: () => {
            aws.put(bucket, key, "set by an operator");
            noticeLatch();
        },
        removeLatch: () => {
            aws.remove(bucket, key);
            noticeLatch();
        },
        async advance(until) {
            while (nextRun <= until) {
                clock.runUntil(nextRun);
                const at = clock.now;
                questions = 0;
                const result = (await host
                    .invoke(date())
                    .catch((error: unknown) => ({ done: `failed: ${String(error)}` }))) as Omit<WatcherRun, "at">;
                runs.push({ at, ...result });
                noticeLatch();
                nextRun += schedule;
            }
            clock.runUntil(until);
        },
        async stop() {
            await host.stop();
            await nameServer.stop();
            await aws.stop();
        },
    };
}
