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
    /** What else each server has. @default nothing */
    readonly listeners?: NatsConf;
    /** How its clients log in; undefined where nobody asks. */
    readonly login: Login | undefined;
}

export const passwords = {
    SYS_PASSWORD: "SystemPasswordOfTests",
    APP_PASSWORD: "ApplicationPasswordOfTests",
    API_PASSWORD: "ClientPasswordOfTests",
    GUEST_PASSWORD: "GuestPasswordOfTests1",
    ADMIN_PASSWORD: "AdminPasswordOfTests1",
} as const;

/** How the servers of these tests are deployed, and that nothing else lives by their subjects. */
export const foundByConf = {
    deployedBy: "conf",
    accounts: "config",
    statefulSet: "nats",
    container: "nats",
    monitorPort: 8222,
    uses: [],
} as const;

const pods = ["nats-0", "nats-1", "nats-2"];

/** Three servers by plain manifests, without gateways, mappings or anything else of ours. */
export function plainServers({ profile, access, listeners }: FoundCase): { cluster: string; servers: ServerPlan[] } {
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
        ...listeners,
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
function included(conf: NatsConf, patch: ConfPatch, profile: SystemProfile): NatsConf {
    return withBlocks(conf, profile, (block, file) => ({ ...block, ...patch[file] }));
}

/** The lines themselves, for a server that is asked whether it can read them. */
export function withIncludes(conf: NatsConf, profile: SystemProfile): NatsConf {
    return withBlocks(conf, profile, (block, file) => ({ ...block, zz$include: `../nats-gateway/${file}.conf` }));
}

/** The blocks that the README names, each with its file at the end. */
function withBlocks(
    conf: NatsConf,
    profile: SystemProfile,
    end: (block: NatsConf | undefined, file: keyof ConfPatch) => NatsConf,
): NatsConf {
    const { account, systemAccount } = accountsOf(profile);
    const { accounts } = conf;
    const system = { [systemAccount]: end(accounts?.[systemAccount], "system") };
    const found = accounts?.[account];
    const ofAccount =
        account === defaultAccount
            ? {
                  // As the README says: the server takes one user or a list.
                  authorization: end(without(conf["authorization"], "user", "password"), "users"),
                  mappings: end(conf["mappings"], "mappings"),
                  accounts: { ...accounts, ...system },
              }
            : {
                  accounts: {
                      ...accounts,
                      [account]: end({ ...found, mappings: end(found?.mappings, "mappings") }, "users"),
                      ...system,
                  },
              };
    return end({ ...conf, jetstream: end(conf["jetstream"], "jetstream"), ...ofAccount }, "nats");
}

function without(block: NatsConf | undefined, ...dropped: readonly string[]): NatsConf {
    return Object.fromEntries(Object.entries(block ?? {}).filter(([key]) => !dropped.includes(key)));
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
