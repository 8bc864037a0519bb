import * as fs from "node:fs";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NatsAccess } from "../backup/natsBackupPod";
import { restrictedContainer, restrictedPod } from "../cluster/podSecurity";
import { repeatedRun } from "../cluster/repeatedRun";
import { scriptCommand } from "../cluster/scriptCommand";
import type { CronJobTimes } from "../model/jobTimes";
import { natsImages } from "../nats/natsChart";
import type { StandbyFacts } from "./standbyCanaryRules";

type EnvVar = pulumi.Input<kubernetes.types.input.core.v1.EnvVar>;

type Script = "marker" | "check" | "certificates";

/**
 * What a pod runs: where the regions are compared, first what says what is in one of them. Read when it is needed, so that a policy may
 * import what is beside it.
 */
export function standbyScript(script: Script): string {
    return (script === "certificates" ? [script] : ["facts", script])
        .map((file) => fs.readFileSync(path.join(__dirname, "standbyCanary", `${file}.sh`), "utf8"))
        .join("");
}

const accountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface StandbyPodArgs extends StandbyFacts {
    readonly namespace: pulumi.Input<string>;
    readonly nats: NatsAccess;
}

/** What the pods may look at in a namespace: which pods run, where images are compared, and the compared Secrets, each by its name. */
function rightsIn(namespace: string, { imageNamespaces, secrets }: StandbyFacts) {
    const named = secrets
        .filter((secret) => secret.namespace === namespace)
        .map(({ name, nameHere = name }) => nameHere);
    return [
        ...(imageNamespaces.includes(namespace) ? [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }] : []),
        ...(named.length > 0
            ? [{ apiGroups: [""], resources: ["secrets"], resourceNames: named, verbs: ["get"] }]
            : []),
    ];
}

/**
 * A pod's account, with the right to look at what is compared and at nothing else. Secrets are read by it, and not mounted: a pod mounts
 * those of its own namespace only, and copies of the others would be more places to keep them.
 */
export function createPodReader(
    name: string,
    jobName: string,
    args: StandbyPodArgs,
    parent: pulumi.CustomResourceOptions,
) {
    const account = new kubernetes.core.v1.ServiceAccount(
        `${name}-account`,
        { metadata: { name: jobName, namespace: args.namespace }, automountServiceAccountToken: false },
        parent,
    );
    for (const namespace of new Set([...args.imageNamespaces, ...args.secrets.map((secret) => secret.namespace)])) {
        const role = new kubernetes.rbac.v1.Role(
            `${name}-reader-${namespace}`,
            { metadata: { name: jobName, namespace }, rules: rightsIn(namespace, args) },
            parent,
        );
        new kubernetes.rbac.v1.RoleBinding(
            `${name}-reader-${namespace}`,
            {
                metadata: { name: jobName, namespace },
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
                subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: args.namespace }],
            },
            parent,
        );
    }
    return account;
}

/** A CronJob for what compares the regions, which never overlaps the run before and leaves its failures to look at. */
export function comparingRun(
    cronJobName: string,
    times: CronJobTimes,
    script: "marker" | "check",
    args: StandbyPodArgs,
    serviceAccountName: pulumi.Input<string>,
    env: EnvVar[],
): kubernetes.batch.v1.CronJobArgs {
    const account = { serviceAccountName, automountServiceAccountToken: true };
    return scheduled(cronJobName, times, args.namespace, pod(script, args.nats, account, [...factsEnv(args), ...env]));
}

/** The same for what asks NATS alone and has no rights in the cluster. */
export function askingRun(
    cronJobName: string,
    times: CronJobTimes,
    script: Script,
    args: Pick<StandbyPodArgs, "namespace" | "nats">,
    env: EnvVar[],
): kubernetes.batch.v1.CronJobArgs {
    return scheduled(
        cronJobName,
        times,
        args.namespace,
        pod(script, args.nats, { automountServiceAccountToken: false }, env),
    );
}

function scheduled(
    name: string,
    times: CronJobTimes,
    namespace: pulumi.Input<string>,
    spec: kubernetes.types.input.core.v1.PodSpec,
): kubernetes.batch.v1.CronJobArgs {
    const template = { metadata: { labels: { "app.kubernetes.io/name": name } }, spec };
    return repeatedRun({ name, namespace, times, template });
}

function factsEnv({ apiKey, imageNamespaces, secrets }: StandbyPodArgs): EnvVar[] {
    return [
        { name: "API_KEY", valueFrom: { secretKeyRef: { name: apiKey.secretName, key: apiKey.secretKey } } },
        { name: "KUBERNETES_API", value: "https://kubernetes.default.svc" },
        { name: "KUBERNETES_CA", value: `${accountPath}/ca.crt` },
        { name: "KUBERNETES_TOKEN_FILE", value: `${accountPath}/token` },
        { name: "IMAGE_NAMESPACES", value: imageNamespaces.join(" ") },
        {
            name: "SECRETS",
            value: secrets.map(({ namespace, name, nameHere = name }) => `${namespace}/${name}=${nameHere}`).join(" "),
        },
    ];
}

function pod(
    script: Script,
    nats: NatsAccess,
    account: Pick<kubernetes.types.input.core.v1.PodSpec, "serviceAccountName" | "automountServiceAccountToken">,
    env: EnvVar[],
): kubernetes.types.input.core.v1.PodSpec {
    return {
        restartPolicy: "Never",
        ...account,
        enableServiceLinks: false,
        securityContext: { ...restrictedPod, fsGroup: restrictedPod.runAsGroup },
        containers: [
            {
                name: script,
                image: `${natsImages.box.repository}:${natsImages.box.tag}`,
                command: scriptCommand(standbyScript(script)),
                env: [
                    { name: "NATS_URL", value: nats.url },
                    ...(nats.login
                        ? [
                              { name: "NATS_USER", value: nats.login.user },
                              {
                                  name: "NATS_PASSWORD",
                                  valueFrom: {
                                      secretKeyRef: { name: nats.login.secretName, key: nats.login.secretKey },
                                  },
                              },
                          ]
                        : []),
                    { name: "NATS_TIMEOUT", value: "5s" },
                    ...env,
                    // The CLI keeps its settings there, and the root file system is read-only.
                    { name: "HOME", value: "/tmp" },
                ],
                securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
                resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { memory: "96Mi" } },
                volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
                // What is wrong is what the failed pod says last.
                terminationMessagePolicy: "FallbackToLogsOnError",
            },
        ],
        volumes: [{ name: "tmp", emptyDir: { sizeLimit: "16Mi" } }],
    };
}
