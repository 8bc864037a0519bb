import * as fs from "node:fs";
import * as path from "node:path";
import { jobTimes } from "../model/jobTimes";
import type { SystemProfile } from "../model/profile";
import { accountsOf, defaultAccount, natsUsers, natsUsersOf } from "./natsAccounts";
import { natsBoxJob, passwordFrom } from "./natsBoxJob";
import type { NatsChartValues } from "./natsChart";
import { natsChartValues } from "./natsChartValues";
import { formatNatsConf, type NatsConf } from "./natsConf";
import { memberSize, natsPorts } from "./natsMember";
import type { FoundDeployment, NatsPatchArgs } from "./natsPatchArgs";
import { natsPatchReadme } from "./natsPatchReadme";
import { republishes } from "./natsStreamConfig";
import { yamlText } from "./yamlText";

/** The ConfigMap with the patch. */
export const natsPatchName = "nats-gateway-patch";

/** Where the pods mount the patch and the certificate, when they are no chart's. */
const mounts = { patch: "/etc/nats-gateway", tls: "/etc/nats-gateway-tls" } as const;

/** What keeps the patch from being merged; empty if nothing does. Keys are those of the setting `nats.found`. */
export function validateFoundNats(
    { accounts, domain }: Pick<FoundDeployment, "accounts" | "domain">,
    profile: Pick<SystemProfile, "natsAccount" | "streams" | "regions">,
): string[] {
    const { account, systemAccount, users, anonymous } = accountsOf(profile);
    const names = users.map(({ name }) => name);
    const taken = names.filter((name, index) => names.indexOf(name) !== index || name === natsUsers.system.name);
    const size = memberSize(profile.regions.primary);
    return [
        ...(accounts === "config"
            ? []
            : [
                  'accounts: "operator" found; mappings and permissions of such accounts are in JWTs that your operator signs, which no patch of a configuration ' +
                      'can change. Allowed is "config": accounts in nats.conf',
              ]),
        ...(domain === undefined
            ? []
            : [
                  `domain: "${domain}" found; a domain keeps the other regions' servers out of the meta group, so the servers must have none. Take it out first, with the clients that name it`,
              ]),
        ...(account === systemAccount
            ? [`account: "${account}" is the system account as well; streams are in another one`]
            : []),
        ...taken.map(
            (name) => `users: "${name}" found twice, or as the system account's; name each of the clients' users once`,
        ),
        ...(anonymous || users.length > 0
            ? []
            : [
                  "users: none, and anonymous: false; the patch would lock every client out. Name the users that they log in as, or say anonymous: true",
              ]),
        ...(size % 2 === 1
            ? []
            : [`servers: ${size} found; allowed are odd numbers from 3, so that a majority outlives one server`]),
        // The Jobs give the subject as the transform's destination too, where the server refuses "*".
        ...profile.streams
            .filter(({ subject }) => subject.endsWith("*"))
            .map(
                ({ name, subject }) =>
                    `streams: ${name} takes "${subject}"; with a NATS of your own, allowed are subjects that end in ".>"`,
            ),
    ];
}

/** The fragment for the official chart: what our own chart has and a single region's has not. */
export type ValuesPatch = Pick<NatsChartValues, "tlsCA"> & {
    readonly config: Pick<NatsChartValues["config"], "gateway" | "monitor"> & {
        readonly cluster: Pick<NatsChartValues["config"]["cluster"], "merge">;
        readonly jetstream: Pick<NatsChartValues["config"]["jetstream"], "merge">;
        readonly merge: NatsConf;
    };
    readonly container: Pick<NatsChartValues["container"], "env">;
    readonly podTemplate: Pick<NatsChartValues["podTemplate"], "configChecksumAnnotation">;
};

/** Taken out of our own chart's values, so that the two cannot drift apart. */
export function natsValuesPatch({
    profile,
    tlsSecret,
    authSecret,
}: Pick<NatsPatchArgs, "profile" | "tlsSecret" | "authSecret">): ValuesPatch {
    const { tlsCA, config, container, podTemplate } = natsChartValues({
        profile,
        role: "primary",
        gateway: { tlsSecret },
        authSecret,
    });
    return {
        ...(tlsCA && { tlsCA }),
        config: {
            cluster: { merge: config.cluster.merge },
            jetstream: { merge: config.jetstream.merge },
            ...(config.gateway && { gateway: config.gateway }),
            monitor: config.monitor,
            merge: config.merge,
        },
        // How much memory a server has is its owner's affair.
        container: { env: without(container.env, "GOMEMLIMIT") },
        podTemplate: { configChecksumAnnotation: podTemplate.configChecksumAnnotation },
    };
}

function without<T>(object: Readonly<Record<string, T>>, dropped: string): Record<string, T> {
    return Object.fromEntries(Object.entries(object).filter(([key]) => key !== dropped));
}

/** The fragments for a nats.conf, by the place that includes them. */
export interface ConfPatch {
    /** At the end of the file. */
    readonly top: NatsConf;
    /** At the end of the `jetstream` block. */
    readonly jetstream: NatsConf;
    /** At the end of the `accounts` block; undefined where the server's default account is in use, as the file has no such block then. */
    readonly accounts?: NatsConf;
    /** At the end of the account's own block; undefined likewise. */
    readonly account?: NatsConf;
}

/** The same settings as the chart makes of its values, in the blocks of a nats.conf. */
export function natsConfPatch(args: Pick<NatsPatchArgs, "profile" | "tlsSecret" | "authSecret">): ConfPatch {
    const { config } = natsValuesPatch(args);
    const { account, systemAccount } = accountsOf(args.profile);
    const { accounts, ...merge } = config.merge;
    const gateway = config.gateway!;
    return {
        top: {
            http_port: config.monitor.port,
            gateway: {
                name: config.cluster.merge.name,
                port: gateway.port,
                tls: {
                    cert_file: `${mounts.tls}/tls.crt`,
                    key_file: `${mounts.tls}/tls.key`,
                    ca_file: `${mounts.tls}/ca.crt`,
                    ...gateway.tls.merge,
                },
                ...gateway.merge,
            },
            ...merge,
            ...(account === defaultAccount && { accounts }),
        },
        jetstream: { ...config.jetstream.merge },
        ...(account !== defaultAccount && {
            accounts: { [systemAccount]: accounts[systemAccount] },
            account: without(accounts[account], "jetstream"),
        }),
    };
}

/** What the pods need besides: a strategic merge patch of the StatefulSet. */
function statefulSetPatch(args: NatsPatchArgs): Record<string, unknown> {
    const { found, namespace, tlsSecret } = args;
    const { env } = natsValuesPatch(args).container;
    const sorted = Object.entries(env).sort(([one], [other]) => (one < other ? -1 : 1));
    const volumes = [
        { name: "nats-gateway", source: { configMap: { name: natsPatchName } }, mountPath: mounts.patch },
        { name: "nats-gateway-tls", source: { secret: { secretName: tlsSecret } }, mountPath: mounts.tls },
    ];
    return {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { name: found.statefulSet, namespace },
        spec: {
            template: {
                spec: {
                    containers: [
                        {
                            name: found.container,
                            env: sorted.map(([name, value]) =>
                                typeof value === "string" ? { name, value } : { name, ...value },
                            ),
                            ports: [{ name: "gateway", containerPort: natsPorts.gateway }],
                            volumeMounts: volumes.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
                        },
                    ],
                    volumes: volumes.map(({ name, source }) => ({ name, ...source })),
                },
            },
        },
    };
}

/** The two Jobs that a person applies, before the patch and after it. */
export function natsPatchJobs({ profile, namespace, authSecret, access, url }: NatsPatchArgs) {
    const { system, application } = natsUsers;
    const region = profile.regions.primary;
    const streams = [
        { name: "STREAMS", value: profile.streams.map(({ name, subject }) => `${name}=${subject}`).join(" ") },
        { name: "REGION", value: region.short },
    ];
    const { login } = access;
    const script = (file: string) => fs.readFileSync(path.join(__dirname, "natsPatch", `${file}.sh`), "utf8");
    const job = (name: string, file: string, env: Parameters<typeof natsBoxJob>[0]["env"]) => ({
        apiVersion: "batch/v1",
        kind: "Job",
        ...natsBoxJob({ name, namespace, script: script(file), times: jobTimes.natsPatch, env }),
    });
    return {
        bothSubjects: job("nats-both-subjects", "bothSubjects", [
            { name: "NATS_URL", value: access.url },
            ...(login
                ? [
                      { name: "NATS_USER", value: login.user },
                      passwordFrom("NATS_PASSWORD", login.secretName, login.secretKey),
                  ]
                : []),
            ...streams,
        ]),
        scopedSubjects: job("nats-scoped-subjects", "scopedSubjects", [
            { name: "NATS_URL", value: url },
            { name: "SYSTEM_USER", value: system.name },
            passwordFrom("SYSTEM_PASSWORD", authSecret, system.passwordVariable),
            { name: "APPLICATION_USER", value: application.name },
            passwordFrom("APPLICATION_PASSWORD", authSecret, application.passwordVariable),
            { name: "ACCOUNT", value: accountsOf(profile).account },
            { name: "SERVERS", value: String(memberSize(region)) },
            ...streams,
            {
                name: "REPUBLISHED",
                value: profile.streams
                    .filter(republishes)
                    .map(({ name }) => name)
                    .join(" "),
            },
        ]),
    };
}

/** The patch's files by name, README first; no password is in any of them. Throws with everything that keeps it from being merged. */
export function natsPatchFiles(args: NatsPatchArgs): Record<string, string> {
    const issues = validateFoundNats(args.found, args.profile);
    if (issues.length > 0)
        throw new Error(`the patch for the user's own NATS cannot be made:\n- ${issues.join("\n- ")}`);
    const jobs = natsPatchJobs(args);
    return {
        "README.md": natsPatchReadme({
            ...args,
            passwords: natsUsersOf(args.profile).map(({ passwordVariable }) => passwordVariable),
        }),
        "1-both-subjects.yaml": yamlText(jobs.bothSubjects),
        ...(args.found.deployedBy === "chart" ? { "2-values.yaml": yamlText(natsValuesPatch(args)) } : confFiles(args)),
        "3-scoped-subjects.yaml": yamlText(jobs.scopedSubjects),
    };
}

function confFiles(args: NatsPatchArgs): Record<string, string> {
    const { top, jetstream, accounts, account } = natsConfPatch(args);
    return {
        "2-statefulset.yaml": yamlText(statefulSetPatch(args)),
        "nats.conf": formatNatsConf(top),
        "jetstream.conf": formatNatsConf(jetstream),
        ...(accounts && { "accounts.conf": formatNatsConf(accounts) }),
        ...(account && { "account.conf": formatNatsConf(account) }),
    };
}
