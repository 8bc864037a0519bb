import type { PolicyResource } from "@pulumi/policy";
import { mirrorAlarmSeconds } from "../components/standby/observabilityAlarm";
import { formatDuration, type Seconds } from "../components/model/duration";
import { contractTerms } from "../components/model/contract";
import { stackPolicy } from "./shared/define";
import { roleOf } from "./shared/stacks";
import { declaredStreams, parsed } from "./shared/streamConfigs";

const maximumAge = "MAX_AGE_SECONDS";

/** A mirror that stopped looks like one that has nothing to do: `lag` says 0 in both cases. */
export const mirrorLagAlarm = stackPolicy(
    "mirror-lag-alarm",
    "A mirror that hears nothing from its origin raises an alert within the contract on its lag.",
    ({ resources: all }, config, report) => {
        const limit = config.lag!;
        const { id } = contractTerms.mirrorLag;
        const resources = all.filter(({ urn }) => roleOf(config, urn) !== undefined);
        const rules = resources.flatMap(alertRules);
        for (const { config: stream, owner } of declaredStreams(resources).filter(
            ({ config: { mirror } }) => mirror !== undefined,
        )) {
            const issue = alarmIssue(stream.name, rules, limit);
            if (issue)
                report(
                    `mirror ${stream.name} ${issue}; allowed are ${formatDuration(limit)} (contract ${id}).`,
                    owner.urn,
                );
        }
        for (const canary of resources) {
            const age = canaryAge(canary);
            if (age === undefined || age <= limit) continue;
            report(
                `canary "${canary.name}" lets a marker be ${formatDuration(age)} old; allowed are ${formatDuration(limit)} (contract ${id}): lower ${maximumAge}.`,
                canary.urn,
            );
        }
    },
);

interface Rule {
    readonly expr: string;
    readonly for?: string;
}

function alarmIssue(mirror: string, rules: readonly Rule[], limit: Seconds): string | undefined {
    const delays = rules.flatMap((rule) => mirrorAlarmSeconds(rule, mirror) ?? []);
    if (delays.length === 0)
        return "has no alert on nats_stream_mirror_active_duration_ns, so that nobody learns that it stopped: add one";
    const fastest = Math.min(...delays);
    return fastest <= limit ? undefined : `wakes somebody after ${formatDuration(fastest)} of silence and waiting`;
}

/** The rules of a PrometheusRule, or of a ConfigMap's rules file that is JSON. */
function alertRules({ type, props }: PolicyResource): Rule[] {
    const files =
        type === "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
            ? [props.spec]
            : type === "kubernetes:core/v1:ConfigMap"
              ? Object.values<unknown>(props.data ?? {}).map(parsed)
              : [];
    return files.flatMap((file: any) =>
        (Array.isArray(file?.groups) ? file.groups : []).flatMap((group: any) =>
            (group.rules ?? []).filter((rule: any) => typeof rule.expr === "string" && rule.alert !== undefined),
        ),
    );
}

/** How old the standby's canary lets a marker be, in seconds; undefined for everything else. */
function canaryAge({ type, props }: PolicyResource): number | undefined {
    if (type !== "kubernetes:batch/v1:CronJob") return undefined;
    const containers: Record<string, any>[] = props.spec?.jobTemplate?.spec?.template?.spec?.containers ?? [];
    const value = containers
        .flatMap((container) => container.env ?? [])
        .find((variable) => variable.name === maximumAge)?.value;
    return value === undefined ? undefined : Number(value);
}
