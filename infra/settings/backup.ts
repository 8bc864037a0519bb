import { z } from "zod";
import { cadenceIssues, type CadenceIssue } from "../../components/backup/cadence";
import { defaultRoomGib } from "../../components/backup/natsBackupPod";
import { contracts } from "../contracts";
import { formatDuration, minutes } from "../duration";
import { matching, oneOf, section, wholeNumber, yesOrNo } from "./schema";

const objectName = (what: string) => matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, `the name of a ${what}`);

/** When the streams are backed up: together they decide what can be lost. */
const cadence = {
    /**
     * When the streams are backed up, as a cron in UTC: the same in all stacks, because the alarm on a backup's age stands in another stack
     * than the backup. Default: hourly.
     */
    schedule: matching(/\S/, 'a cron of five fields, such as "0 * * * *"').default("0 * * * *"),
    /** How long one run may take, in minutes: the same in all stacks. Default: 30. */
    deadlineMinutes: wholeNumber(1, 1_440).default(30),
};
const readable = z.object(cadence);
type CadenceSettings = z.output<typeof readable>;

/**
 * Holds schedule and deadline against the contract on what a backup may lose; a mistake stands at one of the two. It looks as soon as both are
 * readable, so that a mistake elsewhere in the section hides none here.
 */
function keepsContract(key: CadenceIssue["key"], path: keyof CadenceSettings, what: string) {
    const { id, limit } = contracts.natsBackupRpo;
    const problems = ({ schedule, deadlineMinutes }: CadenceSettings) =>
        cadenceIssues({ schedule, deadline: minutes(deadlineMinutes) }, limit).flatMap((issue) =>
            issue.key === key ? [issue.problem] : [],
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

/** How streams and cluster are backed up, from phase 11 on. */
export const backupSettings = {
    backup: section({
        ...cadence,
        /** Days that a backup is kept. Default: 14; the contract asks for 7 (seed 003). */
        retentionDays: wholeNumber(7, 3_650).default(14),
        /**
         * Who can delete a backup of the streams before its time. "governance": only somebody with a right of its own. "compliance":
         * nobody, the account's root included, and a mistake is paid to the end. Fixed once made. Default: "governance".
         */
        lock: oneOf("governance", "compliance").default("governance"),
        /** Room for one backup of the streams, in GiB; it is compressed. Default: 20, the size of a NATS server's volume. */
        roomGib: wholeNumber(1, 16_384).default(defaultRoomGib),
        /** Whether the program brings the snapshot controller; false where an adopted cluster has one. Default: true. */
        snapshotController: yesOrNo().default(true),
        /** How to reach NATS that is the user's own (`nats.owner: user`). Default: the program's NATS. */
        nats: section({
            url: matching(
                /^(nats|tls):\/\/\S+$/,
                "an address inside the cluster, such as nats://nats.kgents-agents.svc:4222",
            ),
            /** User and password of the account with the streams. Default: no login. */
            login: section({
                user: matching(/^\S+$/, "a user's name"),
                secretName: objectName("Secret in the NATS namespace"),
                secretKey: matching(/^[A-Za-z0-9._-]+$/, "a key of that Secret"),
            }).optional(),
        }).optional(),
    })
        .refine(...keepsContract("schedule", "schedule", "a cron in UTC"))
        .refine(...keepsContract("deadline", "deadlineMinutes", "minutes for a run"))
        .prefault({}),
};
