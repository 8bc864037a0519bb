import { recoveryPoint, type Cadence } from "../../components/model/cadence";
import { formatDuration, hours, minutes, type Seconds } from "../../components/model/duration";
import { cronJobTimes } from "../../components/model/jobTimes";
import { settingKey } from "../../infra/settingKey";
import type { Settings } from "../../infra/settings";

/** When the streams are backed up, as the settings say. */
export function natsCadence({ settings }: { readonly settings: Settings }): Cadence {
    return { schedule: settings.nats.backup.schedule, deadline: minutes(settings.nats.backup.deadlineMinutes) };
}

/**
 * How old the newest backup may be before somebody is told: as the schedule promises, in whole hours, and never more than the contract, which
 * the settings hold the schedule to.
 */
export function alarmAge(cadence: Cadence): Seconds {
    const { gracePeriod } = cronJobTimes.natsBackup;
    return Math.max(hours(2), Math.ceil(recoveryPoint({ gracePeriod, ...cadence }) / hours(1)) * hours(1));
}

/**
 * Why these backups are not those that the alarm in stack `owner` waits for; empty if they are, or if nobody waits yet. The
 * alarm has to outlive the region that is backed up, so it stands in another stack and goes by that one's settings.
 */
export function otherCadence(own: Cadence, owner: string, expected: Cadence | undefined): string[] {
    if (expected === undefined) return [];
    const differs = (key: string, found: string, wanted: string) =>
        found === wanted
            ? []
            : [
                  `${settingKey("nats.backup")}.${key}: ${found} found, and stack ${owner}, which has the alarm on the newest backup's age, expects ${wanted}: give both stacks the same, stack ${owner} first`,
              ];
    return [
        ...differs("schedule", JSON.stringify(own.schedule), JSON.stringify(expected.schedule)),
        ...differs("deadlineMinutes", formatDuration(own.deadline), formatDuration(expected.deadline)),
    ];
}
