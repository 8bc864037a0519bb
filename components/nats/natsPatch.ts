import * as fs from "node:fs";
import * as path from "node:path";
import { jobTimes } from "../model/jobTimes";
import { accountsOf, defaultAccount, natsUsers, natsUsersOf } from "./natsAccounts";
import { natsBoxJob, passwordFrom } from "./natsBoxJob";
import type { NatsChartValues } from "./natsChart";
import { natsChartValues } from "./natsChartValues";
import { formatNatsConf, type NatsConf } from "./natsConf";
import { memberSize, natsPorts } from "./natsMember";
import { validateFoundNats } from "./natsFoundRules";
import type { NatsPatchArgs } from "./natsPatchArgs";
import { natsPatchReadme } from "./natsPatchReadme";
import { republishes } from "./natsStreamConfig";
import { yamlText } from "./yamlText";

/** The ConfigMap with the patch. */
export const natsPatchName = "nats-gateway-patch";

/** Where the chart mounts the gateways' Secret. */
const chartCertificates = "/etc/nats-certs/gateway";

/** Where the pods mount the patch and the certificate, when they are no chart's. */
const mounts = { patch: "/etc/nats-gateway", tls: "/etc/nats-gateway-tls" } as const;

/**
 * The fragment for the official chart: what our own chart has and a single region's has not. Helm joins objects key by key, so each key in here
 * is one that the owner was asked about, or that no NATS without gateways has. Names, limits, client certificates and the system account stay theirs.
 */
export interface ValuesPatch {
    readonly config: Pick<NatsChartValues["config"], "gateway"> & {
        readonly monitor?: NatsChartValues["config"]["monitor"];
        readonly jetstream: Pick<NatsChartValues["config"]["jetstream"], "merge">;
        readonly merge: NatsConf;
    };
    readonly container: Pick<NatsChartValues["container"], "env">;
}

type PatchSource = Pick<NatsPatchArgs, "profile" | "tlsSecret" | "authSecret"> & {
    readonly found: Pick<NatsPatchArgs["found"], "monitorPort">;
};

/** Taken out of our own chart's values, so that the two cannot drift apart. */
export function natsValuesPatch({ profile, found, tlsSecret, authSecret }: PatchSource): ValuesPatch {
    const { config, container } = natsChartValues({ profile, role: "primary", gateway: { tlsSecret }, authSecret });
    const gateway = config.gateway!;
    const { account } = accountsOf(profile);
    const { accounts, ...merge } = config.merge as NatsConf;
    return {
        config: {
            jetstream: { merge: config.jetstream.merge },
            gateway: {
                ...gateway,
                // The chart's tlsCA goes into every block with TLS: the authority of the gateways would judge clients and routes.
                tls: { ...gateway.tls, merge: { ...gateway.tls.merge, ca_file: `${chartCertificates}/ca.crt` } },
            },
            ...(found.monitorPort === 0 && { monitor: config.monitor }),
            merge: {
                ...without(merge, "system_account"),
                accounts: {
                    ...accounts,
                    ...(account !== defaultAccount && { [account]: without(accounts[account], "jetstream") }),
                },
            },
        },
        // How much memory a server has is its owner's affair.
        container: { env: without(container.env, "GOMEMLIMIT") },
    };
}

function without<T>(object: Readonly<Record<string, T>>, dropped: string): Record<string, T> {
    return Object.fromEntries(Object.entries(object).filter(([key]) => key !== dropped));
}

/** The fragments for a nats.conf, by the block that includes them at its end: keys of the block that are not in them stay. */
export interface ConfPatch {
    /** At the end of the file. */
    readonly nats: NatsConf;
    /** In `jetstream`. */
    readonly jetstream: NatsConf;
    /** The users: in the account's block, or in `authorization` for the default account. */
    readonly users: NatsConf;
    /** In `mappings` of the account, or at the top for the default account. */
    readonly mappings: NatsConf;
    /** In the block of the system account, in `accounts`. */
    readonly system: NatsConf;
}

/** The same settings as the chart makes of its values, in the blocks of a nats.conf. */
export function natsConfPatch(args: PatchSource): ConfPatch {
    const { config } = natsValuesPatch(args);
    const { account, systemAccount } = accountsOf(args.profile);
    const { accounts, authorization, mappings, ...merge } = config.merge;
    const gateway = config.gateway!;
    const { users, ...rest } = account === defaultAccount ? { ...authorization, mappings } : accounts[account];
    return {
        nats: {
            ...(config.monitor && { http_port: config.monitor.port }),
            gateway: {
                ...gateway.merge,
                port: gateway.port,
                tls: {
                    ...gateway.tls.merge,
                    cert_file: `${mounts.tls}/tls.crt`,
                    key_file: `${mounts.tls}/tls.key`,
                    ca_file: `${mounts.tls}/ca.crt`,
                },
            },
            ...merge,
        },
        jetstream: { ...config.jetstream.merge },
        users: { users },
        mappings: rest.mappings,
        system: accounts[systemAccount],
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
    const read = (file: string) => fs.readFileSync(path.join(__dirname, "natsPatch", `${file}.sh`), "utf8");
    // What both scripts share stands before what each does.
    const script = (file: string) => `${read("streamSettings")}\n${read(file)}`;
    const republished = {
        name: "REPUBLISHED",
        value: profile.streams
            .filter(republishes)
            .map(({ name }) => name)
            .join(" "),
    };
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
            republished,
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
            republished,
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
    const fragments = Object.entries(natsConfPatch(args)).map(([block, conf]) => [
        `${block}.conf`,
        formatNatsConf(conf),
    ]);
    return { "2-statefulset.yaml": yamlText(statefulSetPatch(args)), ...Object.fromEntries(fragments) };
}
