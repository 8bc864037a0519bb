import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { mirrorAlarmSeconds } from "../components/standby/observabilityAlarm";
import { contracts } from "../infra/contracts";
import { formatDuration } from "../infra/duration";
import { declaredStreams, parsed } from "./streamConfigs";

const { limit, id } = contracts.mirrorLag;
const maximumAge = "MAX_AGE_SECONDS";

/** A mirror that stopped looks like one that has nothing to do: `lag` says 0 in both cases. */
export const mirrorLagAlarm: StackValidationPolicy = {
    name: "mirror-lag-alarm",
    description: "A mirror that hears nothing from its origin wakes somebody within the contract on its lag.",
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, reportViolation) => {
        const rules = resources.flatMap(alertRules);
        for (const { config, owner } of declaredStreams(resources).filter(
            ({ config }) => config.mirror !== undefined,
        )) {
            const issue = alarmIssue(config.name, rules);
            if (issue)
                reportViolation(
                    `mirror ${config.name} ${issue}; allowed are ${formatDuration(limit)} (contract ${id}).`,
                    owner.urn,
                );
        }
        for (const canary of resources) {
            const age = canaryAge(canary);
            if (age === undefined || age <= limit) continue;
            reportViolation(
                `canary "${canary.name}" lets a marker be ${formatDuration(age)} old; allowed are ${formatDuration(limit)} (contract ${id}): lower ${maximumAge}.`,
                canary.urn,
            );
        }
    },
};

interface Rule {
    readonly expr: string;
    readonly for?: string;
}

function alarmIssue(mirror: string, rules: readonly Rule[]): string | undefined {
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
