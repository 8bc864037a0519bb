import { log } from "@pulumi/pulumi";
import type { StackContext } from "../../infra/stack";

/** Warns where the topics that this stack's alarms publish to have no subscriber of ours. */
export async function warnIfNobodyIsPaged({ settings, role }: StackContext): Promise<void> {
    if (settings.dns.pages.length > 0) return;
    await log.warn(
        `the alarms of stack ${role} page nobody: kgents-dr:dns.pages is empty\n` +
            `  to do: pulumi config set --stack ${role} --path 'kgents-dr:dns.pages[0].protocol' email\n` +
            `         pulumi config set --stack ${role} --path 'kgents-dr:dns.pages[0].endpoint' <address>   # it has to confirm`,
    );
}

/** Warns where the alerts lie in a file, and no setting says that a Prometheus loads it. */
export async function warnIfAlertsReachNobody({ settings, role }: StackContext): Promise<void> {
    if (settings.prometheusOperator || settings.standby.prometheus.rulesLoaded) return;
    await log.warn(
        `the alerts of stack ${role} reach nobody: they lie in ConfigMap kgents-dr-rules, which no Prometheus is known to load\n` +
            `  to do: with the Prometheus operator: pulumi config set --stack ${role} --path kgents-dr:prometheusOperator true\n` +
            `         without it: docs/alerts.md has the lines for prometheus.yml, then\n` +
            `         pulumi config set --stack ${role} --path kgents-dr:standby.prometheus.rulesLoaded true`,
    );
}
