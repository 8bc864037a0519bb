import { describe, expect, it } from "vitest";
import { contracts } from "../../infra/contracts";
import { hours, minutes } from "../../components/model/duration";
import { roles } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import { readSettings } from "../../infra/settings";
import { roadmap } from "../roadmap";
import { alarmAge, natsCadence } from "./backupCadence";

const cadenceOf = (role: string, backup: object) =>
    natsCadence(
        readSettings(
            role,
            "kgents-dr",
            { values: { "kgents-dr:phase": "11", "kgents-dr:nats": JSON.stringify({ backup }) } },
            kgents,
            roadmap,
        ),
    );

describe("alarmAge", () => {
    it("is what the schedule promises, in whole hours and no less than two", () => {
        expect(alarmAge({ schedule: "0 * * * *", deadline: minutes(30) })).toBe(hours(2));
        expect(alarmAge({ schedule: "*/5 * * * *", deadline: minutes(5) })).toBe(hours(2));
        expect(alarmAge({ schedule: "0 */6 * * *", deadline: minutes(30) })).toBe(hours(7));
    });

    it.each(roles)(
        "is in stack %s no more than the contract with the longest schedules that the settings accept",
        (role) => {
            const ages = [
                { schedule: "0 */12 * * *", deadlineMinutes: 719 },
                { schedule: "30 0,23 * * *", deadlineMinutes: 59 },
                { schedule: "0 0,1 * * *", deadlineMinutes: 59 },
            ].map((backup) => alarmAge(cadenceOf(role, backup)));
            expect(ages).toEqual([hours(24), hours(24), hours(24)]);
            expect(Math.max(...ages)).toBeLessThanOrEqual(contracts.natsBackupRpo.limit);
        },
    );

    it.each(["0 0 */2 * *", "0 0 1 * *", "0 0 * * *"])(
        "is asked for no schedule that the contract does not allow: %s",
        (schedule) => {
            for (const role of roles)
                expect(() => cadenceOf(role, { schedule })).toThrow("kgents-dr:nats.backup.schedule");
        },
    );
});
