import type { PolicyResource } from "@pulumi/policy";
import { ownCluster } from "../components/standby/gitOpsChart";
import { validateOwnCluster } from "../components/standby/gitOpsRules";
import { contractTerms } from "../components/model/contract";
import { stackPolicy } from "./shared/define";
import { roleOf } from "./shared/stacks";

const argo = "kubernetes:argoproj.io/v1alpha1";

/** One Argo CD for both regions is gone with its own, and with it the only way to deploy to the other. */
export const gitopsPerRegion = stackPolicy(
    "gitops-per-region",
    "Each region has one Argo CD, which deploys to its own cluster and to no other.",
    ({ resources: all }, config, reportViolation) => {
        const resources = all.filter(({ urn }) => roleOf(config, urn) !== undefined);
        const { id, title } = contractTerms.configRto;
        const report = (issue: string, { name, urn }: PolicyResource) =>
            reportViolation(`"${name}" ${issue}. Contract ${id}: ${title}.`, urn);
        // In an order of their own: the engine's is that in which they were made, and another in each run.
        const [, ...more] = resources
            .filter(
                ({ type, props }) =>
                    type === "kubernetes:helm.sh/v3:Release" && /(^|\/)argo-cd$/.test(String(props.chart)),
            )
            .sort((one, other) => (one.urn < other.urn ? -1 : 1));
        for (const release of more)
            report(
                "is a second Argo CD of the region; allowed is one, so that nobody has to ask which one deploys",
                release,
            );
        for (const resource of resources) for (const issue of clusterIssues(resource)) report(issue, resource);
    },
);

function clusterIssues({ type, props }: PolicyResource): string[] {
    // In a preview, what goes into a cluster that is not there yet has no properties; the update looks at them.
    if (props.spec === undefined) return [];
    if (type === `${argo}:ApplicationSet`) return validateOwnCluster(props.spec);
    if (type === `${argo}:Application`) return validateOwnCluster({ template: { spec: props.spec } });
    if (type !== `${argo}:AppProject`) return [];
    return (props.spec.destinations ?? [])
        .filter((destination: Record<string, any>) => destination.server !== ownCluster)
        .map(
            (destination: Record<string, any>) =>
                `lets applications deploy to ${JSON.stringify(destination.server ?? destination.name)}; allowed is its own cluster, "${ownCluster}"`,
        );
}
