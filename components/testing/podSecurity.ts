import type { PodSecurityLevel } from "../cluster/podSecurity";

/*
 * The Pod Security Standards as Kubernetes publishes them (concepts/security/pod-security-standards, version 1.35), for Linux pods. What a pod
 * leaves out counts as its default.
 */

/** A pod's `spec`, as it would be sent to the API server. */
type PodSpec = Readonly<Record<string, any>>;

/** What keeps a pod out of a namespace that enforces the level; empty if nothing does. */
export function podSecurityIssues(level: PodSecurityLevel, spec: PodSpec, annotations: object = {}): string[] {
    if (level === "privileged") return [];
    const baseline = [...baselineIssues(spec), ...annotationIssues(annotations)];
    return level === "baseline" ? baseline : [...baseline, ...restrictedIssues(spec)];
}

interface Container {
    readonly name: string;
    readonly security: Readonly<Record<string, any>>;
    readonly spec: PodSpec;
}

function containersOf(spec: PodSpec): Container[] {
    return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])].map(
        (one) => ({ name: String(one.name), security: one.securityContext ?? {}, spec: one }),
    );
}

/** One finding for each container that does not keep a rule. */
function each(spec: PodSpec, rule: (container: Container) => string | undefined): string[] {
    return containersOf(spec).flatMap((container) => {
        const found = rule(container);
        return found === undefined ? [] : [`container "${container.name}": ${found}`];
    });
}

const addable = [
    ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"],
    ...["NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
];
const safeSysctls = [
    ...["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"],
    ...["net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"],
    ...["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"],
    ...["net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"],
];
const selinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

function baselineIssues(spec: PodSpec): string[] {
    const pod = spec.securityContext ?? {};
    return [
        ...["hostNetwork", "hostPID", "hostIPC"].filter((key) => spec[key] === true).map((key) => `${key}: true`),
        ...(spec.volumes ?? [])
            .filter((volume: PodSpec) => volume.hostPath !== undefined)
            .map((volume: PodSpec) => `volume "${volume.name}": hostPath`),
        ...(pod.sysctls ?? [])
            .filter(({ name }: PodSpec) => !safeSysctls.includes(name))
            .map(({ name }: PodSpec) => `sysctl ${name}`),
        ...contextIssues(pod),
        ...each(spec, ({ security }) => contextIssues(security)[0]),
        ...each(spec, ({ security }) => (security.privileged === true ? "privileged: true" : undefined)),
        ...each(spec, ({ security }) => {
            const added = (security.capabilities?.add ?? []).filter((one: string) => !addable.includes(one));
            return added.length > 0 ? `capabilities.add: ${added.join(", ")}` : undefined;
        }),
        ...each(spec, ({ spec: { ports = [] } }) =>
            ports.some(({ hostPort = 0 }: PodSpec) => hostPort !== 0) ? "hostPort" : undefined,
        ),
        ...each(spec, ({ security: { procMount = "Default" } }) =>
            procMount === "Default" ? undefined : `procMount: ${procMount}`,
        ),
        ...each(spec, ({ spec: one }) =>
            handlersOf(one).some(({ host = "" }) => host !== "") ? "a probe's host" : undefined,
        ),
    ];
}

/** What a security context of pod or container says against "baseline". */
function contextIssues({ seccompProfile, appArmorProfile, seLinuxOptions = {}, windowsOptions }: PodSpec): string[] {
    return [
        ...(seccompProfile?.type === "Unconfined" ? ["seccompProfile: Unconfined"] : []),
        ...(appArmorProfile?.type === "Unconfined" ? ["appArmorProfile: Unconfined"] : []),
        ...(selinuxTypes.includes(seLinuxOptions.type ?? "") ? [] : [`seLinuxOptions.type: ${seLinuxOptions.type}`]),
        ...(seLinuxOptions.user || seLinuxOptions.role ? ["seLinuxOptions: user or role"] : []),
        ...(windowsOptions?.hostProcess === true ? ["windowsOptions.hostProcess: true"] : []),
    ];
}

/** What the probes and lifecycle hooks of a container call over the network. */
function handlersOf({ livenessProbe, readinessProbe, startupProbe, lifecycle = {} }: PodSpec): PodSpec[] {
    return [livenessProbe, readinessProbe, startupProbe, lifecycle.postStart, lifecycle.preStop].flatMap((one) =>
        [one?.httpGet, one?.tcpSocket].filter((call) => call !== undefined),
    );
}

function annotationIssues(annotations: object): string[] {
    return Object.entries(annotations)
        .filter(
            ([key, value]) =>
                key.startsWith("container.apparmor.security.beta.kubernetes.io/") &&
                value !== "runtime/default" &&
                !String(value).startsWith("localhost/"),
        )
        .map(([key, value]) => `annotation ${key}: ${String(value)}`);
}

const allowedVolumes = [
    ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"],
    ...["persistentVolumeClaim", "projected", "secret"],
];

function restrictedIssues(spec: PodSpec): string[] {
    const pod = spec.securityContext ?? {};
    const profiles = ["RuntimeDefault", "Localhost"];
    return [
        ...(spec.volumes ?? [])
            .filter((volume: PodSpec) => !allowedVolumes.some((kind) => volume[kind] !== undefined))
            .map((volume: PodSpec) => `volume "${volume.name}": of a kind that is not allowed`),
        ...(pod.runAsUser === 0 ? ["runAsUser: 0"] : []),
        ...each(spec, ({ security }) =>
            (security.runAsNonRoot ?? pod.runAsNonRoot) === true ? undefined : "runAsNonRoot is not true",
        ),
        ...each(spec, ({ security }) => (security.runAsUser === 0 ? "runAsUser: 0" : undefined)),
        ...each(spec, ({ security }) =>
            security.allowPrivilegeEscalation === false ? undefined : "allowPrivilegeEscalation is not false",
        ),
        ...each(spec, ({ security }) =>
            profiles.includes((security.seccompProfile ?? pod.seccompProfile)?.type)
                ? undefined
                : "seccompProfile is neither RuntimeDefault nor Localhost",
        ),
        ...each(spec, ({ security: { capabilities = {} } }) =>
            capabilities.drop?.includes("ALL") ? undefined : "capabilities.drop lacks ALL",
        ),
        ...each(spec, ({ security: { capabilities = {} } }) =>
            (capabilities.add ?? []).every((one: string) => one === "NET_BIND_SERVICE")
                ? undefined
                : `capabilities.add: ${capabilities.add.join(", ")}`,
        ),
    ];
}
