import { AwsDouble } from "./aws/provider";
import { Cloud } from "./cloud";
import { EksDouble } from "./eks/provider";
import { KubernetesDouble } from "./kubernetes/provider";
import { RandomDouble } from "./random/provider";
import { serve } from "./wire/server";
import { Seeder, type SeedOptions } from "./seed";
import type { CloudObject } from "./cloud";
import type { Properties } from "./wire/values";

/** How the doubles are to run. */
export interface DoublesOptions {
    /** Where the pretend cloud is kept, so that it outlives this process; in memory only if absent. */
    readonly stateFile?: string;
    /** The account that the credentials stand for. "123456789012" unless told. */
    readonly accountId?: string;
}

/** Running provider doubles. */
export interface Doubles {
    /** The value of PULUMI_DEBUG_PROVIDERS: "aws:PORT,kubernetes:PORT,eks:PORT,random:PORT". */
    readonly debugProviders: string;
    readonly cloud: Cloud;
    /** Makes something that is to exist before the program runs: a hosted zone, an adopted cluster. Returns it. */
    seed(type: string, inputs: Properties, options?: SeedOptions): Promise<CloudObject>;
    stop(): Promise<void>;
}

/** Starts a double for each provider of the program, in this process, on free ports of 127.0.0.1. */
export async function startDoubles({ stateFile, accountId = "123456789012" }: DoublesOptions = {}): Promise<Doubles> {
    const cloud = new Cloud(accountId, stateFile);
    const aws = new AwsDouble(cloud);
    const kubernetes = new KubernetesDouble(cloud);
    const seeder = new Seeder(cloud, { aws, kubernetes });
    const served = await Promise.all(
        [aws, kubernetes, new EksDouble(), new RandomDouble()].map((double) => serve(double)),
    );
    return {
        debugProviders: served.map(({ package: name, port }) => `${name}:${port}`).join(","),
        cloud,
        seed: (type, inputs, options) => seeder.seed(type, inputs, options),
        stop: async () => {
            await Promise.all(served.map((server) => server.stop()));
            cloud.close();
        },
    };
}
