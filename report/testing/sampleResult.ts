import { contractsOf, type ContractLimit } from "../../components/model/contract";
import { days, hours, minutes, seconds, type Seconds } from "../../components/model/duration";
import type { DrillResult, EngineRun, RehearsalResult } from "../result";
import { conclude, type Findings } from "../verdict";

function from(phase: number, limit: Seconds): ContractLimit {
    return { limit, from: phase, source: "design" };
}

/** What the sample's system promises. */
export const contracts = contractsOf({
    apiRto: from(12, minutes(5)),
    natsRto: from(13, minutes(15)),
    natsRpo: from(13, minutes(5)),
    natsBackupRpo: from(11, hours(24)),
    natsRestoreRto: from(11, minutes(15)),
    clusterVolumesRpo: from(11, hours(25)),
    configRto: from(13, minutes(30)),
    configRpo: from(11, hours(1)),
    observabilityRto: from(13, hours(1)),
    failoverTrigger: from(12, seconds(90)),
    recordTtl: from(12, seconds(60)),
    mirrorLag: from(13, minutes(3)),
    durablePositions: from(13, minutes(5)),
    secretRefresh: from(13, minutes(5)),
    backupRetention: from(11, days(7)),
    serverLossRecovery: from(10, seconds(60)),
});

/** A drill that passed, with a little of everything. */
export const serverLoss: DrillResult = {
    id: "server-loss",
    title: "A NATS server dies under load",
    phase: 10,
    scenario: "One of three servers is killed with -9 while a publisher writes, and comes back.",
    real: ["NATS servers", "streams"],
    simulated: ["Kubernetes"],
    seed: 7,
    checks: [
        {
            id: "all-stored",
            title: "Every acknowledged message is stored once",
            passed: true,
            expected: "10,000",
            actual: "10,000",
        },
        { id: "quorum", title: "The meta group has a leader", passed: true, expected: "1 leader", actual: "1 leader" },
    ],
    measurements: [
        {
            id: "publish-gap",
            title: "Longest gap between acknowledgements",
            value: 2.31,
            unit: "s",
            contract: "serverLossRecovery",
        },
        { id: "published", title: "Messages acknowledged", value: 10_000, unit: "messages" },
    ],
    timeline: [
        { lane: "nats-0", at: -3, until: 0, label: "leader", tone: "good" },
        { lane: "nats-0", at: 0, label: "kill -9", tone: "bad" },
        { lane: "nats-0", at: 0, until: 8.2, label: "gone", tone: "bad" },
        { lane: "nats-1", at: 1.9, until: 12, label: "leader", tone: "good" },
        { lane: "publisher", at: 0, until: 2.31, label: "no acknowledgement", tone: "bad" },
    ],
};

export const engineRuns: readonly EngineRun[] = [
    {
        stack: "primary",
        phase: 10,
        operation: "preview",
        seconds: 3.21,
        changes: { create: 42 },
        violations: [],
        unlooked: ["pinned-images"],
    },
    {
        stack: "primary",
        phase: 10,
        operation: "up",
        seconds: 4.5,
        changes: { create: 42 },
        violations: [],
        unlooked: [],
    },
    {
        stack: "primary",
        phase: 10,
        operation: "preview again",
        seconds: 2.04,
        changes: { same: 42 },
        violations: [],
        unlooked: [],
    },
];

/** A small rehearsal of phase 10 that passed. */
export const sampleFindings: Findings = {
    schemaVersion: 1,
    startedAt: "2026-07-30T09:15:00.000Z",
    seconds: 38.2,
    revision: "8d5e9d6c0ffee",
    phase: 10,
    phaseTitle: "baseline",
    contracts,
    label: "rehearsal on this machine: nothing ran on AWS",
    real: ["Pulumi engine and state", "NATS servers, streams and messages"],
    simulated: ["AWS, Kubernetes and EKS providers (doubles)"],
    tools: { pulumi: "3.255.0", "nats-server": "2.14.9" },
    engine: engineRuns,
    checks: [
        { id: "only-creates", title: "Phase 10 only creates", passed: true, expected: "create", actual: "create" },
    ],
    drills: [serverLoss],
    controls: [
        {
            id: "one-server",
            title: "One server instead of three",
            drill: "server-loss",
            expectRed: "all-stored",
            turnedRed: true,
            reason: "Every acknowledged message is stored once: expected 10,000, found 0",
        },
    ],
};

export function sampleResult(changes: Partial<Findings> = {}): RehearsalResult {
    return conclude({ ...sampleFindings, ...changes });
}
