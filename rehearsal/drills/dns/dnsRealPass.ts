import { Resolver } from "node:dns/promises";
import { Agent } from "node:http";
import type { Seconds } from "../../../components/model/duration";
import { ScaledClock } from "../../../testbed/dns/clock";
import { answerOfEdgeCode, ask, startEdge, type Edge, type EdgeResponse } from "../../../testbed/dns/edge";
import { randomFrom } from "../../../testbed/dns/random";
import { Route53 } from "../../../testbed/dns/route53";
import { startNameServer } from "../../../testbed/dns/server";
import { clientKinds, type ClientKind } from "../../kit/load/dnsClients";
import { check } from "../../kit/checkers/check";
import type { Outcome } from "../../kit/drill";
import { tenth } from "./dnsDistribution";
import { addressesOf, realProbe, sideOf, type DeployedPair, type Side } from "../../kit/environments/dnsPair";

/** Seconds of the world in one of the machine's. */
const scale = 40;
/** Long enough for any check that keeps the contract, and for the longest-held answer after it. */
const patience: Seconds = 300;
/** Milliseconds between two looks at what is waited for. */
const lookEvery = 5;
/** How long the client that overstays the TTL keeps its answers here: shorter than in the distribution, to save time. */
const overstay: Seconds = 120;

interface Seen {
    readonly at: Seconds;
    readonly got: Side | "no answer";
    readonly status?: number;
    readonly retryAfter?: string;
}

/**
 * The same loss with real packets and requests: checkers and clients speak HTTP to two edges on loopback, clients ask a real name
 * server and honour its TTL, the primary's listener is closed, and time runs forty times as fast. Two things cannot be had on
 * loopback and are left to the virtual clock: a region that swallows packets, and TLS.
 */
export async function passForReal(
    pair: DeployedPair,
    { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<Outcome> {
    const standbyAnswer = pair.edgeCode === undefined ? okFrom("standby") : answerOfEdgeCode(pair.edgeCode);
    const edges: Record<Side, Edge> = {
        primary: await startEdge(() => okFrom("primary")),
        standby: await startEdge(() => standbyAnswer),
    };
    const clock = new ScaledClock(scale);
    let latched = false;
    let over = false;
    const probe = realProbe(pair, {
        ports: (side) => edges[side].port,
        latched: () => latched,
        over: () => over,
        scale,
    });
    const route53 = new Route53(
        pair.zone,
        clock,
        { probe, addresses: (target) => addressesOf(pair, target) },
        { random: randomFrom(seed) },
    );
    const server = await startNameServer({ answer: (name, type) => route53.answer(name, type) });
    const clients = clientKinds.map((kind) =>
        startClient(kind.holds === undefined ? kind : { ...kind, holds: overstay }),
    );
    const answered = () => sideOf(pair, route53.answer(pair.name, "A").values[0]);
    const all = (side: Side) => () => clients.every(({ seen }) => seen.at(-1)?.got === side);

    try {
        const began = await until(() => answered() === "primary" && all("primary")());
        await edges.primary.crash();
        const lost = clock.now;
        const trigger = await until(() => answered() === "standby");
        latched = true;
        const everyone = await until(all("standby"));
        await edges.primary.restart();
        const returned = await until(() => pair.deep.disabled || route53.healthy(pair.deep.id));
        const held = answered() === "standby";
        latched = false;
        const back = await until(() => answered() === "primary");
        const outages = clients.map(({ kind, seen }) => [kind.id, outage(seen, lost)] as const);
        return report({
            began,
            trigger: since(trigger, lost),
            everyone,
            held: held && returned !== undefined,
            back,
            outages,
            seen: clients.flatMap(({ seen }) => seen),
        });
    } finally {
        over = true;
        clock.stop();
        await Promise.all(clients.map(({ stopped }) => stopped));
        await server.stop();
        await edges.standby.crash();
        await edges.primary.crash();
    }

    /**
     * Waits for a condition; the time at which it held, or undefined if it did not within the patience. That is counted in looks: edges,
     * checkers and clients live in this process, and while a busy machine lets it stand the clock goes on and they do not.
     */
    async function until(holds: () => boolean): Promise<Seconds | undefined> {
        for (let looks = clock.milliseconds(patience) / lookEvery; !holds(); looks -= 1) {
            if (looks <= 0) return undefined;
            signal.throwIfAborted();
            await new Promise((resolve) => setTimeout(resolve, lookEvery));
        }
        return clock.now;
    }

    function startClient(kind: ClientKind) {
        const seen: Seen[] = [];
        const resolver = new Resolver({ timeout: 1_000, tries: 1 });
        resolver.setServers([server.address]);
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        return { kind, seen, stopped: askAllTheTime() };

        async function askAllTheTime(): Promise<void> {
            let cached: { side: Side | undefined; expires: Seconds } = { side: undefined, expires: -1 };
            let connected: Side | undefined;
            while (!over) {
                try {
                    if (connected === undefined && clock.now >= cached.expires) {
                        const [first] = await resolver.resolve4(pair.name, { ttl: true });
                        cached = {
                            side: sideOf(pair, first?.address),
                            expires: clock.now + (kind.holds ?? first?.ttl ?? 0),
                        };
                    }
                    const side: Side = connected ?? cached.side ?? "primary";
                    const options = {
                        path: "/",
                        host: pair.name,
                        timeout: clock.milliseconds(5),
                        ...(kind.keepsConnection ? { agent } : {}),
                    };
                    const { status, headers } = await ask(edges[side].port, options);
                    connected = kind.keepsConnection ? side : undefined;
                    seen.push({
                        at: clock.now,
                        got: side,
                        status,
                        retryAfter: headers["retry-after"] as string | undefined,
                    });
                } catch {
                    connected = undefined;
                    seen.push({ at: clock.now, got: "no answer" });
                }
                await new Promise((resolve) => setTimeout(resolve, clock.milliseconds(1)));
            }
            agent.destroy();
        }
    }
}

function okFrom(side: Side): EdgeResponse {
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ servedBy: side }) };
}

function since(at: Seconds | undefined, from: Seconds): Seconds | undefined {
    return at === undefined ? undefined : at - from;
}

function outage(seen: readonly Seen[], lost: Seconds): Seconds | undefined {
    const next = seen.find(({ at, got }) => at > lost && got === "standby");
    return since(next?.at, lost);
}

interface Timed {
    readonly began: Seconds | undefined;
    readonly trigger: Seconds | undefined;
    readonly everyone: Seconds | undefined;
    readonly held: boolean;
    readonly back: Seconds | undefined;
    readonly outages: readonly (readonly [ClientKind["id"], Seconds | undefined])[];
    readonly seen: readonly Seen[];
}

function report({ began, trigger, everyone, held, back, outages, seen }: Timed): Outcome {
    const steps = [
        ["all clients served by the primary", began !== undefined],
        ["failed over", trigger !== undefined],
        ["all clients served by the standby", everyone !== undefined],
        ["held while the primary is back", held],
        ["back after the latch is removed", back !== undefined],
    ] as const;
    const missing = steps.filter(([, done]) => !done).map(([step]) => step);
    const fromStandby = seen.find(({ got }) => got === "standby");
    return {
        checks: [
            check(
                "real-pass",
                "With real DNS packets and real HTTP requests: fails over, holds, goes back",
                missing.length === 0,
                steps.map(([step]) => step).join(", "),
                missing.length === 0 ? steps.map(([step]) => step).join(", ") : `missing: ${missing.join(", ")}`,
            ),
        ],
        details: {
            // Times of a real machine: the only part of the drill that differs from run to run.
            realPass: {
                scale,
                overstaySeconds: overstay,
                triggerSeconds: trigger === undefined ? null : tenth(trigger),
                outageSeconds: Object.fromEntries(
                    outages.map(([id, seconds]) => [id, seconds === undefined ? null : tenth(seconds)]),
                ),
                standbyAnswers: { status: fromStandby?.status ?? null, retryAfter: fromStandby?.retryAfter ?? null },
                requests: seen.length,
            },
        },
    };
}
