import type { Check } from "../../../report/result";
import type { Joined } from "../environments/startSuperCluster";
import { same } from "./check";

/** What the join of witness and standby must leave: the same streams, whole meta groups, mirrors that follow. */
export function joinChecks({ gates, streams, mirrorsJob, mirrorsFollow }: Joined, origins: readonly string[]): Check[] {
    const told = gates.map((gate) =>
        gate === undefined ? "not deployed" : gate.exitCode === 0 ? "passed" : gate.output.trim(),
    );
    return [
        same(
            "join-keeps-streams",
            "The join of witness and standby keeps the primary's streams",
            origins.toSorted().join(", "),
            streams.join(", "),
        ),
        same(
            "gates-pass",
            "Before and after each join the deployed gate sees a whole meta group, and streams that can be promoted",
            "passed, passed, passed",
            told.join(", "),
        ),
        same(
            "mirrors-created",
            "The deployed job creates the mirrors",
            "exit status 0",
            `exit status ${mirrorsJob.exitCode}`,
        ),
        same(
            "mirrors-follow",
            "The mirrors follow the primary under load",
            "caught up",
            mirrorsFollow ? "caught up" : "behind",
        ),
    ];
}
