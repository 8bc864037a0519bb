import { GitOps } from "../../components/standby/gitOps";
import { part, type Parts } from "../../infra/parts";
import type { StackContext } from "../../infra/stack";
import { physicalName } from "../../components/model/nameLimits";

/** Each region's own Argo CD, deploying the region's overlay to its own cluster. */
export function buildGitOps(stack: StackContext<"primary"> | StackContext<"dr">, parts: Parts): void {
    const { profile, settings, role } = stack;
    const { repository, revision, overlays } = settings.gitops;
    new GitOps(
        "gitops",
        {
            system: physicalName("Argo CD project", [profile.name]),
            source: { repository, revision },
            elements: Object.entries(overlays).map(([cluster, path]) => ({ cluster, path })),
            own: role,
            version: settings.versions.argoCd,
            namespaces: [profile.namespaces.api, profile.namespaces.nats],
        },
        { providers: [part(parts, "cluster").provider], dependsOn: [...part(parts, "cluster").ready] },
    );
}
