import { describe, expect, it } from "vitest";
import { podSecurityIssues } from "./podSecurity";

const container = {
    name: "main",
    image: "app:1",
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
};
const restricted = {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
    volumes: [{ name: "tmp", emptyDir: {} }],
};
const withContext = (securityContext: object) => ({
    ...restricted,
    containers: [{ ...container, securityContext: { ...container.securityContext, ...securityContext } }],
});

describe("podSecurityIssues", () => {
    it("lets a hardened pod into every namespace, and any pod into a privileged one", () => {
        for (const level of ["privileged", "baseline", "restricted"] as const)
            expect(podSecurityIssues(level, restricted)).toEqual([]);
        expect(podSecurityIssues("privileged", { hostNetwork: true, containers: [] })).toEqual([]);
    });

    it("lets the pod that says nothing into baseline, and names all that restricted misses in it", () => {
        const plain = { containers: [{ name: "main", image: "app:1" }] };
        expect(podSecurityIssues("baseline", plain)).toEqual([]);
        expect(podSecurityIssues("restricted", plain)).toEqual([
            'container "main": runAsNonRoot is not true',
            'container "main": allowPrivilegeEscalation is not false',
            'container "main": seccompProfile is neither RuntimeDefault nor Localhost',
            'container "main": capabilities.drop lacks ALL',
        ]);
    });

    it.each([
        ["the node's network", { ...restricted, hostNetwork: true }, "hostNetwork: true"],
        ["the node's processes", { ...restricted, hostPID: true }, "hostPID: true"],
        [
            "a folder of the node",
            { ...restricted, volumes: [{ name: "a", hostPath: { path: "/" } }] },
            'volume "a": hostPath',
        ],
        ["a privileged container", withContext({ privileged: true }), 'container "main": privileged: true'],
        [
            "a capability",
            withContext({ capabilities: { add: ["SYS_ADMIN"], drop: ["ALL"] } }),
            'container "main": capabilities.add: SYS_ADMIN',
        ],
        [
            "no seccomp",
            withContext({ seccompProfile: { type: "Unconfined" } }),
            'container "main": seccompProfile: Unconfined',
        ],
        [
            "no AppArmor",
            withContext({ appArmorProfile: { type: "Unconfined" } }),
            'container "main": appArmorProfile: Unconfined',
        ],
        ["a mount of /proc", withContext({ procMount: "Unmasked" }), 'container "main": procMount: Unmasked'],
        [
            "a type of SELinux",
            withContext({ seLinuxOptions: { type: "spc_t" } }),
            'container "main": seLinuxOptions.type: spc_t',
        ],
        [
            "a port of the node",
            { ...restricted, containers: [{ ...container, ports: [{ containerPort: 1, hostPort: 80 }] }] },
            'container "main": hostPort',
        ],
        [
            "a probe of another host",
            {
                ...restricted,
                containers: [{ ...container, livenessProbe: { httpGet: { host: "10.0.0.1", port: 1 } } }],
            },
            'container "main": a probe\'s host',
        ],
        [
            "a kernel setting",
            {
                ...restricted,
                securityContext: { ...restricted.securityContext, sysctls: [{ name: "kernel.msgmax", value: "1" }] },
            },
            "sysctl kernel.msgmax",
        ],
    ])("keeps %s out of baseline", (_what, spec, issue) => {
        expect(podSecurityIssues("baseline", spec)).toEqual([issue]);
        expect(podSecurityIssues("restricted", spec)).toContain(issue);
    });

    it.each([
        ["root", withContext({ runAsUser: 0 }), 'container "main": runAsUser: 0'],
        [
            "a container that takes the pod's runAsNonRoot back",
            withContext({ runAsNonRoot: false }),
            'container "main": runAsNonRoot is not true',
        ],
        [
            "a network volume",
            { ...restricted, volumes: [{ name: "a", nfs: {} }] },
            'volume "a": of a kind that is not allowed',
        ],
        [
            "a capability that baseline allows",
            withContext({ capabilities: { add: ["CHOWN"], drop: ["ALL"] } }),
            'container "main": capabilities.add: CHOWN',
        ],
        [
            "an init container that nobody thought of",
            {
                ...restricted,
                initContainers: [{ name: "chown", securityContext: { ...container.securityContext, runAsUser: 0 } }],
            },
            'container "chown": runAsUser: 0',
        ],
    ])("keeps %s out of restricted alone", (_what, spec, issue) => {
        expect(podSecurityIssues("baseline", spec)).toEqual([]);
        expect(podSecurityIssues("restricted", spec)).toEqual([issue]);
    });

    it("reads the AppArmor annotation of older manifests", () => {
        const annotations = { "container.apparmor.security.beta.kubernetes.io/main": "unconfined" };
        expect(podSecurityIssues("baseline", restricted, annotations)).toHaveLength(1);
    });
});
