import type { SystemProfile } from "../../components/model/profile";
import { matching, section } from "./schema";

const overlay = (folder: string) =>
    matching(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, `a folder of the repository, such as ${folder}`).default(folder);

/** The manifests that each region's Argo CD deploys to its own cluster, from phase 13 on. */
export const gitOpsSettings = ({ gitops }: Pick<SystemProfile, "gitops">) => ({
    gitops: section({
        repository: matching(/^(https:\/\/|ssh:\/\/|git@)\S+$/, "an https or ssh address of a git repository")
            .default(gitops.repository)
            .meta({ description: "The repository of the manifests.", ofSystem: true }),
        revision: matching(/^\S+$/, "a branch, a tag or a commit")
            .default("HEAD")
            .describe("The branch, tag or commit that is deployed."),
        overlays: section({
            primary: overlay(gitops.overlays.primary).meta({ description: "The primary's.", ofSystem: true }),
            dr: overlay(gitops.overlays.dr).meta({ description: "The standby's.", ofSystem: true }),
        })
            .prefault({})
            .describe("Folder of each region's overlay in the repository."),
    })
        .prefault({})
        .meta({
            description: "The manifests that each region's Argo CD deploys to its own cluster: gitops/README.md.",
            from: { primary: 13, dr: 13 },
        }),
});
