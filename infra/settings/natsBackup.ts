import { z } from "zod";
import { cadenceIssues, type CadenceIssue } from "../../components/model/cadence";
import { defaultRoomGib } from "../../components/backup/natsBackupPod";
import type { Contract } from "../../components/model/contract";
import { formatDuration, minutes } from "../../components/model/duration";
import { cronJobTimes } from "../../components/model/jobTimes";
import type { SystemProfile } from "../../components/model/profile";
import { matching, oneOf, section, wholeNumber } from "./schema";

const times = cronJobTimes.natsBackup;

/** When the streams are backed up: together they decide what can be lost. */
const cadence = {
    schedule: matching(/\S/, 'a cron of five fields, such as "0 * * * *"').default(times.schedule).meta({
        description:
            "When the streams are backed up, as a cron in UTC. The same in all stacks: another stack has the alarm on the backup's age.",
        allowed: "a cron of five fields that keeps contract nats-backup-rpo",
    }),
    deadlineMinutes: wholeNumber(1, 1_440)
        .default(times.deadline / minutes(1))
        .describe(
            `How long one run may take, in minutes; it ends ${times.gracePeriod} s before the next one at the latest. The same in all stacks.`,
        ),
};
const readable = z.object(cadence);
type CadenceSettings = z.output<typeof readable>;

/**
 * Holds schedule and deadline against the contract on what a backup may lose; a mistake stands at one of the two. It looks as soon as both are
 * readable, so that a mistake elsewhere in the section hides none here.
 */
function keepsContract({ id, limit }: Contract, key: CadenceIssue["key"], path: keyof CadenceSettings, what: string) {
    const problems = ({ schedule, deadlineMinutes }: CadenceSettings) =>
        cadenceIssues({ schedule, deadline: minutes(deadlineMinutes), gracePeriod: times.gracePeriod }, limit).flatMap(
            (issue) => (issue.key === key ? [issue.problem] : []),
        );
    return [
        (backup: CadenceSettings) => problems(backup).length === 0,
        {
            path: [path] as PropertyKey[],
            when: ({ value }: { readonly value: unknown }) => readable.safeParse(value).success,
            error: ({ input }: { readonly input?: unknown }) =>
                `${what} that keeps contract ${id} (at most ${formatDuration(limit)} lost); ${problems(input as CadenceSettings).join("; ")}`,
        },
    ] as const;
}

/** How the streams are backed up, from phase 11 on. */
export const natsBackupSettings = ({ contracts }: Pick<SystemProfile, "contracts">) =>
    section({
        ...cadence,
        objectLock: oneOf("governance", "compliance")
            .default("governance")
            .meta({
                description:
                    'Who can delete a backup of the streams before its time. "governance": only a holder of a right of its own. "compliance": ' +
                    "no one, not even the account's root, so a mistake costs money until it ends. It cannot be changed later.",
                from: { dr: 11, witness: 13 },
            }),
        volumeGib: wholeNumber(1, 16_384)
            .default(defaultRoomGib)
            .meta({
                description: "Size of the volume for one backup of the streams, in GiB. The backup is compressed.",
                from: { primary: 11, dr: 13 },
            }),
    })
        .refine(...keepsContract(contracts.natsBackupRpo, "schedule", "schedule", "a cron in UTC"))
        .refine(...keepsContract(contracts.natsBackupRpo, "deadline", "deadlineMinutes", "minutes for a run"))
        .prefault({})
        .meta({ description: "How the streams are backed up.", from: { primary: 11, dr: 11, witness: 13 } });
