import type { PolicyResource } from "@pulumi/policy";
import { scheduledBackup, scheduledBackupTypes } from "../components/backup/scheduledBackup";
import { contractTerms } from "../components/model/contract";
import { stackPolicy } from "./shared/define";
import { roleOf } from "./shared/stacks";
import { declaredStreams } from "./shared/streamConfigs";

/** Consumers are not mirrored: after a promotion they begin at what was stored of them, or at nothing. */
export const positionsKept = stackPolicy(
    "positions-kept",
    "For each mirrored stream, the standby periodically saves the position of every durable consumer.",
    ({ resources: all }, config, report) => {
        const { id, title } = contractTerms.durablePositions;
        const resources = all.filter(({ urn }) => roleOf(config, urn) !== undefined);
        const mirrors = declaredStreams(resources).map(({ config: { name } }) => name);
        const jobs = resources.filter(({ type }) => type === scheduledBackupTypes.cronJob);
        // In a preview, what goes into a cluster that is not there yet has no properties; the update looks at them.
        if (jobs.some(({ props }) => props.spec === undefined)) return;
        for (const { name, mirror } of (config.streams ?? []).filter((stream) => mirrors.includes(stream.mirror))) {
            const own = jobs.filter((job) => keepsPositionsOf(name, id, job));
            if (own.some(({ type, props }) => scheduledBackup(type, props)?.suspended === false)) continue;
            const found =
                own.length === 0
                    ? "no CronJob stores them"
                    : `CronJob ${own.map((job) => job.name).join(", ")} is suspended`;
            report(
                `${mirror} would be promoted without the positions of the consumers of ${name}: ${found}. Contract ${id}: ${title}.`,
            );
        }
    },
);

/** Whether a CronJob names the contract, and the stream among its STREAMS. */
function keepsPositionsOf(stream: string, contractId: string, { type, props }: PolicyResource): boolean {
    if (scheduledBackup(type, props)?.contractId !== contractId) return false;
    const containers: Record<string, any>[] = props.spec.jobTemplate?.spec?.template?.spec?.containers ?? [];
    return containers.some(({ env = [] }) =>
        env.some((variable: any) => variable.name === "STREAMS" && String(variable.value).split(" ").includes(stream)),
    );
}
