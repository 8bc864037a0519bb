// By hand: no library has Route 53's health checkers and failover answers (docs/decisions/0004-doubles-not-emulators.md).
import type { Seconds } from "../../components/model/duration";
import { answer, type Answer } from "./answers";
import type { Clock } from "./clock";
import { enoughCheckers, judgeProbe, learn, statusOf, type Observations, type Opinion } from "./health";
import {
    checkersPerRegion,
    type AliasTarget,
    type Check,
    type EndpointCheck,
    type ProbeResult,
    type Zone,
    type ZoneRecord,
} from "./model";
import type { Random } from "./random";

/** One of the machines that ask an endpoint. */
export interface Checker {
    readonly region: string;
    /** Number within the check's fleet, from 0. */
    readonly index: number;
    /** Size of the fleet. */
    readonly of: number;
}

/** What the simulated service sees of the world. */
export interface Surroundings {
    /** One request of a checker. A result is known at once on a virtual clock; a promise is a real request. */
    readonly probe: (check: EndpointCheck, checker: Checker) => ProbeResult | Promise<ProbeResult>;
    readonly addresses: (target: AliasTarget) => readonly string[];
    /** Default: every alias target outside the zone is healthy. */
    readonly targetHealthy?: (target: AliasTarget) => boolean;
    /** Default: alarms are OK. */
    readonly alarm?: Observations["alarm"];
}

export interface Route53Options {
    readonly random: Random;
    /**
     * Seconds from a change of status to changed answers. AWS does not document it; 10 s is what was seen publicly.
     * @default 0
     */
    readonly propagation?: Seconds;
    /**
     * "settled": checks have run for long and know the world as it is. "new": they were created now, and start with
     * the opinion "healthy" (so that an inverted check starts unhealthy).
     * @default "settled"
     */
    readonly start?: "settled" | "new";
}

/** A check turned, as the name servers see it. */
export interface StatusChange {
    readonly at: Seconds;
    readonly id: string;
    readonly name: string;
    readonly healthy: boolean;
}

/** Route 53 as documented: a fleet of checkers, the status of every check, and answers by it. See the README beside. */
export class Route53 {
    /** Every change of status since the start, in order. */
    readonly changes: StatusChange[] = [];
    private readonly fleets = new Map<string, Fleet>();
    private readonly computed = new Map<string, boolean>();
    private readonly served = new Map<string, boolean>();
    private readonly observations: Observations;
    private readonly listeners: (() => void)[] = [];

    constructor(
        private zone: Zone,
        private readonly clock: Clock,
        private readonly surroundings: Surroundings,
        private readonly options: Route53Options,
    ) {
        this.observations = {
            endpoint: (check) => this.fleets.get(check.id)?.healthy ?? true,
            alarm: surroundings.alarm ?? (() => ({ state: "OK" })),
            check: (id) => this.check(id),
        };
        for (const check of zone.checks.values()) {
            if (check.kind === "endpoint") this.fleets.set(check.id, this.startFleet(check));
        }
        for (const check of zone.checks.values()) {
            const status = statusOf(check, this.observations);
            this.computed.set(check.id, status);
            this.served.set(check.id, status);
        }
    }

    /** Status of a check as the name servers know it. */
    healthy(id: string): boolean {
        this.check(id);
        return this.served.get(id) === true;
    }

    /** What a name server answers now. */
    answer(name: string, type: string): Answer {
        return answer(this.zone, name, type, {
            check: (id) => this.healthy(id),
            target: this.surroundings.targetHealthy ?? (() => true),
            addresses: this.surroundings.addresses,
        });
    }

    /** Puts other records in place of the zone's, at once. */
    replaceRecords(records: readonly ZoneRecord[]): void {
        this.zone = { ...this.zone, records };
    }

    /** Runs `listener` after each change that name servers have learned of. */
    onChange(listener: () => void): void {
        this.listeners.push(listener);
    }

    /** Looks again at everything that is not an endpoint: to be called when an alarm's data changed. */
    reconsider(): void {
        for (const check of this.zone.checks.values()) this.settle(check);
    }

    private check(id: string): Check {
        const check = this.zone.checks.get(id);
        if (check === undefined)
            throw new Error(
                `health check ${id} was not deployed; there are: ${[...this.zone.checks.keys()].join(", ") || "none"}`,
            );
        return check;
    }

    private startFleet(check: EndpointCheck): Fleet {
        return new Fleet(check, this.clock, this.surroundings, this.options, () => this.reconsider());
    }

    private settle(check: Check): void {
        const status = statusOf(check, this.observations);
        if (status === this.computed.get(check.id)) return;
        this.computed.set(check.id, status);
        const { propagation = 0 } = this.options;
        if (propagation === 0) this.serve(check, status);
        else this.clock.at(this.clock.now + propagation, () => this.serve(check, status));
    }

    private serve(check: Check, healthy: boolean): void {
        if (this.served.get(check.id) === healthy) return;
        this.served.set(check.id, healthy);
        this.changes.push({ at: this.clock.now, id: check.id, name: check.name, healthy });
        for (const listener of this.listeners) listener();
    }
}

/** The checkers of one endpoint check, each with a phase of its own; they do not coordinate. */
class Fleet {
    healthy: boolean;
    private readonly opinions: Opinion[] = [];
    private wellInclined = 0;

    constructor(
        private readonly check: EndpointCheck,
        private readonly clock: Clock,
        private readonly surroundings: Surroundings,
        { random, start = "settled" }: Route53Options,
        private readonly changed: () => void,
    ) {
        const of = check.regions.length * checkersPerRegion;
        for (let index = 0; index < of; index += 1) {
            const checker = { region: check.regions[index % check.regions.length]!, index, of };
            const opinion = { healthy: start === "new" || this.opinionAtStart(checker), against: 0 };
            this.opinions.push(opinion);
            if (opinion.healthy) this.wellInclined += 1;
            clock.at(clock.now + random() * check.interval, () => this.ask(checker, opinion));
        }
        this.healthy = enoughCheckers(this.wellInclined, of);
    }

    private opinionAtStart(checker: Checker): boolean {
        const result = this.surroundings.probe(this.check, checker);
        // Real requests take their time: such a run starts from "healthy" and lets the checkers find out.
        return result instanceof Promise || judgeProbe(this.check, result).passed;
    }

    private ask(checker: Checker, opinion: Opinion): void {
        const result = this.surroundings.probe(this.check, checker);
        if (result instanceof Promise) {
            void result.then((real) => this.hear(checker, opinion, judgeProbe(this.check, real).passed));
            return;
        }
        const { passed, after } = judgeProbe(this.check, result);
        if (after === 0) this.hear(checker, opinion, passed);
        else this.clock.at(this.clock.now + after, () => this.hear(checker, opinion, passed));
    }

    private hear(checker: Checker, opinion: Opinion, passed: boolean): void {
        const before = opinion.healthy;
        learn(opinion, passed, this.check.threshold);
        if (opinion.healthy !== before) {
            this.wellInclined += opinion.healthy ? 1 : -1;
            const healthy = enoughCheckers(this.wellInclined, this.opinions.length);
            if (healthy !== this.healthy) {
                this.healthy = healthy;
                this.changed();
            }
        }
        // The interval runs from the answer, not from the request.
        this.clock.at(this.clock.now + this.check.interval, () => this.ask(checker, opinion));
    }
}
