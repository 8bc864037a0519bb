import type { StreamConfig } from "../../../components/nats/natsStreamConfig";
import type { StreamApi, StreamInfo } from "../streamApi";
import { Turns } from "../turns";

/** The streams of a meta group with a leader, in memory. Real servers walk the same steps in ../streams.drill.test.ts. */
export class FakeStreams {
    readonly held = new Map<string, { readonly config: StreamConfig; lastSeq: number }>();
    readonly calls: string[] = [];
    /** Streams whose region is lost: they do not answer, updates to them may still be carried out. */
    readonly offline = new Set<string>();
    /** Updates that are answered with yes and not carried out, by stream: how many of the next ones. */
    readonly ignored = new Map<string, number>();
    /** What the next readings of a stream show as its last sequence; after them it is what was put. */
    readonly readings = new Map<string, number[]>();

    put(config: StreamConfig, lastSeq: number): void {
        this.held.set(config.name, { config, lastSeq });
    }

    config(name: string): StreamConfig | undefined {
        return this.held.get(name)?.config;
    }

    readonly api = {
        turns: new Turns(),
        info: async (name: string): Promise<StreamInfo | undefined> => {
            if (this.offline.has(name)) throw new Error("timeout");
            const found = this.held.get(name);
            if (found) found.lastSeq = this.readings.get(name)?.shift() ?? found.lastSeq;
            return (
                found && {
                    config: found.config,
                    state: { messages: found.lastSeq, first_seq: 1, last_seq: found.lastSeq },
                }
            );
        },
        message: async () => undefined,
        existing: async (name: string) => {
            const info = await this.api.info(name);
            if (!info) throw new Error(`stream ${name} does not exist`);
            return info;
        },
        update: async (config: StreamConfig) => {
            this.calls.push(`update ${config.name}: ${config.subjects?.join(" ")}`);
            const ignored = this.ignored.get(config.name) ?? 0;
            this.ignored.set(config.name, Math.max(0, ignored - 1));
            if (ignored === 0) this.put(config, this.held.get(config.name)?.lastSeq ?? 0);
            if (this.offline.has(config.name)) throw new Error("timeout");
        },
        create: async (config: StreamConfig) => {
            this.calls.push(`create ${config.name}`);
            this.put(config, (config.mirror && this.held.get(config.mirror.name)?.lastSeq) ?? 0);
        },
        remove: async (name: string) => {
            this.calls.push(`remove ${name}`);
            this.held.delete(name);
        },
    } as unknown as StreamApi;
}
