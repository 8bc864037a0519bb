import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { failbackLeaseName } from "../nats/failbackLeaseStore";
import { standbyDashboard, type DashboardPlan } from "./observabilityDashboard";
import { alertGroups, validateAlerts, type AlertPlan } from "./observabilityRules";

export interface ObservabilityArgs extends Omit<
    AlertPlan,
    "profile" | "watch" | "positions" | "failbackLease" | "metaWatch"
> {
    readonly profile: AlertPlan["profile"] & DashboardPlan["profile"];
    /** Where rules and dashboard go. */
    readonly namespace: pulumi.Input<string>;
    /** Namespace of canary, markers and the other CronJobs that are watched. */
    readonly canaryNamespace: string;
    readonly canary: DashboardPlan["canary"];
    readonly markers: DashboardPlan["markers"];
    /** Name of the standby's CronJob that keeps the durables' positions. */
    readonly positions: string;
    /** Name of the region's CronJob that asks for the meta group. @default none yet */
    readonly metaWatch?: string;
    /**
     * Whether the cluster has the Prometheus operator: then the rules are a PrometheusRule. Otherwise they are a file in a
     * ConfigMap, for a Prometheus of the same namespace that mounts it and whose `rule_files` name it.
     */
    readonly prometheusOperator: boolean;
    /** Labels by which the operator's `ruleSelector` finds the rules. @default none */
    readonly ruleLabels?: Readonly<Record<string, string>>;
}

/** Name of the rules, and of the file that holds them without the operator. */
export const rulesName = "drkit-rules";
const rulesFile = "drkit.rules.yml";
export const dashboardName = "drkit-dashboard";

/** Grafana's side-car takes every ConfigMap with it, the chart's default. */
const dashboardLabels = { grafana_dashboard: "1" };

/**
 * A region's alerts and its dashboard, kept as code, so that a region that was lost has them again with the next update.
 *
 * They come without a Prometheus: that is the manifests' in both regions. What it has to scrape and to load is in
 * docs/alerts.md; without that nobody is told of anything, as it is Prometheus that would say so.
 *
 * ### Cost
 * None.
 */
export class Observability extends pulumi.ComponentResource {
    constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
        const plan: AlertPlan = {
            ...args,
            watch: { namespace: args.canaryNamespace, name: args.role === "dr" ? args.canary : args.markers },
            positions: { namespace: args.canaryNamespace, name: args.positions },
            failbackLease: { namespace: args.canaryNamespace, name: failbackLeaseName },
            metaWatch:
                args.metaWatch === undefined ? undefined : { namespace: args.canaryNamespace, name: args.metaWatch },
        };
        const issues = validateAlerts(plan);
        if (issues.length > 0) throw new Error(`Observability "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:Observability", name, {}, opts);
        const parent = { parent: this };
        const spec = { groups: alertGroups(plan) };

        if (args.prometheusOperator) createPrometheusRule();
        else createRulesFile();
        createDashboard();

        this.registerOutputs({});

        function createPrometheusRule() {
            new kubernetes.apiextensions.CustomResource(
                `${name}-rules`,
                {
                    apiVersion: "monitoring.coreos.com/v1",
                    kind: "PrometheusRule",
                    metadata: { name: rulesName, namespace: args.namespace, labels: { ...args.ruleLabels } },
                    spec,
                },
                parent,
            );
        }

        function createRulesFile() {
            new kubernetes.core.v1.ConfigMap(
                `${name}-rules`,
                {
                    metadata: { name: rulesName, namespace: args.namespace, labels: { ...args.ruleLabels } },
                    // JSON is YAML as well.
                    data: { [rulesFile]: `${JSON.stringify(spec, null, 2)}\n` },
                },
                parent,
            );
        }

        function createDashboard() {
            new kubernetes.core.v1.ConfigMap(
                `${name}-dashboard`,
                {
                    metadata: { name: dashboardName, namespace: args.namespace, labels: dashboardLabels },
                    data: { "drkit.json": `${JSON.stringify(standbyDashboard(args), null, 2)}\n` },
                },
                parent,
            );
        }
    }
}
