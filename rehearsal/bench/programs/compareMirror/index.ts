import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "@nats-io/transport-node";
import { compareMirror } from "../../../../operate/streams/mirrorComparison";
import { StreamApi } from "../../../../operate/streams/streamApi";

/** What a comparison took, in a process of its own. */
export interface ComparisonCost {
    readonly compared: number;
    readonly different: number;
    readonly seconds: number;
    /** The most memory that the process held (resident) beyond what it held when the comparison began, in MB of 10^6 bytes. */
    readonly megabytes: number;
}

/** Compares the mirror with the origin that are named by the command line, and prints what it took as JSON. Linux alone tells the peak. */
async function main([servers = "", user = "", origin = "", mirror = ""]: readonly string[]): Promise<void> {
    const connection = await connect({ servers: servers.split(","), user, pass: process.env.NATS_PASSWORD });
    try {
        const start = process.memoryUsage.rss();
        // The peak so far is forgotten.
        writeFileSync("/proc/self/clear_refs", "5");
        const startedAt = performance.now();
        const { compared, different } = await compareMirror(new StreamApi(connection), origin, mirror);
        const seconds = (performance.now() - startedAt) / 1000;
        const cost: ComparisonCost = { compared, different, seconds, megabytes: (peak() - start) / 1e6 };
        console.log(JSON.stringify(cost));
    } finally {
        await connection.close();
    }
}

function peak(): number {
    const [, kibibytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return Number(kibibytes) * 1024;
}

void main(process.argv.slice(2));
