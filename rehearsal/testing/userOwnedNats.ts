import { accountsOf, defaultAccount } from "../../components/nats/natsAccounts";
import type { NatsConf } from "../../components/nats/natsConf";
import { natsConfPatch, natsPatchJobs, natsValuesPatch, type ConfPatch } from "../../components/nats/natsPatch";
import type { NatsPatchArgs } from "../../components/nats/natsPatchArgs";
import type { SystemProfile } from "../../components/model/profile";
import { Deployment } from "../../engine/state/deployment";
import { expand, type ServerPlan } from "../../testbed/nats/chartConfig";
import type { Login } from "../../testbed/nats/client";

/** A NATS as a user has it before the program knows of it. */
export interface FoundCase {
    readonly title: string;
    readonly profile: SystemProfile;
    /** Accounts and logins of its nats.conf. */
    readonly access: NatsConf;
    /** How its clients log in; undefined where nobody asks. */
    readonly login: Login | undefined;
}

export const passwords = {
    SYS_PASSWORD: "SystemPasswordOfTests",
    APP_PASSWORD: "ApplicationPasswordOfTests",
    API_PASSWORD: "ClientPasswordOfTests",
} as const;

const pods = ["nats-0", "nats-1", "nats-2"];

/** Three servers by plain manifests, without gateways, mappings or anything else of ours. */
export function plainServers({ profile, access }: FoundCase): { cluster: string; servers: ServerPlan[] } {
    const cluster = profile.regions.primary.natsCluster;
    const conf = (pod: string): NatsConf => ({
        server_name: pod,
        port: 4222,
        http_port: 8222,
        jetstream: { store_dir: "/data", max_file_store: "<< 1Gi >>" },
        cluster: {
            name: cluster,
            port: 6222,
            routes: pods.map((peer) => `nats://${peer}.nats-headless.${profile.namespaces.nats}.svc:6222`),
        },
        ...access,
    });
    return {
        cluster,
        servers: pods.map((pod) => ({ pod, name: pod, conf: conf(pod), env: { ...passwords }, files: {} })),
    };
}

/** The same servers once their owner has merged the patch: the lines that its README asks for, and the pods' variables and files. */
export function patchedServers(
    found: FoundCase,
    args: NatsPatchArgs,
    certificate: Readonly<Record<string, string>>,
): { cluster: string; servers: ServerPlan[] } {
    const plain = plainServers(found);
    const files = Object.fromEntries(
        Object.entries(certificate).map(([key, content]) => [`/etc/nats-gateway-tls/${key}`, content]),
    );
    const patch = natsConfPatch(args);
    return {
        cluster: plain.cluster,
        servers: plain.servers.map((server) => ({
            ...server,
            conf: included(server.conf, patch, found.profile),
            env: variables(server, args),
            files,
        })),
    };
}

/** What a server reads where a file is included: the file's keys take the place of those before them in the same block. */
function included(conf: NatsConf, { top, jetstream, accounts, account }: ConfPatch, profile: SystemProfile): NatsConf {
    const name = accountsOf(profile).account;
    return {
        ...conf,
        jetstream: { ...conf["jetstream"], ...jetstream },
        ...(name !== defaultAccount && {
            accounts: { ...conf["accounts"], [name]: { ...conf["accounts"][name], ...account }, ...accounts },
        }),
        ...top,
    };
}

/** The lines themselves, for a server that is asked whether it can read them. */
export function withIncludes(conf: NatsConf, profile: SystemProfile): NatsConf {
    const { account } = accountsOf(profile);
    const line = (file: string) => ({ zz$include: `../nats-gateway/${file}.conf` });
    return {
        ...conf,
        jetstream: { ...conf["jetstream"], ...line("jetstream") },
        ...(account !== defaultAccount && {
            accounts: {
                ...conf["accounts"],
                [account]: { ...conf["accounts"][account], ...line("account") },
                ...line("accounts"),
            },
        }),
        ...line("nats"),
    };
}

/** As Kubernetes fills them in. */
export function variables(
    { pod, env: given }: Pick<ServerPlan, "pod" | "env">,
    args: NatsPatchArgs,
): Record<string, string> {
    const env: Record<string, string> = { ...given, GATEWAY_SERVER: pod.split("-").at(-1)! };
    for (const [key, value] of Object.entries(natsValuesPatch(args).container.env))
        if (typeof value === "string") env[key] = expand(value, env);
    return env;
}

/** The gate's stack, and the two Jobs that a person applies. */
export function withPatchJobs(primary: Deployment, args: NatsPatchArgs): Deployment {
    const jobs = Object.values(natsPatchJobs(args)).map((inputs) => ({
        urn: "urn:pulumi:primary::fixture::kubernetes:batch/v1:Job::nats-patch",
        type: "kubernetes:batch/v1:Job",
        name: "patch",
        custom: true,
        protect: false,
        dependencies: [],
        inputs,
        outputs: {},
    }));
    return new Deployment(primary.stack, [...primary.resources, ...jobs]);
}
