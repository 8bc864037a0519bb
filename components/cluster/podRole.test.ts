import { describe, expect, it } from "vitest";
import { PodRole, podIdentityTrust } from "./podRole";
import { record } from "../testing/record";

const args = {
    roleName: "atlas-euc1-uploader",
    clusterName: "atlas-primary",
    namespace: "atlas-messaging",
    serviceAccount: "uploader",
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [] }),
};

describe("PodRole", () => {
    it("makes a role that pods may assume, its policy, and the association", async () => {
        const recording = await record(() => new PodRole("uploader", args));
        expect(recording.children).toEqual([
            "aws:eks/podIdentityAssociation:PodIdentityAssociation uploader-association",
            "aws:iam/role:Role uploader-role",
            "aws:iam/rolePolicy:RolePolicy uploader-policy",
            "drkit:index:PodRole uploader",
        ]);
        expect(recording.one("aws:iam/role:Role").inputs).toEqual({
            name: "atlas-euc1-uploader",
            assumeRolePolicy: podIdentityTrust,
        });
        expect(recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs).toEqual({
            clusterName: "atlas-primary",
            namespace: "atlas-messaging",
            serviceAccount: "uploader",
            roleArn: "arn:aws:mock:::uploader-role",
        });
    });

    it("is associated only with its rights: whoever waits for the association can act at once", async () => {
        const recording = await record(() => new PodRole("uploader", args));
        expect(recording.dependencies("aws:eks/podIdentityAssociation:PodIdentityAssociation")).toContain(
            "aws:iam/rolePolicy:RolePolicy uploader-policy",
        );
    });

    it("fails on a role name that IAM refuses", async () => {
        await expect(record(() => new PodRole("x", { ...args, roleName: "r".repeat(65) }))).rejects.toThrow(
            "65 characters; IAM allows 64",
        );
    });
});
