import { log } from "@pulumi/pulumi";
import { settingKey } from "../../infra/settingKey";
import type { StackContext } from "../../infra/stack";

/** Warns where the topics that this stack's alarms publish to have no subscriber of ours. */
export async function warnIfNobodyIsPaged({ settings, name }: StackContext): Promise<void> {
    if (settings.alerts.subscribers.length > 0) return;
    await log.warn(
        `the alarms of stack ${name} page nobody: ${settingKey("alerts.subscribers")} is empty\n` +
            `  to do: pulumi config set --stack ${name} --path '${settingKey("alerts.subscribers[0].protocol")}' email\n` +
            `         pulumi config set --stack ${name} --path '${settingKey("alerts.subscribers[0].endpoint")}' <address>   # it has to confirm`,
    );
}

/** Warns where the alerts lie in a file, and no setting says that a Prometheus loads it. */
export async function warnIfAlertsReachNobody({ settings, name }: StackContext): Promise<void> {
    if (settings.alerts.prometheus.operator || settings.alerts.prometheus.rulesLoaded) return;
    await log.warn(
        `the alerts of stack ${name} reach nobody: they lie in ConfigMap drkit-rules, which no Prometheus is known to load\n` +
            `  to do: with the Prometheus operator: pulumi config set --stack ${name} --path ${settingKey("alerts.prometheus.operator")} true\n` +
            `         without it: docs/alerts.md has the lines for prometheus.yml, then\n` +
            `         pulumi config set --stack ${name} --path ${settingKey("alerts.prometheus.rulesLoaded")} true`,
    );
}
