import { checkDefaults } from "../../../components/failover/failoverDnsRules";
import type { Seconds } from "../../../components/model/duration";
import type { Check } from "../../../report/result";
import { patience } from "../../../testbed/dns/health";
import { check, same } from "../../kit/checkers/check";
import type { Outcome } from "../../kit/drill";
import { tenth } from "./dnsDistribution";
import {
    behaves,
    propagation,
    startDns,
    type Behaviour,
    type DeployedPair,
    type DnsEnvironment,
} from "../../kit/environments/dnsPair";

/** The latest that a change of the latch can show in DNS: its own check's detection, and the way to the name servers. */
export function latchBound({ latchCheck }: DeployedPair): Seconds {
    const { interval, threshold } = latchCheck ?? checkDefaults;
    return threshold * (interval + patience.connect) + propagation;
}

/** Long enough for every check to have found out. */
const settled: Seconds = 600;

/** The events of the drill that need no function and no packet: each in a world of its own, on a virtual clock. */
export function runScenarios(pair: DeployedPair, seed: number): Outcome {
    const start = () => startDns(pair, seed, { propagation });
    return {
        checks: [
            ...latchByHand(start(), latchBound(pair)),
            latchHoldsWhileStandbyFails(start()),
            standbyRegionDownWhileLatched(start()),
            slowPrimary(start(), 5.9, "primary"),
            slowPrimary(start(), 6.1, "standby"),
            brownout(start(), 20, "primary"),
            brownout(start(), 15, "standby"),
            bothDown(start()),
        ],
    };
}

function latchByHand({ clock, now, answered }: DnsEnvironment, bound: Seconds): Check[] {
    now.latched = true;
    const held = clock.runUntilTrue(() => answered() === "standby", settled);
    now.latched = false;
    const from = clock.now;
    const released = clock.runUntilTrue(() => answered() === "primary", from + settled);
    return [
        within("latch-by-hand", "The latch, set by hand while all is well, takes the primary out of DNS", bound, held),
        within(
            "latch-by-hand-released",
            "Removed again, it lets the primary back",
            bound,
            released === undefined ? undefined : released - from,
        ),
    ];
}

function within(id: string, title: string, bound: Seconds, took: Seconds | undefined): Check {
    return check(
        id,
        title,
        took !== undefined && took <= bound,
        `within ${bound} s`,
        took === undefined ? "never" : `after ${tenth(took)} s`,
    );
}

function latchHoldsWhileStandbyFails({ clock, now, answered }: DnsEnvironment): Check {
    now.latched = true;
    clock.runUntil(settled);
    now.standby = behaves.silent;
    const returned = clock.runUntilTrue(() => answered() !== "standby", settled * 2);
    return check(
        "latch-holds-while-standby-fails",
        "While the latch is set, a stumble of the standby's API does not bring a stale primary back",
        returned === undefined && answered() === "standby",
        "standby answered all the time",
        returned === undefined
            ? `${answered() ?? "nothing"} answered all the time`
            : `${answered() ?? "nothing"} answered ${tenth(returned - settled)} s after the stumble`,
    );
}

function standbyRegionDownWhileLatched({ clock, now, answered }: DnsEnvironment): Check {
    now.latched = true;
    clock.runUntil(settled);
    now.standby = behaves.silent;
    now.latchReachable = false;
    clock.runUntil(settled * 2);
    return same(
        "standby-region-down-while-latched",
        "With the standby region gone, latch and all, a healthy primary serves",
        "primary",
        answered(),
    );
}

function slowPrimary({ clock, now, answered }: DnsEnvironment, total: Seconds, expected: "primary" | "standby"): Check {
    // In the proportion of what a checker allows: 4 s to connect, 2 s to answer.
    now.primary = { connect: (total * 4) / 6, respond: (total * 2) / 6, status: 200 };
    clock.runUntil(settled);
    return same(`slow-primary-${total}`, `A primary that takes ${total} s to answer`, expected, answered());
}

function brownout({ clock, now, answered }: DnsEnvironment, percent: number, expected: "primary" | "standby"): Check {
    // The fleet has 16 checkers, so the share is the nearest one on the right side of it: 4 of 16 and 2 of 16.
    const succeeds = (of: number) =>
        percent > 18 ? Math.ceil((percent / 100) * of) : Math.floor((percent / 100) * of);
    const behaviour: Behaviour = ({ index, of }) => (index < succeeds(of) ? behaves.well : behaves.refused);
    now.primary = behaviour;
    clock.runUntil(settled);
    return same(
        `brownout-${percent}`,
        `A brownout in which ${percent} % of the checkers succeed`,
        expected,
        answered(),
    );
}

function bothDown({ clock, now, answered }: DnsEnvironment): Check {
    now.primary = behaves.silent;
    now.standby = behaves.silent;
    now.latchReachable = false;
    clock.runUntil(settled);
    // The SECONDARY has no check and counts as healthy, so "both unhealthy, answer the PRIMARY" never comes to pass here.
    return same("both-down", "With both regions down, the unchecked standby is answered", "standby", answered());
}
